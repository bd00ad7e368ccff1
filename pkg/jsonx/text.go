package jsonx

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

const replacement = "\uFFFD"

// unescape decodes what stands between the quotes of a JSON string and cleans it: Postgres text refuses
// NUL and bad UTF-8, and readers choke on lone surrogates, so all three become U+FFFD.
func unescape(raw []byte) string {
	if bytes.IndexByte(raw, '\\') < 0 {
		if utf8.Valid(raw) && bytes.IndexByte(raw, 0) < 0 {
			return string(raw)
		}
		return CleanText(string(raw))
	}
	out := make([]byte, 0, len(raw))
	for i := 0; i < len(raw); {
		if raw[i] != '\\' {
			out = append(out, raw[i])
			i++
			continue
		}
		n := EscapeLen(raw[i:])
		switch n {
		case 0: // only in texts that were not checked
			i++
		case 6:
			c := hex4(raw[i+2:])
			if utf16.IsSurrogate(c) {
				pair := utf8.RuneError
				if EscapeLen(raw[i+6:]) == 6 {
					pair = utf16.DecodeRune(c, hex4(raw[i+8:]))
				}
				if pair != utf8.RuneError {
					n = 12
				}
				c = pair
			}
			if c == 0 {
				c = utf8.RuneError
			}
			out = utf8.AppendRune(out, c)
			i += n
		default:
			out = append(out, simpleEscape(raw[i+1]))
			i += n
		}
	}
	return CleanText(string(out))
}

func simpleEscape(c byte) byte {
	switch c {
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return c // quote, backslash, slash
}

// hex4 reads the four digits after \u; EscapeLen has seen that they are there.
func hex4(b []byte) rune {
	n, _ := strconv.ParseUint(string(b[:4]), 16, 32)
	return rune(n)
}

// CleanText returns s with NUL and bad UTF-8 replaced by U+FFFD; a clean s comes back as it is.
func CleanText(s string) string {
	clean := utf8.ValidString(s)
	for i := 0; clean && i < len(s); i++ {
		clean = s[i] != 0
	}
	if clean {
		return s
	}
	out := make([]rune, 0, len(s))
	for _, c := range s { // bad bytes read as U+FFFD each
		if c == 0 {
			c = utf8.RuneError
		}
		out = append(out, c)
	}
	return string(out)
}

// Clean returns a checked JSON text fit for storing and for strict readers: NUL and lone-surrogate
// escapes and bad UTF-8 inside its strings become U+FFFD. A clean text comes back as it is.
func Clean(checked []byte) []byte {
	if utf8.Valid(checked) && !bytes.Contains(checked, []byte(`\u0000`)) && !hasSurrogate(checked) {
		return checked
	}
	out := make([]byte, 0, len(checked)+16)
	for i := 0; i < len(checked); {
		if checked[i] != '"' {
			out = append(out, checked[i])
			i++
			continue
		}
		s := scanner{b: checked, i: i}
		s.str()
		if s.err != nil {
			return append(out, `""`...)
		}
		out = AppendString(out, unescape(checked[i+1:s.i-1]))
		i = s.i
	}
	return out
}

// hasSurrogate reports whether an escape of the surrogate range stands in b; it may report one where
// there is none (an escaped backslash before "ud8"), which costs a copy and no more.
func hasSurrogate(b []byte) bool {
	for {
		i := bytes.Index(b, []byte(`\u`))
		if i < 0 || i+3 >= len(b) {
			return false
		}
		if b[i+2] == 'd' || b[i+2] == 'D' {
			return true
		}
		b = b[i+2:]
	}
}

// AppendString appends s to dst as a JSON string. Bad UTF-8 becomes U+FFFD.
func AppendString(dst []byte, s string) []byte {
	dst = append(dst, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c < utf8.RuneSelf {
			if c >= 0x20 && c != '"' && c != '\\' {
				i++
				continue
			}
			dst = append(dst, s[start:i]...)
			dst = appendEscape(dst, c)
			i++
			start = i
			continue
		}
		r, n := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && n == 1 {
			dst = append(dst, s[start:i]...)
			dst = append(dst, replacement...)
			i++
			start = i
			continue
		}
		i += n
	}
	dst = append(dst, s[start:]...)
	return append(dst, '"')
}

func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, '\\', 'n')
	case '\r':
		return append(dst, '\\', 'r')
	case '\t':
		return append(dst, '\\', 't')
	}
	return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
}

// Lenient returns text with the bare words NaN, Infinity and -Infinity, which some old clients write
// where JSON has no number, replaced by null. Text inside strings stays.
func Lenient(text []byte) []byte {
	out := make([]byte, 0, len(text))
	for i := 0; i < len(text); {
		if text[i] == '"' {
			s := scanner{b: text, i: i}
			s.str()
			out = append(out, text[i:s.i]...)
			i = s.i
			if s.err != nil {
				return append(out, text[i:]...)
			}
			continue
		}
		if n := nonNumber(text[i:]); n > 0 {
			out = append(out, "null"...)
			i += n
			continue
		}
		out = append(out, text[i])
		i++
	}
	return out
}

func nonNumber(b []byte) int {
	for _, w := range []string{"NaN", "Infinity", "-Infinity"} {
		if len(b) >= len(w) && string(b[:len(w)]) == w {
			return len(w)
		}
	}
	return 0
}
