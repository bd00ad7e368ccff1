package filter

import "strings"

// kinds are what a message is known for.
type kinds uint8

const (
	ofExtension kinds = 1 << iota // a browser says it of a lost extension
	ofInjected                    // only scripts that nobody of the site wrote speak so
	ofFileless                    // the same, where no script of the site is on the stack
	ofHarmless
	ofAbort // harmless from an AbortError
)

// listen returns what a message is known for: one walk over its words, and the phrases of a word compared where
// it stands.
func listen(message string) (said kinds) {
	for start := 0; start < len(message); {
		if !inWord(message[start]) {
			start++
			continue
		}
		end := start + 1
		for end < len(message) && inWord(message[end]) {
			end++
		}
		for _, p := range phrases[message[start:end]] {
			if (start == 0 || p.anywhere) && speaks(message[start:], p.text) {
				said |= p.kind
			}
		}
		start = end
	}
	if letterOfA(message) {
		said |= ofFileless
	}
	return said
}

// speaks tells whether s begins with text and text's last word ends there.
func speaks(s, text string) bool {
	if !strings.HasPrefix(s, text) {
		return false
	}
	return len(s) == len(text) || !inWord(text[len(text)-1]) || !inWord(s[len(text)])
}

// inWord tells whether a byte belongs to a name of JavaScript.
func inWord(c byte) bool {
	return c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || c == '_' || c == '$' || c >= 0x80
}

// letterOfA matches what a script injected by some iOS browsers throws: "undefined is not an object (evaluating
// 'a.L')", with any capital. Sentry's SDKs drop it by themselves since 8.
func letterOfA(message string) bool {
	rest, ok := strings.CutPrefix(message, "undefined is not an object (evaluating 'a.")
	return ok && len(rest) == 3 && rest[0] >= 'A' && rest[0] <= 'Z' && rest[1:] == "')"
}

// harmless asks what was thrown and not its root cause: what a page breaks off may well break what it does.
func (l *look) harmless() bool {
	if !l.page {
		return false
	}
	kind, message, said := l.e.Type, l.e.Message, l.said
	if x := l.e.Thrown(); x != nil {
		kind, message = x.Type, x.Value
	}
	if len(l.e.Exceptions) > 1 {
		said = listen(opening(message))
	}
	return said&ofHarmless != 0 || said&ofAbort != 0 && (kind == "AbortError" || namesAbort(message))
}

// namesAbort tells whether a message says that it is an AbortError's, as SDKs write a DOMException.
func namesAbort(message string) bool {
	return strings.Contains(message[:min(len(message), maxAbortName)], "AbortError: ")
}

// maxAbortName is where the name ends at the latest: behind all that prefixes hold.
const maxAbortName = 96
