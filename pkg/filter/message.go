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

func (l *look) harmless() bool {
	return l.page && (l.said&ofHarmless != 0 || l.said&ofAbort != 0 && l.aborted())
}

// aborted tells whether the event is an AbortError, by type or, as SDKs write a DOMException, by its text.
func (l *look) aborted() bool {
	kind, message := l.e.Type, l.e.Message
	if len(l.e.Exceptions) > 0 {
		kind, message = l.e.Exceptions[0].Type, l.e.Exceptions[0].Value
	}
	if kind == "AbortError" {
		return true
	}
	at := strings.Index(message[:min(len(message), maxMessage)], "AbortError: ")
	return at >= 0 && at < maxAbortName
}

// maxAbortName is how far behind the start of a message its name may stand: behind what prefixes holds.
const maxAbortName = 64
