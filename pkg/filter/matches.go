package filter

import "github.com/trivetlabs/trivet/pkg/event"

// Matches tells whether a project's list of these messages alone would drop e.
func Matches(e *event.Event, messages []string) bool { return ignored(e, messages) }
