package grouping

import (
	"strings"
	"unicode/utf8"
)

// Bounds of what counts of a message. The second is of the text without what varies, so that a longer number in
// front does not move the cut.
const (
	maxMessage = 4 << 10 // bytes looked at
	maxMeaning = 512     // bytes kept; what follows is data
)

// appendMessage appends a message with what varies in it named instead: numbers, dates and durations are <n>,
// UUIDs, hashes and tokens <id>, and <url>, <email>, <json> and <quoted> are what they say. Only the first two
// lines with something on them count. Numbers that are codes stay ("status 404"), and so do words in quotes:
// engines put the program's own names there.
func appendMessage(dst []byte, s string) []byte {
	m := message{dst: dst, s: twoLines(s)}
	most := len(dst) + maxMeaning
	for m.i < len(m.s) && len(m.dst) < most {
		m.next()
	}
	if len(m.dst) > most {
		for most > len(dst) && !utf8.RuneStart(m.dst[most]) {
			most--
		}
		m.dst = m.dst[:most]
	}
	if n := len(m.dst); n > len(dst) && m.dst[n-1] == ' ' {
		m.dst = m.dst[:n-1]
	}
	return m.dst
}

// twoLines returns s up to the end of its second line that is not blank.
func twoLines(s string) string {
	s = strings.TrimLeft(s[:min(len(s), 2*maxMessage)], " \t\r\n")
	s = s[:min(len(s), maxMessage)]
	lines := 0
	for i := 0; i < len(s); {
		line := s[i:]
		n := strings.IndexByte(line, '\n')
		if n < 0 {
			break
		}
		if strings.TrimSpace(line[:n]) != "" {
			if lines++; lines == 2 {
				return s[:i+n]
			}
		}
		i += n + 1
	}
	return s
}

// A message is a text on its way: s up to i is in dst.
type message struct {
	dst  []byte
	s    string
	i    int
	run  int // up to here no address and no token begins: somebody looked
	word int // where the last word ended
	last string
}

func (m *message) put(text string, n int) {
	m.dst = append(m.dst, text...)
	m.i += n
}

// next takes one token.
func (m *message) next() {
	rest := m.s[m.i:]
	switch c := rest[0]; {
	case c <= ' ':
		if n := len(m.dst); n > 0 && m.dst[n-1] != ' ' {
			m.dst = append(m.dst, ' ')
		}
		m.i++
	case isWord(c):
		m.takeWord(rest)
	case c == '_' && m.i >= m.run:
		if text, n := m.address(rest); n > 0 { // a token may begin so
			m.put(text, n)
			return
		}
		m.put("_", 1)
	case c == '{' || c == '[':
		m.put(bracket(rest))
	case c == '\'' && m.i > 0 && isWord(m.s[m.i-1]): // can't
		m.put("'", 1)
	case c == '\'' || c == '"' || c == '`' || c == 0xe2 || c == 0xc2:
		m.takeQuoted(rest)
	case c == ':' && reactID(rest) > 0:
		m.put(":<id>:", reactID(rest))
	case (c == '-' || c == '+') && len(rest) > 1 && isDigit(rest[1]) && (m.i == 0 || !isWord(m.s[m.i-1])):
		m.i++
	case digitLen(rest) > 1:
		n := 0
		for d := 1; d > 0; n += d {
			d = digitLen(rest[n:])
		}
		m.put("<n>", n)
	default:
		m.dst = append(m.dst, c)
		m.i++
	}
}

// digitLen returns the length of a digit at the start of s, as Arabic and Persian locales write them, too.
func digitLen(s string) int {
	switch {
	case s == "":
	case isDigit(s[0]):
		return 1
	case len(s) > 1 && (s[0] == 0xd9 && 0xa0 <= s[1] && s[1] <= 0xa9 || s[0] == 0xdb && 0xb0 <= s[1] && s[1] <= 0xb9):
		return 2
	}
	return 0
}

