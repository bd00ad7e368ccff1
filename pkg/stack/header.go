package stack

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Names fills a missing type from the stack's header or from a message such as browsers hand to
// window.onerror ("Uncaught TypeError: x"), and a missing message from the header. What the client says
// itself stays as it is.
func Names(typ, message string, t Trace) (string, string) {
	name, rest, is := SplitHeader(t.Header)
	if !is || t.Frames == nil && !IsErrorName(name) {
		name, rest = "", t.Header
	}
	if message == "" {
		if typ == "" {
			typ = name
		}
		return typ, rest
	}
	if typ != "" {
		return typ, message
	}
	if own, rest, is := SplitHeader(message); is && rest != "" && (IsErrorName(own) || own == name) {
		return own, rest
	}
	return name, message
}

// SplitHeader cuts "TypeError: x is undefined" into its name and message, without what consoles put before
// it and without Node's code ("Error [ERR_X]: …"). A name alone counts when it is one of an error.
func SplitHeader(s string) (name, message string, is bool) {
	s = strings.TrimSpace(s)
	for _, prefix := range []string{"Uncaught (in promise) ", "Uncaught ", "Unhandled Promise Rejection: "} {
		if rest, found := strings.CutPrefix(s, prefix); found {
			s = rest
			break
		}
	}
	n := nameLen(s)
	name, rest := s[:n], s[n:]
	if code, after, found := strings.Cut(rest, "]"); found && strings.HasPrefix(code, " [") {
		rest = after
	}
	switch {
	case n == 0 || n > event.MaxType:
	case rest == "" && IsErrorName(name), rest == ":":
		return name, "", true
	case strings.HasPrefix(rest, ": "), strings.HasPrefix(rest, ":\n"):
		return name, strings.TrimSpace(rest[1:]), true
	}
	return "", "", false
}

// IsErrorName reports whether s ends as the names of errors do.
func IsErrorName(s string) bool {
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception")
}

// nameLen returns the length of the JavaScript name, dots included, at the start of s.
func nameLen(s string) int {
	for i := range len(s) {
		switch c := s[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z', c == '_', c == '$':
		case i > 0 && ('0' <= c && c <= '9' || c == '.'):
		default:
			return i
		}
	}
	return len(s)
}
