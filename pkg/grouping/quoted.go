package grouping

import "strings"

// quotes are the pairs of marks that stand around what a message speaks of.
var quotes = [...]struct{ open, closed string }{
	{"'", "'"}, {`"`, `"`}, {"`", "`"}, {"“", "”"}, {"‘", "’"}, {"«", "»"},
}

// takeQuoted takes what stands in quotes: a name as it is, but for ids in it; anything else is data.
func (m *message) takeQuoted(rest string) {
	for _, q := range quotes {
		inner, found := strings.CutPrefix(rest, q.open)
		if !found {
			continue
		}
		n := closing(inner, q.closed)
		if n < 0 {
			break
		}
		inner = inner[:n]
		m.i += len(q.open) + n + len(q.closed)
		if len(inner) > 2 && !isName(inner) {
			m.dst = append(m.dst, "<quoted>"...)
			return
		}
		m.dst = append(m.dst, '"')
		if len(inner) > 2 {
			m.dst = appendMessage(m.dst, inner)
		} else {
			m.dst = append(m.dst, inner...)
		}
		m.dst = append(m.dst, '"')
		return
	}
	m.put(rest[:1], 1)
}

// closing returns the place of the mark that closes a quotation, -1 where there is none near. An apostrophe
// inside a word closes nothing.
func closing(s, mark string) int {
	const longest = 200 // bytes; what is quoted at greater length begins with a stray mark
	s = s[:min(len(s), longest)]
	for from := 0; ; {
		i := strings.Index(s[from:], mark)
		if i < 0 {
			return -1
		}
		i += from
		after := i + len(mark)
		if mark != "'" || after >= len(s) || !isWord(s[after]) {
			return i
		}
		from = after
	}
}

// isName tells whether a quoted text may be a name in a program: of a variable, an element, a module.
func isName(s string) bool {
	const longest = 60
	if len(s) > longest {
		return false
	}
	for i := range len(s) {
		if c := s[i]; !isWord(c) && strings.IndexByte("_$.-/@()[]#:*", c) < 0 {
			return false
		}
	}
	return !allDigits(s)
}

// bracket returns what stands for the text from a bracket on, and the length it stands for: <json> for an
// object or a list of values, cut off or not; the bracket itself where it is punctuation.
func bracket(s string) (text string, n int) {
	inner := strings.TrimLeft(s[1:min(len(s), 8)], " \t\r\n")
	if inner == "" || s[0] == '{' && inner[0] != '"' || s[0] == '[' && inner[0] != '{' && inner[0] != '"' && !isDigit(inner[0]) {
		return s[:1], 1
	}
	depth, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return "<json>", i + 1
			}
		}
	}
	return "<json>", len(s)
}
