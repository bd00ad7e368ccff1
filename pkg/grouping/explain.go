package grouping

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// An Explanation tells why an event has its fingerprint.
type Explanation struct {
	Version     int      `json:"version"`     // of the rules of grouping
	Fingerprint event.ID `json:"fingerprint"` // what Of returns
}

// Explain returns why Of(e, rules) is what it is.
func Explain(e *event.Event, rules []project.Rule) Explanation {
	return Explanation{Version, Of(e, rules)}
}
