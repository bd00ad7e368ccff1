package event

import (
	"encoding/json"
	"unicode/utf8"
)

// What an event may hold once it is stored. Longer things are cut, never refused: a long message is
// still an error somebody wants to see. The text limits are those of Sentry's Relay, in characters.
const (
	MaxMessage     = 8192
	MaxType        = 256
	MaxText        = 256 // function, filename, logger, user fields
	MaxCulprit     = 200
	MaxRelease     = 200
	MaxEnvironment = 64
	MaxTagKey      = 200
	MaxTagValue    = 200
	MaxURL         = 2048
	MaxTags        = 100
	MaxExceptions  = 50
	MaxFrames      = 250 // of one stack: the outer and the inner halves stay, the middle goes
	MaxBreadcrumbs = 100
	MaxHeaders     = 100
	MaxContextLine = 1000
	MaxJSON        = 256 << 10 // bytes of contexts, extra and the like, each; a larger one is dropped whole
)

// Limit cuts everything in e to the limits above and sets what clients leave out: level and platform, and
// empty lists for missing ones, so that readers of the API never meet a null list. It is the last step of
// every protocol's reading.
func (e *Event) Limit() {
	if e.Exceptions == nil {
		e.Exceptions = []Exception{}
	}
	if e.Breadcrumbs == nil {
		e.Breadcrumbs = []Breadcrumb{}
	}
	if e.Level == 0 {
		e.Level = Error
	}
	if e.Platform == "" {
		e.Platform = "other"
	}
	e.Type, e.Message, e.Culprit = Cut(e.Type, MaxType), Cut(e.Message, MaxMessage), Cut(e.Culprit, MaxCulprit)
	e.Transaction, e.Logger, e.Platform = Cut(e.Transaction, MaxCulprit), Cut(e.Logger, MaxText), Cut(e.Platform, MaxText)
	e.Release, e.Dist, e.Environment = Cut(e.Release, MaxRelease), Cut(e.Dist, MaxText), Cut(e.Environment, MaxEnvironment)
	e.ServerName, e.URL = Cut(e.ServerName, MaxText), Cut(e.URL, MaxURL)
	e.Browser, e.OS = Cut(e.Browser, MaxText), Cut(e.OS, MaxText)
	for _, raw := range []*json.RawMessage{&e.Contexts, &e.Extra, &e.Modules, &e.DebugMeta, &e.Meta} {
		if len(*raw) > MaxJSON {
			*raw = json.RawMessage(`{"_dropped":"too large"}`)
		}
	}
	if n := len(e.Exceptions); n > MaxExceptions {
		e.Exceptions = e.Exceptions[n-MaxExceptions:] // the thrown one is last
	}
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		x.Type, x.Value, x.Module = Cut(x.Type, MaxType), Cut(x.Value, MaxMessage), Cut(x.Module, MaxText)
		if x.Frames = limitFrames(x.Frames); x.Frames == nil {
			x.Frames = []Frame{}
		}
	}
	e.Frames = limitFrames(e.Frames)
	if n := len(e.Breadcrumbs); n > MaxBreadcrumbs {
		e.Breadcrumbs = e.Breadcrumbs[n-MaxBreadcrumbs:] // the newest tell most
	}
	for i := range e.Breadcrumbs {
		b := &e.Breadcrumbs[i]
		b.Message, b.Category, b.Type, b.Level = Cut(b.Message, MaxMessage), Cut(b.Category, MaxText), Cut(b.Type, MaxText), Cut(b.Level, MaxText)
	}
	if len(e.Tags) > MaxTags {
		e.Tags = e.Tags[:MaxTags]
	}
	for i := range e.Tags {
		e.Tags[i] = Tag{Cut(e.Tags[i].Key, MaxTagKey), Cut(e.Tags[i].Value, MaxTagValue)}
	}
	if u := e.User; u != nil {
		u.ID, u.Email, u.Username = Cut(u.ID, MaxText), Cut(u.Email, MaxText), Cut(u.Username, MaxText)
		u.Name, u.IPAddress = Cut(u.Name, MaxText), Cut(u.IPAddress, MaxText)
	}
	if r := e.Request; r != nil {
		r.URL = Cut(r.URL, MaxURL)
		if len(r.Headers) > MaxHeaders {
			r.Headers = r.Headers[:MaxHeaders]
		}
	}
	if len(e.Fingerprint) > MaxTags {
		e.Fingerprint = e.Fingerprint[:MaxTags]
	}
}

func limitFrames(frames []Frame) []Frame {
	if n := len(frames); n > MaxFrames {
		frames = append(frames[:MaxFrames/2:MaxFrames/2], frames[n-MaxFrames/2:]...)
	}
	for i := range frames {
		f := &frames[i]
		f.Function, f.Module = Cut(f.Function, MaxText), Cut(f.Module, MaxText)
		f.Filename, f.AbsPath = Cut(f.Filename, MaxURL), Cut(f.AbsPath, MaxURL)
		f.ContextLine = Cut(f.ContextLine, MaxContextLine)
	}
	return frames
}

// Cut returns s with at most limit characters, the last one an ellipsis when something was cut.
func Cut(s string, limit int) string {
	if len(s) <= limit || utf8.RuneCountInString(s) <= limit {
		return s
	}
	n := 0
	for i := range s {
		n++
		if n == limit {
			return s[:i] + "…"
		}
	}
	return s
}
