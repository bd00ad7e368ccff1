package grouping

import "strings"

// pathV1 returns what follows the origin in a URL, without query and fragment; other file names as they are.
func pathV1(url string) string {
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

// appendPathV1 appends the path of a file without what a build or release puts into it: content hashes and
// version numbers. "/v2/app-3f9a0c1d.js" and "/v3/app-77b1e2f0.js" are one file.
func appendPathV1(dst []byte, url string) []byte {
	s := pathV1(url)
	start := 0
	for i := 0; i <= len(s); i++ {
		if i < len(s) && isWordV1(s[i]) {
			continue
		}
		if word := s[start:i]; !isHashV1(word) && !isVersionV1(word) {
			dst = append(dst, word...)
		}
		if i < len(s) {
			dst = append(dst, s[i])
		}
		start = i + 1
	}
	return dst
}

func isWordV1(c byte) bool { return isDigitV1(c) || isLetterV1(c) }

func isDigitV1(c byte) bool { return '0' <= c && c <= '9' }

func isLetterV1(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHexDigitV1(c byte) bool { return isDigitV1(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// isHashV1 tells whether a word looks made by a machine: 6 or more hex digits of which one is 0–9, or 8 or
// more letters and digits mixed.
func isHashV1(word string) bool {
	digits, hex := 0, 0
	for i := range len(word) {
		if isDigitV1(word[i]) {
			digits++
		}
		if isHexDigitV1(word[i]) {
			hex++
		}
	}
	return digits > 0 && (len(word) >= 6 && hex == len(word) || len(word) >= 8 && digits < len(word))
}

func isVersionV1(word string) bool {
	if len(word) > 1 && word[0]|0x20 == 'v' {
		word = word[1:]
	}
	for i := range len(word) {
		if !isDigitV1(word[i]) {
			return false
		}
	}
	return true
}

// appendMessageV1 appends a message with its variable parts named instead: URLs, UUIDs, hex numbers and
// numbers. Digits inside a word that starts with a letter stay: "utf8" and "E1001" mean something.
func appendMessageV1(dst []byte, s string) []byte {
	for i := 0; i < len(s); {
		if !isWordV1(s[i]) {
			dst = append(dst, s[i])
			i++
			continue
		}
		n := wordLenV1(s[i:])
		rest := s[i:]
		switch {
		case strings.HasPrefix(rest[n:], "://"):
			n += urlLenV1(rest[n:])
			dst = append(dst, "<url>"...)
		case uuidLenV1(rest) > 0:
			n = uuidLenV1(rest)
			dst = append(dst, "<uuid>"...)
		case isHexNumberV1(rest[:n]):
			dst = append(dst, "<hex>"...)
		case isDigitV1(rest[0]):
			dst = appendNumberV1(dst, rest[:n])
		default:
			dst = append(dst, rest[:n]...)
		}
		i += n
	}
	return dst
}

func wordLenV1(s string) int {
	n := 0
	for n < len(s) && isWordV1(s[n]) {
		n++
	}
	return n
}

func urlLenV1(s string) int {
	if i := strings.IndexAny(s, " \t\r\n\"'`<>()[]{}|\\"); i >= 0 {
		return i
	}
	return len(s)
}

func uuidLenV1(s string) int {
	const length = 36
	if len(s) < length || len(s) > length && isWordV1(s[length]) {
		return 0
	}
	for i := range length {
		if dash := i == 8 || i == 13 || i == 18 || i == 23; dash != (s[i] == '-') || !dash && !isHexDigitV1(s[i]) {
			return 0
		}
	}
	return length
}

// isHexNumberV1 tells whether a word is 0x and hex digits, or 8 or more hex digits that are not all letters
// and not all decimal.
func isHexNumberV1(word string) bool {
	if len(word) > 2 && word[0] == '0' && word[1]|0x20 == 'x' {
		return true
	}
	digits := 0
	for i := range len(word) {
		if !isHexDigitV1(word[i]) {
			return false
		}
		if isDigitV1(word[i]) {
			digits++
		}
	}
	return len(word) >= 8 && digits > 0 && digits < len(word)
}

// appendNumberV1 appends a word that starts with a digit, each run of digits named: "3rd", "10ms", "21T17".
func appendNumberV1(dst []byte, word string) []byte {
	for i := 0; i < len(word); i++ {
		if !isDigitV1(word[i]) {
			dst = append(dst, word[i])
		} else if i == 0 || !isDigitV1(word[i-1]) {
			dst = append(dst, "<n>"...)
		}
	}
	return dst
}
