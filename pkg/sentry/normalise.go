package sentry

import (
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
)

// A payload is an event under reading, with what can only be settled once all of it is read.
type payload struct {
	*event.Event
	message  string // of the event, where its exception has none
	inferIP  string // sdk.settings.infer_ip
	checksum string
	culprit  string
	stack    []event.Frame // without an exception: the deprecated top-level stacktrace
	threads  []event.Frame
}

// Normalise reads the event of a Sentry SDK. Raw parts of the result share memory with rec.Raw. The error
// is event.ErrInvalid, wrapped: rec.Raw is no JSON object.
func Normalise(rec *pack.Record) (*event.Event, error) {
	text := rec.Raw
	if !rec.Checked || jsonx.NewReader(text).Kind() != jsonx.Object {
		var err error
		if text, err = CheckEvent(text); err != nil {
			return nil, err
		}
	}
	p := payload{Event: read.Start(rec, event.Sentry)}
	r := jsonx.NewReader(text)
	for key := range r.Fields() {
		p.field(key, r)
	}
	p.settle(rec)
	p.Limit()
	return p.Event, nil
}

// field reads one member of the event, under its name of today or one of before 2014.
func (p *payload) field(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "timestamp":
		if t := event.ReadTime(r); !t.IsZero() {
			p.Occurred = t.Truncate(time.Microsecond) // what Postgres keeps
		}
	case "level":
		p.Level = read.Level(r)
	case "message", "logentry", "sentry.interfaces.Message":
		if m := message(r); m != "" && (p.message == "" || string(key) != "message") {
			p.message = m
		}
	case "exception", "sentry.interfaces.Exception":
		p.Exceptions = exceptions(r)
	case "stacktrace", "sentry.interfaces.Stacktrace":
		p.stack = read.Frames(r)
	case "threads", "sentry.interfaces.Threads":
		p.threads = threads(r)
	case "breadcrumbs", "sentry.interfaces.Breadcrumbs":
		p.Breadcrumbs = read.Breadcrumbs(r)
	case "request", "sentry.interfaces.Http":
		p.Request = read.Request(r)
	case "user", "sentry.interfaces.User":
		p.User = read.User(r)
	case "tags":
		p.Tags = read.Tags(r)
	case "fingerprint":
		p.Fingerprint = read.Fingerprint(r)
	case "checksum":
		p.checksum = scalar(r)
	case "sdk":
		p.SDK, p.inferIP = read.SDK(r)
	case "contexts", "sentry.interfaces.Contexts":
		p.Contexts = read.JSON(r)
	case "extra":
		p.Extra = read.JSON(r)
	case "modules":
		p.Modules = read.JSON(r)
	case "debug_meta", "sentry.interfaces.DebugMeta":
		p.DebugMeta = read.JSON(r)
	default:
		p.label(key, r)
	}
}

// label reads a member that is one short text; numbers are taken as they are written.
func (p *payload) label(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "platform":
		p.Platform = scalar(r)
	case "logger":
		p.Logger = scalar(r)
	case "transaction":
		p.Transaction = scalar(r)
	case "culprit":
		p.culprit = scalar(r)
	case "release":
		p.Release = scalar(r)
	case "dist":
		p.Dist = scalar(r)
	case "environment":
		p.Environment = scalar(r)
	case "server_name":
		p.ServerName = scalar(r)
	}
}

// settle fills what depends on several members or on the request.
func (p *payload) settle(rec *pack.Record) {
	if p.Transaction == "" {
		p.Transaction = p.culprit
	}
	if p.isFile(p.Transaction) {
		p.Transaction = ""
	}
	read.Settle(p.Event, rec)
	if p.Fingerprint == nil && p.checksum != "" {
		p.Fingerprint = []string{p.checksum}
	}
	p.Message = p.message
	if x := p.Thrown(); x != nil {
		p.Type = x.Type
		if x.Value != "" {
			p.Message = x.Value
		}
	}
	p.Handled = handled(p.Exceptions)
	p.settleStack()
	p.settleIP(rec.IP)
	if p.Request != nil {
		p.URL = p.Request.URL
	}
	if p.URL == "" {
		p.URL = rec.HTTP.Referer
	}
}

// isFile tells whether name is but a file of the stack, as raven-js has it for a transaction. The stack says more.
func (p *payload) isFile(name string) bool {
	x := p.Thrown()
	if name == "" || x == nil {
		return false
	}
	for i := range x.Frames {
		if x.Frames[i].Filename == name {
			return true
		}
	}
	return false
}

// settleStack gives a stack that came beside the exceptions to the one it can only belong to, or else,
// when no exception has any, to the event.
func (p *payload) settleStack() {
	for i := range p.Exceptions {
		if p.Exceptions[i].Frames != nil {
			return
		}
	}
	switch {
	case p.stack != nil && len(p.Exceptions) == 1:
		p.Exceptions[0].Frames = p.stack
	case p.stack != nil:
		p.Frames = p.stack
	default:
		p.Frames = p.threads
	}
}

// settleIP applies Sentry's rule for the visitor's address: a client that knows infer_ip decides by it;
// one that does not asks by AutoIP, or, where it lives on the visitor's machine, by saying nothing.
func (p *payload) settleIP(client string) {
	asked := p.User != nil && p.User.IPAddress == read.AutoIP
	if asked {
		p.User.IPAddress = ""
	}
	switch p.inferIP {
	case "auto":
		asked = true
	case "":
		switch p.Platform {
		case "javascript", "cocoa", "objc":
			asked = true
		}
	default: // never, and anything a client may mean by a value we do not know
		asked = false
	}
	switch {
	case !asked || client == "":
	case p.User == nil:
		p.User = &event.User{IPAddress: client}
	case p.User.IPAddress == "":
		p.User.IPAddress = client
	}
	if u := p.User; u != nil && u.Key() == "" && u.Name == "" && u.Geo == nil && u.Data == nil {
		p.User = nil // it was nothing but a wish for the address
	}
}
