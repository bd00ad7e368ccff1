package grouping

import "strings"

// path returns what follows the origin in a URL, without query and fragment; other file names as they are.
func path(url string) string {
	if _, rest, found := strings.Cut(url, "://"); found {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			return ""
		}
		url = rest[slash:]
	}
	if i := strings.IndexAny(url, "?#"); i >= 0 {
		url = url[:i]
	}
	return url
}

// appendPath appends the path of a file without what a build or release puts into it: content hashes and
// version numbers. "/v2/app-3f9a0c1d.js" and "/v3/app-77b1e2f0.js" are one file.
func appendPath(dst []byte, url string) []byte {
	s := path(url)
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && isWord(s[i]) {
			continue
		}
		if word := s[start:i]; !isHash(word) && !isVersion(word) {
			dst = append(dst, word...)
		}
		if i < len(s) {
			dst = append(dst, s[i])
		}
		start = i + 1
	}
	return dst
}

func isWord(c byte) bool { return isDigit(c) || isLetter(c) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// isHash tells whether a word looks made by a machine: 6 or more hex digits of which one is 0–9, or 8 or
// more letters and digits mixed.
func isHash(word string) bool {
	digits, hex := 0, 0
	for i := range len(word) {
		if isDigit(word[i]) {
			digits++
		}
		if isHexDigit(word[i]) {
			hex++
		}
	}
	return digits > 0 && (len(word) >= 6 && hex == len(word) || len(word) >= 8 && digits < len(word))
}

func isVersion(word string) bool {
	if len(word) > 1 && word[0]|0x20 == 'v' {
		word = word[1:]
	}
	for i := range len(word) {
		if !isDigit(word[i]) {
			return false
		}
	}
	return true
}

// appendMessage appends a message with its variable parts named instead: URLs, UUIDs, hex numbers and
// numbers. Digits inside a word that starts with a letter stay: "utf8" and "E1001" mean something.
func appendMessage(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if !isWord(s[i]) {
			dst = append(dst, s[i])
			i++
			continue
		}
		n := wordLen(s[i:])
		rest := s[i:]
		switch {
		case strings.HasPrefix(rest[n:], "://"):
			n += urlLen(rest[n:])
			dst = append(dst, "<url>"...)
		case uuidLen(rest) > 0:
			n = uuidLen(rest)
			dst = append(dst, "<uuid>"...)
		case isHexNumber(rest[:n]):
			dst = append(dst, "<hex>"...)
		case isDigit(rest[0]):
			dst = appendNumber(dst, rest[:n])
		default:
			dst = append(dst, rest[:n]...)
		}
		i += n
	}
	return dst
}

func wordLen(s string) int {
	n := 0
	for n < len(s) && isWord(s[n]) {
		n++
	}
	return n
}

func urlLen(s string) int {
	if i := strings.IndexAny(s, " \t\r\n\"'`<>()[]{}|\\"); i >= 0 {
		return i
	}
	return len(s)
}

func uuidLen(s string) int {
	const length = 36
	if len(s) < length || len(s) > length && isWord(s[length]) {
		return 0
	}
	for i := range length {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHexDigit(s[i]) {
			return 0
		}
	}
	return length
}

// isHexNumber tells whether a word is 0x and hex digits, or 8 or more hex digits that are not all letters
// and not all decimal.
func isHexNumber(word string) bool {
	if len(word) > 2 && word[0] == '0' && word[1]|0x20 == 'x' {
		return true
	}
	digits := 0
	for i := range len(word) {
		if !isHexDigit(word[i]) {
			return false
		}
		if isDigit(word[i]) {
			digits++
		}
	}
	return len(word) >= 8 && digits > 0 && digits < len(word)
}

// appendNumber appends a word that starts with a digit, each run of digits named: "3rd", "10ms", "21T17".
func appendNumber(dst []byte, word string) []byte {
	for i := 0; i < len(word); i++ {
		if !isDigit(word[i]) {
			dst = append(dst, word[i])
		} else if i == 0 || !isDigit(word[i-1]) {
			dst = append(dst, "<n>"...)
		}
	}
	return dst
}
