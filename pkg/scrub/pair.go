package scrub

import "bytes"

// A naming is the name that stands before a sign.
type naming struct {
	kind   nameKind
	quote  []byte // the mark that closes it, escapes included; nil for a bare name
	spaced bool   // blanks between it and the sign
	query  bool   // it stands in a query, form or fragment
	member bool   // it is one of an object's in code: "e.token"
	path   bool   // it is part of a path: "src/auth.js:10"
	label  bool   // it is "name" or the like: the value is a name itself
	value  bool   // it is "value" or the like
	listed bool   // it opens a list: ["cookie", "a=b"]
	called bool   // it is the first argument of a call: setItem("token", "x")
}

// pair takes out the value behind a sign that is n bytes long, where a name before it says that it is secret.
func (t *reader) pair(sign byte, n int) {
	name := t.nameBefore(t.i)
	at := t.i
	t.i += n
	switch {
	case name.label && sign == '=':
		t.part()
		return
	case name.label && name.quote != nil:
		if v := t.shortInQuotes(t.i + blank(t.b[t.i:])); v.to > v.from && t.s.nameOf(t.b[v.from:v.to]) != open {
			t.named = v.to
		}
		return
	case name.value && name.quote != nil && t.named > 0 && at-t.named < maxName:
		name.kind = strong
		t.named = 0
	case sign == ',' && (name.quote == nil || !name.listed && !name.called):
		return
	}
	if name.kind == open || sign == ':' && name.path {
		return
	}
	v := t.valueAfter(t.i, sign, n > 1, name)
	if v.to <= v.from || v.from < at {
		return
	}
	if text := t.b[v.from:v.to]; sign == ',' && !name.listed && (!looksMade(text) || blankIn(text)) {
		return // setError("password", "must have 8 characters")
	}
	if v.wrap != nil {
		t.replace(v.from, v.to, append(append(bytes.Clone(v.wrap), Filtered...), v.wrap...))
		t.i = v.to
		return
	}
	t.put(v.from, v.to)
}

// nameBefore reads backwards from a sign.
func (t *reader) nameBefore(at int) (n naming) {
	b, end := t.b, at
	for end > t.done && at-end < 4 && b[end-1] == ' ' {
		end--
		n.spaced = true
	}
	if end > t.done && isQuote(b[end-1]) {
		q := end
		end--
		for end > t.done && b[end-1] == '\\' {
			end--
		}
		n.quote = b[end:q]
	} else if n.quote = entityBefore(b[t.done:end]); n.quote != nil {
		end -= len(n.quote)
	} else if end >= t.done+3 && b[end-3] == '%' && b[end-2] == '2' && (b[end-1] == '2' || b[end-1] == '7') {
		n.quote = b[end-3 : end]
		end -= 3
	}
	start := end
	for start > t.done && end-start < maxName && inName(b[start-1]) {
		start--
	}
	name := b[start:end]
	var before byte
	if start > 0 {
		before = b[start-1]
	}
	if bytes.IndexByte(name, '%') >= 0 {
		var held [maxName]byte
		name = decodePercent(held[:0], name)
		for i := len(name) - 1; i >= 0; i-- {
			if !inName(name[i]) && i < len(name)-1 {
				n.listed = name[i] == '"' && i > 0 && name[i-1] == '['
				before, name = name[i], name[i+1:]
				break
			}
		}
	}
	if k := bytes.LastIndexByte(name, '['); k >= 0 && bytes.IndexByte(name[k:], ']') < 0 {
		before, name = '[', name[k+1:] // a selector: input#password[type="text"]
	}
	n.member = bytes.IndexByte(name, '.') > 0
	n.query = before == '?' || before == '&' || before == '#' || before == ';' && at > 4 && bytes.HasSuffix(b[:start], []byte("&amp;"))
	n.path = n.quote == nil && (before == '/' || before == '\\' && !isEscape(name) || isFile(name))
	n.label, n.value = isLabel(name), isLabelled(name) || string(name) == "stringValue"
	n.listed = n.listed || n.quote != nil && start > len(n.quote) && b[start-len(n.quote)-1] == '['
	n.called = n.quote != nil && start > len(n.quote) && b[start-len(n.quote)-1] == '('
	n.kind = t.s.nameOf(name)
	if n.kind == open && before == ' ' && n.quote == nil && (len(name) > 2 && mayEnd(name, len(name)-1) || completes(name)) { // "API key: x"
		from := start - 1
		for from > t.done && start-from < maxName/2 && class[b[from-1]] == inWord {
			from--
		}
		n.kind = t.s.nameOf(b[from:end])
	}
	if n.kind == open && before == '\\' && len(name) > 1 { // behind an escape: \ntoken, \u0026token
		n.kind = t.s.nameOf(name[1:])
		if len(name) > 5 && name[0] == 'u' && isHex(name[1]) && isHex(name[2]) && isHex(name[3]) && isHex(name[4]) {
			n.query = n.query || bytes.EqualFold(name[1:5], []byte("0026"))
			n.kind = max(n.kind, t.s.nameOf(name[5:]))
		}
	}
	return n
}