// takeWord takes what begins with a letter or a digit.
func (m *message) takeWord(rest string) {
	n := wordLen(rest)
	word := rest[:n]
	if m.i >= m.run {
		if text, n := m.address(rest); n > 0 {
			m.put(text, n)
			return
		}
	}
	switch {
	case uuidLen(rest) > 0:
		m.put("<id>", uuidLen(rest))
	case n > 2 && word[0] == '0' && word[1]|0x20 == 'x', isHash(word) && !allDigits(word):
		m.put("<id>", n)
	case isDigit(word[0]):
		m.number(rest, false)
		return
	case dateWord(rest) > 0:
		m.i += dateWord(rest)
		m.number(m.s[m.i:], true)
		return
	case n > 1 && word[0] == 'v' && isVersion(word):
		m.put("v", 1)
		m.number(m.s[m.i:], false)
	default:
		m.put(withoutTail(word))
		if m.i < len(m.s) && isDigit(m.s[m.i]) {
			m.number(m.s[m.i:], false)
			return
		}
		m.last, m.word = word, m.i
	}
}

// address looks at all that stands between two spaces for what is longer than a word: a URL, an e-mail
// address, a token.
func (m *message) address(rest string) (text string, n int) {
	n = 0
	for n < len(rest) && (isWord(rest[n]) || strings.IndexByte("._%+-", rest[n]) >= 0) {
		n++
	}
	m.run = m.i + n
	switch {
	case strings.HasPrefix(rest[n:], "://"):
		return "<url>", n + urlLen(rest[n:])
	case strings.HasPrefix(rest, "data:") || strings.HasPrefix(rest, "blob:"):
		return "<url>", urlLen(rest)
	case n < len(rest) && rest[n] == ':' && ipv6Len(rest) > 0:
		return "<ip>", ipv6Len(rest)
	case n > 0 && n < len(rest) && rest[n] == '@':
		domain := n + 1
		for domain < len(rest) && (isWord(rest[domain]) || rest[domain] == '-' || rest[domain] == '.' && domain+1 < len(rest) && isWord(rest[domain+1])) {
			domain++
		}
		if strings.IndexByte(rest[n:domain], '.') > 1 {
			return "<email>", domain
		}
	case n > 12 && rest[n-1] == 's' && strings.IndexByte(rest[:n], '-') > 0: // a bundle's file, hashed as Vite does
		if bare, ext := cutExtension(rest[:n]); isScriptExtension(ext) || ext == "css" {
			if name := cutHash(bare); len(name) < len(bare) {
				return name, n
			}
		}
	case n >= 20 && strings.IndexByte(rest[:n], '.') < 0 || n >= 40:
		if s := shapeOf(rest[:n]); s.upper > 1 && s.lower > 1 && s.digits > 1 && s.turns > 3 {
			return "<id>", n
		}
	}
	return "", 0
}

func wordLen(s string) int {
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	return n
}

// urlLen returns the length of a URL from its "://" on. Brackets belong to it in pairs alone: "?args[]=x".
func urlLen(s string) int {
	open := false
	for i := range len(s) {
		switch c := s[i]; {
		case c <= ' ' || strings.IndexByte("\"'`<>(){}|\\", c) >= 0, c == ']' && !open:
			return i
		case c == '[' || c == ']':
			open = c == '['
		}
	}
	return len(s)
}

func uuidLen(s string) int {
	const length = 36
	if len(s) < length || s[8] != '-' || len(s) > length && isWord(s[length]) {
		return 0
	}
	for i := range length {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHexDigit(s[i]) {
			return 0
		}
	}
	return length
}

// ipv6Len returns the length of an address of IPv6, or of a network card, at the start of s; 0 for something
// else: times have two colons, and words around "::" no digits.
func ipv6Len(s string) (n int) {
	const longest = 45 // characters, with an address of IPv4 at its end
	colons, short, digit := 0, false, false
	for n < len(s) && n <= longest && (isHexDigit(s[n]) || s[n] == ':' && n+1 < len(s) && (isHexDigit(s[n+1]) || s[n+1] == ':')) {
		if s[n] == ':' {
			colons++
			short = short || s[n+1] == ':'
		}
		digit = digit || isDigit(s[n])
		n++
	}
	if !digit || n > longest || colons < 3 && !short || n < len(s) && isWord(s[n]) {
		return 0
	}
	return n
}

// reactID returns the length of an id as React's useId makes them, ":r1a:"; 0 for something else.
func reactID(s string) int {
	if len(s) < 4 || s[1]|0x20 != 'r' {
		return 0
	}
	n := 1 + wordLen(s[1:])
	if n > 10 || n >= len(s) || s[n] != ':' {
		return 0
	}
	return n + 1
}
