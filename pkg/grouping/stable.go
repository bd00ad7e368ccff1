package grouping

import "strings"

// appendStable appends a file's name, without its extension, in lower case and without what a build or a
// release puts into it: content hashes, version numbers, "min" and its like.
func appendStable(dst []byte, name string) []byte {
	name = cutHash(cutStages(name))
	start, first := 0, len(dst)
	for i := 0; i <= len(name); i++ {
		if i < len(name) && !isSeparator(name[i]) {
			continue
		}
		if word := name[start:i]; word != "" && !isStage(word) && !isVersion(word) && !isHash(word) {
			if len(dst) > first {
				dst = append(dst, '-')
			}
			for j := range len(word) {
				c := word[j]
				if 'A' <= c && c <= 'Z' {
					c |= 0x20
				}
				dst = append(dst, c)
			}
		}
		start = i + 1
	}
	return dst
}

func isSeparator(c byte) bool {
	switch c {
	case '-', '.', '_', '~', '@', '+':
		return true
	}
	return false
}

// cutStages cuts from the end what bundlers put behind a hash: "main.3f2a9c1b.chunk" is main.3f2a9c1b.
func cutStages(name string) string {
	for {
		i := strings.LastIndexByte(name, '.')
		if i <= 0 || !isStage(name[i+1:]) {
			return name
		}
		name = name[:i]
	}
}

// isStage tells whether a word names how a file was built.
func isStage(word string) bool {
	switch word {
	case "min", "chunk", "bundle", "legacy", "modern", "prod", "production", "development", "esm", "cjs", "umd", "iife", "es5":
		return true
	}
	year, found := strings.CutPrefix(word, "es20") // es2015, of which a browser gets one and another es5
	return found && len(year) == 2 && allDigits(year)
}

// cutHash cuts the hash that Rollup and Vite put at the end: 8 characters of base64url, which may be letters
// alone, or hold the very signs that separate words.
func cutHash(name string) string {
	const length = 8
	i := len(name) - length
	if i < 2 || !isSeparator(name[i-1]) || name[i-1] == '_' {
		return name
	}
	shape := shapeOf(name[i:])
	both := shape.upper > 0 && shape.lower > 0
	switch {
	case shape.other > 0:
	case shape.digits > 0 && (shape.turns > 1 || both), shape.upper == length, both && (shape.upper > 2 || shape.unspeakable > 0),
		shape.lower == length && shape.unspeakable > 0:
		return name[:i-1]
	}
	return name
}

// isHash tells whether a word looks made by a machine: 6 or more hex digits of which one is 0–9; 8 or more
// letters and digits in disorder; 8 or more letters that nobody can speak.
func isHash(word string) bool {
	s := shapeOf(word)
	switch n := len(word); {
	case s.other > 0:
		return false
	case n >= 6 && s.hex == n && s.digits > 0:
		return true
	}
	return len(word) >= 8 && (s.mixed() || s.unspeakable > 1)
}

func isVersion(word string) bool {
	if len(word) > 1 && word[0]|0x20 == 'v' {
		word = word[1:]
	}
	return allDigits(word)
}

func allDigits(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return len(s) > 0
}

// A shape counts what tells words from hashes.
type shape struct {
	digits, upper, lower, hex, other int
	turns                            int // from letter to digit or back
	unspeakable                      int // humps of camel case, of two letters or more, without a vowel
}

// mixed tells whether letters and digits stand in disorder: not as in "checkout2", "html5parser" and
// "OAuth2Client".
func (s shape) mixed() bool {
	letters := s.upper + s.lower
	if s.digits == 0 || letters == 0 {
		return false
	}
	if s.upper > 0 && s.lower > 0 && (s.unspeakable > 0 || 3*s.upper > letters) {
		return true
	}
	return s.turns > 2 || s.unspeakable > 1
}

func shapeOf(word string) (s shape) {
	hump, vowels := 0, 0
	closeHump := func() {
		if hump > 1 && vowels == 0 {
			s.unspeakable++
		}
		hump, vowels = 0, 0
	}
	for i := range len(word) {
		c := word[i]
		if i > 0 && isDigit(c) != isDigit(word[i-1]) {
			s.turns++
		}
		if isHexDigit(c) {
			s.hex++
		}
		switch {
		case isDigit(c):
			s.digits++
			closeHump()
			continue
		case 'A' <= c && c <= 'Z':
			s.upper++
			if i > 0 && 'a' <= word[i-1] && word[i-1] <= 'z' {
				closeHump()
			}
		case 'a' <= c && c <= 'z':
			s.lower++
		case c == '-' || c == '_':
			closeHump()
			continue
		default:
			s.other++
		}
		hump++
		switch c | 0x20 {
		case 'a', 'e', 'i', 'o', 'u', 'y':
			vowels++
		}
	}
	closeHump()
	return s
}

func isWord(c byte) bool { return isDigit(c) || isLetter(c) }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isHexDigit(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }
