package web

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A TailFilter says which events somebody follows. Zero values ask for everything.
type TailFilter struct {
	Level       event.Level // at least
	Text        string      // within type, message or culprit; case does not count
	Release     string
	Environment string
	URL         string // within the page's URL; case does not count
}

// ReadTailFilter reads the parameters level, text, release, environment and url.
func ReadTailFilter(p *Params) TailFilter {
	return TailFilter{
		Level: p.Level("level"), Text: p.Text("text"), Release: p.Text("release"), Environment: p.Text("environment"), URL: p.Text("url"),
	}
}

// Glance is what a TailFilter looks at.
type Glance struct {
	Level                                             event.Level
	Type, Message, Culprit, Release, Environment, URL string
}

// Match tells whether the filter asks for an event.
func (f TailFilter) Match(g Glance) bool {
	switch {
	case g.Level < f.Level:
		return false
	case f.Release != "" && g.Release != f.Release:
		return false
	case f.Environment != "" && g.Environment != f.Environment:
		return false
	case f.URL != "" && !within(g.URL, f.URL):
		return false
	case f.Text != "" && !within(g.Type+": "+g.Message, f.Text) && !within(g.Culprit, f.Text):
		return false
	}
	return true
}

func within(s, part string) bool { return strings.Contains(strings.ToLower(s), strings.ToLower(part)) }
