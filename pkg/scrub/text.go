package scrub

import "bytes"

// A how is what is known of a text.
type how uint8

const (
	plainText   how = 0
	jsonText    how = 1 << iota // the inside of a JSON string, with its escapes
	visitorText                 // the value of a name like client_ip
)

// text scrubs running text: what is clean comes back as the same slice. In text of JSON strings it looks through
// escapes without undoing them, so that what it does not replace stays byte for byte; it never ends a replacement
// inside an escape.
func (j *job) text(b []byte, h how) []byte {
	if !j.s.settings.Off || len(j.s.fields) > 0 {
		t := reader{s: j.s, edits: edits{b: b}, json: h&jsonText != 0}
		t.run()
		b = t.result()
	}
	if j.personal() {
		b = j.visitors(b, h)
	}
	return b
}

// A reader goes through a text once; it looks back by no more than a name, and where it looks ahead further than that
// it goes on from where it looked.
type reader struct {
	s *Scrubber
	edits
	json  bool // the text is the inside of a JSON string
	i     int
	named int // where a text ended that makes a secret of the "value" beside it
}

func (t *reader) run() {
	for t.i < len(t.b) {
		switch c := t.b[t.i]; class[c] {
		case inWord:
			t.word()
		case sign:
			n := 1
			if c == '%' {
				if c, n = percent(t.b[t.i:]); n == 0 {
					t.i++
					continue
				}
			}
			t.sign(c, n)
		case colon, angle:
			t.sign(c, 1)
		default:
			if c == ',' && t.i > 0 && (t.b[t.i-1] == '"' || t.b[t.i-1] == '\'') {
				t.pair(c, 1)
			} else {
				t.i++
			}
		}
	}
}

// sign looks at a character that may stand between a name and its value; it is n bytes long, more than one where it
// is percent-encoded.
func (t *reader) sign(c byte, n int) {
	switch {
	case c == ':' && slashes(t.b[t.i+n:]) > 0:
		t.userinfo(n)
	case c == '=' || c == ':' || c == ',':
		t.pair(c, n)
	case c == '>' && n == 1:
		t.element()
	default:
		t.i += n
	}
}

// put replaces b[from:to] and goes on behind it.
func (t *reader) put(from, to int) {
	t.replace(from, to, []byte(Filtered))
	t.i = to
}

// word looks at a word for tokens, cards, private keys, and for what goes before a secret.
func (t *reader) word() {
	b, start := t.b, t.i
	end := start
	for end < len(b) && class[b[end]] == inWord {
		end++
	}
	t.i = end
	if t.s.settings.Off {
		return
	}
	w := b[start:end]
	if i := bytes.Index(w, keyBegin[:len(keyBegin)-1]); i >= 0 {
		if n := privateKey(b[start+i:]); n > 0 {
			t.put(start+i, start+i+n)
			return
		}
	}
	skip, sure := t.escape(start)
	if !sure && t.known(start, end) || skip > 0 && start+skip < end && t.known(start+skip, end) {
		return
	}
	if len(w) >= minLongWord {
		for i := start; i+minLongWord < end; i++ {
			if (b[i] == '_' || b[i] == '-') && b[i+1] != '-' && t.known(i+1, end) {
				return
			}
		}
	}
	switch {
	case isScheme(w):
		if n := blank(b[end:]); n > 0 {
			if m := credential(w, b[end+n:]); m > 0 {
				t.put(end+n, end+n+m)
			}
		}
	case w[0] == '-':
		t.argument(w)
	}
}

// escape returns how many letters at the start of a word belong to an escape, and whether they surely do: of JSON in
// a string they may, or stand for themselves behind a backslash.
func (t *reader) escape(start int) (letters int, sure bool) {
	slashes := 0
	for start > slashes && t.b[start-1-slashes] == '\\' && slashes < maxName {
		slashes++
	}
	switch {
	case slashes == 0:
		return 0, false
	case t.b[start] == 'u':
		return 5, t.json && slashes%2 == 1
	}
	return 1, t.json && slashes%2 == 1
}

// known takes out a token or card that starts at b[i], in the word that ends at end.
func (t *reader) known(i, end int) bool {
	if n := tokenAt(t.b, i, end); n > 0 {
		t.put(i, i+n)
		return true
	}
	if isDigit(t.b[i]) && end-i >= 4 && (i < 2 || t.b[i-1] != '.' || !isDigit(t.b[i-2])) {
		if n := cardAt(t.b[i:]); n > 0 {
			t.put(i, i+n)
			return true
		}
	}
	return false
}

// argument takes out what follows an option of a command line: "--password x", "-u user:x".
func (t *reader) argument(w []byte) {
	from := t.i + blank(t.b[t.i:])
	if from == t.i || from >= len(t.b) || t.b[from] == '-' {
		return
	}
	to := valueEnd(t.b, from, false, false)
	if string(w) == "-u" || string(w) == "--user" || string(w) == "--proxy-user" {
		if i := bytes.IndexByte(t.b[from:to], ':'); i > 0 && i+1 < to-from && t.b[from+i+1] != '/' && !filtered(t.b[from+i+1:]) {
			t.put(from+i+1, to)
		}
		return
	}
	if !bytes.HasPrefix(w, []byte("--")) || t.s.nameOf(w[2:]) == open || filtered(t.b[from:]) || isVerdict(t.b[from:to]) {
		return
	}
	if v := t.inQuotes(from); v.to > v.from {
		t.put(v.from, v.to)
	} else if to > from {
		t.put(from, to)
	}
}

// element takes out what stands in an element of XML: <password>x</password>.
func (t *reader) element() {
	at := t.i
	t.i++
	start := at
	for start > t.done && at-start < maxName && (class[t.b[start-1]] == inWord || t.b[start-1] == ':' || t.b[start-1] == '.') {
		start--
	}
	name := t.b[start:at]
	if start == at || start == 0 || t.b[start-1] != '<' {
		name = t.elementBefore(at)
	}
	if len(name) == 0 || t.s.nameOf(name) == open || filtered(t.b[t.i:]) {
		return
	}
	end := t.i
	for end < len(t.b) && t.b[end] != '<' {
		end++
	}
	if end > t.i {
		t.put(t.i, end)
	}
}

// elementBefore returns the name of the element whose attributes end at the > at at, nil for none. No > stands between,
// so that all looking back together is no longer than the text.
func (t *reader) elementBefore(at int) []byte {
	start := at
	for start > t.done && t.b[start-1] != '<' && t.b[start-1] != '>' {
		start--
	}
	if start == t.done || t.b[start-1] != '<' || t.b[at-1] == '/' {
		return nil
	}
	end := start
	for end < at && (class[t.b[end]] == inWord || t.b[end] == ':' || t.b[end] == '.') {
		end++
	}
	if end == at || t.b[end] != ' ' {
		return nil
	}
	return t.b[start:end]
}

func filtered(b []byte) bool { return bytes.HasPrefix(b, []byte(Filtered)) }
