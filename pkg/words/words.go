// Package words takes apart what people may look for: titles, stacks, breadcrumbs. What is stored and what is asked goes
// through the same functions. Pure.
package words

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A Kind is what a word was seen in. The numbers are stored: never renumber.
type Kind int16

// The kinds. The first three hold words as cut makes them, the others whole values as they came.
const (
	Text        Kind = 1 // title and culprit
	Stack       Kind = 2 // functions, modules and files of its frames
	Crumb       Kind = 3 // breadcrumbs
	Release     Kind = 4
	Environment Kind = 5
	Browser     Kind = 6
	OS          Kind = 7
	URL         Kind = 8
	Tag         Kind = 9 // key=value
)

// Bounds of what is kept.
const (
	MaxBytes = 200 // of a word or value: longer ones are cut
	MaxWords = 150 // of each kind and event
)

// Query returns the words that must all have been seen where a text is to be found, each once, at most MaxWords. There
// are none for a text of nothing but punctuation, single letters and long numbers: it can't be looked for by words.
func Query(text string) []string {
	var found []string
	cut(text, func(word string) bool {
		for _, f := range found {
			if f == word {
				return true
			}
		}
		found = append(found, word)
		return len(found) < MaxWords
	})
	return found
}

// Value is a value of the kinds from Release on as it is kept.
func Value(s string) string { return short(s) }

// cut calls yield with the words of a text, in lower case and of 2 to MaxBytes bytes, until it returns false. A word is
// what stands between white space, quotes, brackets and what parts the elements of paths and URLs; one with other
// punctuation inside is given whole and in pieces: "checkout.js" is also "checkout" and "js". What builds and programs make
// up, hashes and long numbers, is left out wherever it stands: "checkout-3f9a0c1d.js" is "checkout.js".
func cut(text string, yield func(word string) bool) {
	for text != "" {
		start := strings.IndexFunc(text, isInner)
		if start < 0 {
			return
		}
		text = text[start:]
		end := strings.IndexFunc(text, isOuter)
		if end < 0 {
			end = len(text)
		}
		if !piece(text[:end], yield) {
			return
		}
		text = text[end:]
	}
}

// piece gives a word that begins with a letter or digit, and its pieces.
func piece(s string, yield func(word string) bool) bool {
	var room [8]string
	parts, whole := room[:0], ""
	for end := 0; end < len(s); {
		start := end
		for start < len(s) && !isInner(first(s[start:])) {
			start += width(s[start:])
		}
		gap := s[end:start]
		for end = start; end < len(s) && isInner(first(s[end:])); {
			end += width(s[end:])
		}
		part := s[start:end]
		if part == "" || madeUp(part, start == 0) {
			continue
		}
		if len(parts) > 0 {
			whole += gap
		}
		whole += part
		parts = append(parts, part)
		if len(whole) > MaxBytes {
			break
		}
	}
	if !give(whole, yield) {
		return false
	}
	if len(parts) > 1 {
		for _, part := range parts {
			if !give(part, yield) {
				return false
			}
		}
	}
	return true
}

func give(word string, yield func(string) bool) bool {
	if word = short(strings.ToLower(word)); len(word) < 2 {
		return true
	}
	return yield(word)
}

// short cuts s to MaxBytes, between characters.
func short(s string) string {
	if len(s) <= MaxBytes {
		return s
	}
	n := MaxBytes
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}

func first(s string) rune {
	if s[0] < utf8.RuneSelf {
		return rune(s[0])
	}
	r, _ := utf8.DecodeRuneInString(s)
	return r
}

func width(s string) int {
	if s[0] < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(s)
	return n
}

// isInner tells whether r is of a word's pieces. Marks belong to the letters before them.
func isInner(r rune) bool {
	if r < utf8.RuneSelf {
		return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9'
	}
	return unicode.IsLetter(r) || unicode.IsNumber(r) || unicode.IsMark(r)
}

// isOuter tells whether r ends a word.
func isOuter(r rune) bool {
	if r < utf8.RuneSelf {
		return r <= ' ' || r == 0x7f || strings.IndexByte("()[]{}\"'`,;=<>/\\?&#|:", byte(r)) >= 0
	}
	return unicode.IsSpace(r) || unicode.IsControl(r) || strings.ContainsRune("“”„‘’‚«»‹›…", r)
}

// Lengths from which letters and digits are taken for something made up.
const (
	longNumber = 5
	longHex    = 8
	longRandom = 16 // letters and digits
	bundled    = 8  // mixed letters, as bundlers end names of files with
)

// madeUp tells whether a part of a word is a number, a hash or the like that nobody looks for and every event has another
// of. leads tells that no other part stands before it.
func madeUp(part string, leads bool) bool {
	var digits, hex, upper, letters int
	for i := range len(part) {
		switch c := part[i]; {
		case '0' <= c && c <= '9':
			digits++
			hex++
		case 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F':
			hex++
			letters++
			if c < 'a' {
				upper++
			}
		case 'g' <= c && c <= 'z':
			letters++
		case 'G' <= c && c <= 'Z':
			letters++
			upper++
		default:
			return false
		}
	}
	n := len(part)
	switch {
	case digits == n:
		return n >= longNumber
	case hex == n && digits > 0:
		return n >= longHex
	case digits >= n/4 && digits > 0:
		return n >= longRandom || !leads && n == bundled && upper > 0
	}
	return !leads && n == bundled && upper >= 3 && upper < letters
}
