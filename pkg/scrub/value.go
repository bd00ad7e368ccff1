package scrub

import (
	"bytes"
	"unicode"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxStays is how long a value may be and stay for what it looks like: it is looked through again, and a text of many
// such would cost the square of its length.
const maxStays = 256

// A value is where the value of a name stands in a text; none where to is not behind from.
type value struct {
	from, to int
	wrap     []byte // quotes that the replacement needs to leave JSON as JSON
}

// valueAfter finds the value of a name. encoded says that the sign was percent-encoded, and so is the value's end.
func (t *reader) valueAfter(i int, sign byte, encoded bool, name naming) value {
	b, loose := t.b, name.spaced
	for sign == '=' && i < len(b) && (b[i] == '=' || b[i] == '>') {
		loose = true // a comparison, or an arrow
		i++
	}
	for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
		loose = true
		i++
	}
	for t.json && bytes.HasPrefix(b[i:], []byte(`\t`)) {
		loose = true
		i += len(`\t`)
	}
	if n := blank(b[i:]); encoded && n > 0 && b[i] == '%' {
		i += n
	}
	if i >= len(b) || filtered(b[i:]) {
		return value{}
	}
	if v := t.inQuotes(i); v.from > 0 {
		if filtered(b[v.from:]) && v.to == v.from+len(Filtered) || name.kind == maybeWD && folder(b[v.from:v.to]) {
			return value{}
		}
		if name.quote == nil && name.kind <= spoken && v.to-v.from <= 3 && !bytes.ContainsFunc(b[v.from:v.to], unicode.IsLetter) && !bytes.ContainsFunc(b[v.from:v.to], unicode.IsDigit) {
			return value{} // "Expected token: ')'"
		}
		return v
	}
	if sign == ',' {
		return value{}
	}
	bare := sign == ':' && name.quote == nil
	if b[i] == '{' || b[i] == '[' {
		if name.kind < spoken || bare || loose && name.quote == nil {
			return value{}
		}
		return value{i, bracketEnd(b, i), name.quote}
	}
	var end int
	switch {
	case name.kind == header && sign == ':':
		end = headerEnd(b, i)
	default:
		end = valueEnd(b, i, name.query, encoded)
	}
	text := b[i:end]
	switch {
	case isLiteral(text), isVerdict(text), name.kind == maybeWD && folder(text):
		return value{}
	case (sign == ':' || loose || name.member && !name.query) && t.isCode(text, b[end:]):
		return value{}
	case bare && name.kind <= spoken && !looksMade(text):
		return value{}
	}
	return value{i, end, name.quote}
}

// inQuotes returns what stands between the quotes that open at i; from is 0 where none do. A text that is cut off
// before the closing quote ends there.
func (t *reader) inQuotes(i int) value {
	b, start := t.b, i
	for i < len(b) && b[i] == '\\' {
		i++
	}
	if c, n := percent(b[i:]); i == start && n > 0 && c == '"' {
		mark := b[i : i+n]
		from := i + n
		if k := bytes.Index(b[from:], mark); k >= 0 {
			return value{from: from, to: from + k}
		}
		return value{from: from, to: len(b)}
	}
	if n := quoteEntity(b[i:]); n > 0 {
		from := i + n
		if k := bytes.Index(b[from:], b[i:from]); k >= 0 {
			return value{from: from, to: from + k}
		}
		return value{from: from, to: len(b)}
	}
	if i >= len(b) || !isQuote(b[i]) {
		return value{}
	}
	q, slashes, from := b[i], i-start, i+1
	for i = from; i < len(b); i++ {
		if b[i] != q {
			continue
		}
		before := i
		for before > from && b[before-1] == '\\' {
			before--
		}
		// Each nesting of JSON doubles the backslashes and adds one: those of the closing quote are as many as the
		// opening one has, and pairs of those that stand for themselves go before.
		if k := i - before; k <= slashes && (q == '"' || k == slashes) || q == '"' && k%(2*(slashes+1)) == slashes {
			return value{from: from, to: i - min(k, slashes)}
		}
	}
	return value{from: from, to: len(b)}
}

// valueEnd returns where the bare value ends that starts at i.
func valueEnd(b []byte, i int, query, encoded bool) int {
	start := i
	for ; i < len(b); i++ {
		c := b[i]
		if c == '%' && encoded {
			switch d, n := percent(b[i:]); {
			case n > 0 && (d <= ' ' || bytes.IndexByte([]byte("&\"'<>#,;}])"), d) >= 0):
				return i
			}
			continue
		}
		if c <= ' ' || isQuote(c) || c == '&' || c == '<' || c == '>' || c == ';' || c == '#' && query || c == 0x7f {
			break
		}
		if c == '\\' {
			if n := escapedLetter(b[i:]); n > 0 {
				i += n - 1
				continue
			}
			k := i
			for k < len(b) && b[k] == '\\' {
				k++
			}
			if k == len(b) || isQuote(b[k]) || b[k] == 'n' || b[k] == 'r' || b[k] == 't' || b[k] == 'u' {
				break
			}
			i = k
			continue
		}
		if (c == ',' || c == ')' || c == '}' || c == ']') && endsValue(b[i:]) {
			break
		}
	}
	end := i
	for end > start && b[end-1] == '.' {
		end--
	}
	return end - positionLen(b[start:end])
}

// escapedLetter returns how long the escape at the start of b is, of a letter beyond ASCII, in JSON or in JSON in a
// string; 0 for any other.
func escapedLetter(b []byte) int {
	n := 0
	for n < len(b) && n < 8 && b[n] == '\\' {
		n++
	}
	if n == 0 || jsonx.EscapeLen(b[n-1:]) != 6 {
		return 0
	}
	if b[n+1] == '0' && b[n+2] == '0' && b[n+3] < '8' {
		return 0
	}
	return n + 5
}

// endsValue tells whether the comma or bracket at the start of b ends a bare value: where text ends or another name
// follows. Passwords hold them too.
func endsValue(b []byte) bool {
	if len(b) == 1 || b[1] <= ' ' || b[1] == '\\' || isQuote(b[1]) || bytes.IndexByte([]byte(",;:.)]}<>&"), b[1]) >= 0 {
		return true
	}
	if b[0] != ',' {
		return false
	}
	n := 1
	for n < len(b) && n < maxName && (class[b[n]] == inWord || b[n] == '.') {
		n++
	}
	return n > 1 && n < len(b) && (b[n] == '=' || b[n] == ':')
}

// positionLen returns how long the ":line:column" at the end of a URL in a stack is.
func positionLen(text []byte) int {
	i := len(text)
	for range 2 {
		end := i
		for i > 0 && isDigit(text[i-1]) {
			i--
		}
		if i == end || i < 2 || text[i-1] != ':' {
			return 0
		}
		i--
	}
	return len(text) - i
}

// bracketEnd returns where the object or list that opens at i ends.
func bracketEnd(b []byte, i int) int {
	depth := 0
	for inside := false; i < len(b); i++ {
		switch c := b[i]; {
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return i
}
