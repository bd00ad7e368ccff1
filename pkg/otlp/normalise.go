package otlp

import (
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
)

// A payload is an event under reading, with what can only be settled once all of it is read.
type payload struct {
	*event.Event
	told            told
	observed        time.Time
	severity        string // severityText
	body            []byte // an AnyValue
	resource, extra []byte // members, each behind a comma
	traceID, spanID string
	scope           string
}

// Normalise reads the event of a Record's Raw. Browser and OS are as the resource tells them, for visitors
// whose User-Agent we don't know. The error is event.ErrInvalid, wrapped: rec.Raw is no JSON object.
func Normalise(rec *pack.Record) (*event.Event, error) {
	r, err := read.Open(rec)
	if err != nil {
		return nil, err
	}
	p := payload{Event: read.Start(rec, event.OTLP)}
	p.Occurred = time.Time{} // until settle
	for key := range r.Fields() {
		switch string(key) {
		case "resource":
			p.readResource(r)
		case "scope":
			for key := range r.Fields() {
				if string(key) == "name" {
					p.scope = r.Str()
				}
			}
		case "logRecord":
			for key := range r.Fields() {
				p.field(key, r)
			}
		}
	}
	p.settleBody()
	p.settleError()
	p.settle(rec)
	p.Limit()
	return p.Event, nil
}

func (p *payload) readResource(r *jsonx.Reader) {
	for key := range r.Fields() {
		if string(key) != "attributes" {
			continue
		}
		attributes(r, func(name string, value []byte) {
			p.told.read(name, value)
			p.resource = member(p.resource, name, value)
		})
	}
}

// field reads one member of the log record.
func (p *payload) field(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "timeUnixNano":
		p.Occurred = readNano(r)
	case "observedTimeUnixNano":
		p.observed = readNano(r)
	case "severityNumber":
		p.Level = level(r)
	case "severityText":
		p.severity = r.Str()
	case "body":
		p.body = r.Raw()
	case "eventName":
		if name := r.Str(); name != exceptionEvent && name != "" {
			p.tag("event.name", name)
		}
	case "attributes":
		attributes(r, p.attribute)
	case "traceId":
		p.traceID = r.Str()
	case "spanId":
		p.spanID = r.Str()
	}
}

// attribute reads one of the record's attributes; what is not an event's own field is extra data.
func (p *payload) attribute(name string, value []byte) {
	if !p.told.read(name, value) {
		p.extra = member(p.extra, name, value)
	}
}

func (p *payload) tag(key, value string) {
	if value != "" {
		p.Tags = append(p.Tags, event.Tag{Key: key, Value: value})
	}
}

// level reads a SeverityNumber: four steps for each of trace, debug, info, warn, error and fatal; 0 for none.
func level(r *jsonx.Reader) event.Level {
	switch n := r.Int(); {
	case n < 1 || n > 24:
		return 0
	case n <= 8:
		return event.Debug
	case n <= 12:
		return event.Info
	case n <= 16:
		return event.Warning
	case n <= 20:
		return event.Error
	}
	return event.Fatal
}

// settleBody reads a body that is a map as attributes, as events had theirs before OTLP 1.5; the record's
// own win. Of another body the text is a message where the exception has none, else extra data.
func (p *payload) settleBody() {
	r := jsonx.NewReader(p.body)
	for key := range r.Fields() {
		if string(key) != "kvlistValue" {
			continue
		}
		before := p.told
		for key := range r.Fields() {
			if string(key) == "values" {
				attributes(r, p.attribute)
			}
		}
		p.told.under(&before)
		return
	}
	body := text(p.body)
	switch {
	case body == "" || body == p.told.message:
	case p.told.message == "" && p.told.stack == "":
		p.told.message = body
	default:
		p.extra = member(p.extra, "body", p.body)
	}
}

// settle fills what depends on several members or on the request.
func (p *payload) settle(rec *pack.Record) {
	t := &p.told
	p.Logger = p.scope
	p.User, p.URL, p.Environment, p.Release, p.ServerName = t.visitor(), t.url, t.environment, t.version, t.host
	p.Browser, p.OS = t.browser, t.platform
	p.tag("service.name", t.service)
	p.tag("service.namespace", t.namespace)
	p.Tags = event.NewTags(p.Tags)
	if p.Level == 0 && p.severity != "" {
		p.Level, _ = event.ParseLevel(strings.TrimRight(p.severity, "234")) // "WARN2" is a step of WARN
	}
	if p.Occurred.IsZero() {
		p.Occurred = p.observed
	}
	if p.Occurred.IsZero() {
		p.Occurred = rec.Received
	}
	p.Occurred = p.Occurred.Truncate(time.Microsecond) // what Postgres keeps
	if p.URL == "" {
		p.URL = rec.HTTP.Referer
	}
	if t.agent != "" {
		p.Request = &event.Request{URL: p.URL, Headers: [][2]string{{"User-Agent", event.Cut(t.agent, event.MaxURL)}}}
	}
	p.SDK, p.Platform = t.sdk(), t.runtime()
	read.Settle(p.Event, rec)
	p.Extra = object(p.extra)
	p.Contexts = p.contexts()
}

func (p *payload) contexts() []byte {
	var trace, all []byte
	if p.traceID != "" {
		trace = append(trace, `{"trace_id":`...)
		trace = jsonx.AppendString(trace, event.Cut(p.traceID, event.MaxText))
		if p.spanID != "" {
			trace = jsonx.AppendString(append(trace, `,"span_id":`...), event.Cut(p.spanID, event.MaxText))
		}
		all = append(append(all, `,"trace":`...), append(trace, '}')...)
	}
	if resource := object(p.resource); resource != nil {
		all = append(append(all, `,"resource":`...), resource...)
	}
	return object(all)
}

// member adds an AnyValue to the members of an object, as plain JSON. Past the limit there is no use in more.
func member(list []byte, name string, value []byte) []byte {
	if len(list) > event.MaxJSON {
		return list
	}
	list = append(jsonx.AppendString(append(list, ','), name), ':')
	return appendPlain(list, jsonx.NewReader(value))
}

// object makes an object of its members, each behind a comma; nil of none.
func object(members []byte) []byte {
	if len(members) == 0 {
		return nil
	}
	members[0] = '{'
	return append(members, '}')
}
