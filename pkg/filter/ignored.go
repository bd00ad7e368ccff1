package filter

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// ignored tells whether one of a project's globs matches an event's message, alone or behind its type.
func ignored(e *event.Event, globs []string) bool {
	if len(globs) == 0 {
		return false
	}
	message := strings.ToLower(e.Message)
	whole := message
	if e.Type != "" {
		whole = strings.ToLower(e.Type) + ": " + message
	}
	for _, glob := range globs {
		glob = strings.ToLower(glob)
		if globMatches(glob, whole) || len(whole) != len(message) && globMatches(glob, message) {
			return true
		}
	}
	return false
}

// globMatches tells whether all of s matches glob, in which * stands for any text. Each part is looked for where the
// one before ended and never again, so the cost grows with the length of s alone.
func globMatches(glob, s string) bool {
	first, rest, star := strings.Cut(glob, "*")
	if !star {
		return s == glob
	}
	s, ok := strings.CutPrefix(s, first)
	if !ok {
		return false
	}
	for {
		part, after, more := strings.Cut(rest, "*")
		if !more {
			return strings.HasSuffix(s, part)
		}
		at := strings.Index(s, part)
		if at < 0 {
			return false
		}
		s, rest = s[at+len(part):], after
	}
}
