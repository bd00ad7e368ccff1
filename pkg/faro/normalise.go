package faro

import (
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
)

// A payload is an event under reading, with what can only be settled once all of it is read.
type payload struct {
	*event.Event
	tags        []event.Tag
	meta        []byte // members of the context "faro", each behind a comma
	contexts    []byte // the other contexts, likewise
	agent       string // the visitor's User-Agent
	browserOS   string // "Linux", from meta.browser
	view, route string
}

// Normalise reads the event of a Signal's Raw. Browser, OS and Device are as the SDK reads them, for agents
// we don't know better. Raw parts of the result share memory with rec.Raw. The error is event.ErrInvalid,
// wrapped: rec.Raw is no JSON object.
func Normalise(rec *pack.Record) (*event.Event, error) {
	r, err := read.Open(rec)
	if err != nil {
		return nil, err
	}
	p := payload{Event: read.Start(rec, event.Faro)}
	p.Platform = "javascript"
	for key := range r.Fields() {
		switch string(key) {
		case "meta":
			p.readMeta(r)
		case "exception":
			p.readException(r)
		case "log":
			p.readLog(r)
		}
	}
	p.settle(rec)
	p.Limit()
	return p.Event, nil
}

// common reads a member that exceptions and logs share.
func (p *payload) common(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "timestamp":
		if t := event.ReadTime(r); !t.IsZero() {
			p.Occurred = t.Truncate(time.Microsecond) // what Postgres keeps
		}
	case "trace", "action":
		if r.Kind() == jsonx.Object {
			name := string(key)
			p.contexts = member(p.contexts, name, read.JSON(r))
		}
	case "context":
		if r.Kind() == jsonx.Object {
			p.Extra = read.JSON(r)
		}
	}
}

// member adds a member to those of an object. Past the limit of all contexts there is no use in more.
func member(list []byte, name string, raw []byte) []byte {
	if len(list) > event.MaxJSON {
		return list
	}
	list = append(jsonx.AppendString(append(list, ','), name), ':')
	return append(list, raw...)
}

func (p *payload) tag(key, value string) {
	if value != "" && len(p.tags) < event.MaxTags {
		p.tags = append(p.tags, event.Tag{Key: key, Value: value})
	}
}

// settle fills what depends on several members or on the request.
func (p *payload) settle(rec *pack.Record) {
	if len(p.meta) > 0 {
		p.meta[0] = '{'
		p.contexts = member(slices.Grow(p.contexts, len(p.meta)+16), "faro", append(p.meta, '}'))
	}
	if len(p.contexts) > 0 {
		p.contexts[0] = '{'
		p.Contexts = append(p.contexts, '}')
	}
	p.Tags = event.NewTags(p.tags)
	p.Transaction = p.route
	if p.view != "" && p.view != defaultView {
		p.Transaction = p.view
	}
	if p.OS == "" {
		p.OS = p.browserOS
	}
	if p.URL == "" {
		p.URL = rec.HTTP.Referer
	}
	if p.agent != "" {
		p.Request = &event.Request{URL: p.URL, Headers: [][2]string{{"User-Agent", event.Cut(p.agent, event.MaxURL)}}}
	}
	read.Settle(p.Event, rec)
}

// defaultView is the name Faro 1 gives to the view of sites that name none.
const defaultView = "default"