// isEscape tells of names whose first letter, behind a backslash, is that of an escape.
func isEscape(name []byte) bool {
	return len(name) > 0 && bytes.IndexByte([]byte("nrtu"), name[0]) >= 0
}

// isFile tells of names of source files, behind which a line number stands and no value.
func isFile(name []byte) bool {
	i := bytes.LastIndexByte(name, '.')
	if i < 0 {
		return false
	}
	switch string(name[i+1:]) {
	case "js", "ts", "jsx", "tsx", "mjs", "cjs", "mts", "cts", "vue", "svelte", "html", "htm", "php", "py", "go", "rb", "java", "kt", "css", "scss", "map", "json", "cs", "rs":
		return true
	}
	return false
}

func isQuote(c byte) bool { return c == '"' || c == '\'' || c == '`' }

// quoteEntity returns how long the character reference of a quote in HTML is that b starts with, 0 for none.
func quoteEntity(b []byte) int {
	if len(b) > 0 && b[0] == '&' {
		for _, e := range quoteEntities {
			if bytes.HasPrefix(b, e) {
				return len(e)
			}
		}
	}
	return 0
}

// entityBefore is quoteEntity for the end of b; it returns the reference itself.
func entityBefore(b []byte) []byte {
	if len(b) > 0 && b[len(b)-1] == ';' {
		for _, e := range quoteEntities {
			if bytes.HasSuffix(b, e) {
				return e
			}
		}
	}
	return nil
}

var quoteEntities = [...][]byte{[]byte("&quot;"), []byte("&#34;"), []byte("&#x22;"), []byte("&#39;"), []byte("&#x27;")}

func blankIn(b []byte) bool { return bytes.IndexByte(b, ' ') >= 0 }

func inName(c byte) bool {
	return class[c] == inWord || c == '.' || c == '[' || c == ']' || c == '%' || c == '$'
}

func decodePercent(dst, b []byte) []byte {
	for i := 0; i < len(b); {
		c, n := percent(b[i:])
		if n == 0 {
			c, n = b[i], 1
		}
		dst = append(dst, c)
		i += n
	}
	return dst
}

// part takes out the part of a multipart form (RFC 7578) whose header t.i is in, and the value of a form's field in
// HTML, where the name is secret: name="password" and a blank line, or value="x" beside it.
func (t *reader) part() {
	name := t.shortInQuotes(t.i)
	if name.to <= name.from || t.s.nameOf(t.b[name.from:name.to]) == open {
		return
	}
	i := name.to
	for i < len(t.b) && t.b[i] == '\\' {
		i++
	}
	i = min(i+1, len(t.b)) // behind the closing quote
	if rest := t.b[i:min(len(t.b), i+80)]; bytes.IndexByte(rest, '>') != 0 {
		k := max(bytes.Index(rest, []byte("value=")), bytes.Index(rest, []byte("content=")))
		if k >= 0 && !bytes.ContainsAny(rest[:k], "<>") {
			if v := t.inQuotes(i + k + bytes.IndexByte(rest[k:], '=') + 1); v.to > v.from && !filtered(t.b[v.from:]) {
				t.put(v.from, v.to)
			}
			return
		}
	}
	from := i
	for lines := 0; from < len(t.b); {
		if n := newline(t.b[from:]); n > 0 {
			lines++
			from += n
			continue
		}
		if lines == 1 && bytes.HasPrefix(t.b[from:], []byte("Content-")) { // another header of the part
			for from < len(t.b) && newline(t.b[from:]) == 0 {
				from++
			}
			lines = 0
			continue
		}
		if lines != 2 {
			return
		}
		break
	}
	to := from
	for to < len(t.b) && newline(t.b[to:]) == 0 {
		to++
	}
	if to > from && !filtered(t.b[from:]) {
		t.put(from, to)
	}
}

// shortInQuotes is inQuotes for a name.
func (t *reader) shortInQuotes(i int) value {
	r := reader{edits: edits{b: t.b[:min(len(t.b), i+2*maxName)]}}
	return r.inQuotes(min(i, len(r.b)))
}

// newline returns how long the line end at the start of b is, as it is or escaped; 0 for none.
func newline(b []byte) int {
	n := 0
	for _, end := range [...]string{"\r", `\r`, "\n", `\n`} {
		if bytes.HasPrefix(b[n:], []byte(end)) {
			n += len(end)
		}
	}
	if n > 0 && b[n-1] != '\n' && b[n-1] != 'n' {
		return 0
	}
	return n
}
