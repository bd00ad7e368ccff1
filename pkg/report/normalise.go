package report

import (
	"cmp"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
	"github.com/trivetlabs/trivet/pkg/stack"
)

// A payload is an event under reading, with what the report says.
type payload struct {
	*event.Event
	kind  string // the report's type as the wire has it
	url   string // of the document, or of what failed to load
	agent string // the browser, by its User-Agent
	age   time.Duration
	body  []byte // as it stands in the text
	said  body
}

// Normalise reads the event of a report. Its type is in words ("CSP violation"); the tag "report" has it as on the
// wire. Other tags have what reports of one cause share, where it is told: directive and blocked of CSP; id; policy;
// reason of a crash; error, phase, status and host of the network; kind, property and destination of embeddings and
// openers; disposition of all. The body is kept whole in the context "report". The error is event.ErrInvalid, wrapped.
func Normalise(rec *pack.Record) (*event.Event, error) {
	if err := rec.CheckJSON(); err != nil {
		return nil, fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	p := payload{Event: read.Start(rec, event.Report)}
	p.Platform, p.Level = "javascript", event.Error
	read.Settle(p.Event, rec)
	if !p.read(rec.Raw) {
		return nil, fmt.Errorf("%w: not a report", event.ErrInvalid)
	}
	p.settle(rec)
	p.words()
	p.Tags = event.NewTags(p.Tags)
	p.Limit()
	return p.Event, nil
}

// read reads the report, and tells whether it is one.
func (p *payload) read(text []byte) bool {
	var oldKind string
	var oldBody []byte
	r := jsonx.NewReader(text)
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			p.kind = event.Cut(r.Str(), event.MaxText)
		case "url":
			p.url = r.Str()
		case "user_agent":
			p.agent = r.Str()
		case "age":
			p.age = readAge(r)
		case "body":
			p.body = r.Raw()
		default:
			if isOld(key) {
				oldKind, oldBody = string(key), r.Raw()
			}
		}
	}
	if p.kind == "" {
		if p.kind, p.body = oldKind, oldBody; p.kind == "known-pins" {
			p.body = text
		}
	}
	if name, is := aliases[p.kind]; is {
		p.kind = name
	}
	p.said.read(jsonx.NewReader(p.body))
	return p.kind != ""
}

// settle fills what every report has: when, where and by whom.
func (p *payload) settle(rec *pack.Record) {
	p.Occurred = rec.Received.Add(-p.age).Truncate(time.Microsecond) // what Postgres keeps
	if !p.said.made.IsZero() {
		p.Occurred = p.said.made.Truncate(time.Microsecond)
	}
	p.URL = cmp.Or(p.said.document, p.url)
	if p.kind == networkError {
		p.URL = p.url // the page is the referrer
	}
	if p.URL == "" && p.said.host != "" {
		p.URL = "https://" + p.said.host + "/"
	}
	p.URL = cmp.Or(p.URL, rec.HTTP.Referer)
	p.Request = &event.Request{URL: p.URL, Method: p.said.method}
	for _, h := range [][2]string{{"User-Agent", p.agent}, {"Referer", p.said.referrer}} {
		if h[1] != "" {
			p.Request.Headers = append(p.Request.Headers, [2]string{h[0], event.Cut(h[1], event.MaxURL)})
		}
	}
	if rec.IP != "" {
		p.User = &event.User{IPAddress: rec.IP} // nothing else tells visitors apart
	}
	if p.body != nil {
		p.Contexts = append(append([]byte(`{"report":`), jsonx.Clean(p.body)...), '}')
	}
	if p.said.stack != "" {
		p.Frames = stack.Parse(p.said.stack, "")[0].Frames
	}
	if f := p.said.frame; f.Filename != "" || f.Line > 0 {
		f.Function = "?"
		f.Filename = cmp.Or(f.Filename, p.URL) // a script in the page itself
		p.Frames = []event.Frame{f}
	}
}

// tag adds a label, unless there is nothing to say.
func (p *payload) tag(key, value string) {
	if value != "" {
		p.Tags = append(p.Tags, event.Tag{Key: key, Value: value})
	}
}
