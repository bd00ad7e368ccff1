package native

import (
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
)

// A payload is an event under reading, with what can only be settled once all of it is read.
type payload struct {
	*event.Event
	value        string // of the exception, where the client tells it apart from the message
	short        string // the message under a name of one letter, as URLs of pixels have it
	stack        string
	frames       []event.Frame // a stack that came as a list
	causes       []cause       // each behind its parent
	onerror      event.Frame   // what window.onerror knows beside the message
	extra, other []byte        // the client's extra object; members we do not know, as in an object
}

// Normalise reads an event of our own protocol. Raw parts of the result share memory with rec.Raw. The
// error is event.ErrInvalid, wrapped: rec.Raw is no JSON object.
func Normalise(rec *pack.Record) (*event.Event, error) {
	r, err := read.Open(rec)
	if err != nil {
		return nil, err
	}
	p := payload{Event: start(rec, event.Native)}
	for key := range r.Fields() {
		p.field(key, r)
	}
	p.settleError()
	p.settle(rec)
	p.Limit()
	return p.Event, nil
}

func start(rec *pack.Record, protocol event.Protocol) *event.Event {
	e := read.Start(rec, protocol)
	e.Platform = "javascript"
	return e
}

// field reads one member of the event.
func (p *payload) field(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "id": // the edge has read it
	case "timestamp", "ts":
		if t := event.ReadTime(r); !t.IsZero() {
			p.Occurred = t.Truncate(time.Microsecond) // what Postgres keeps
		}
	case "type":
		p.Type = r.Text()
	case "name":
		if s := r.Text(); p.Type == "" {
			p.Type = s
		}
	case "message":
		p.Message = r.Text()
	case "value":
		p.value = r.Text()
	case "m":
		if r.Kind() != jsonx.String {
			p.keep(key, r.Raw())
			return
		}
		p.short = r.Str()
	case "stack", "stacktrace":
		p.readStack(r)
	case "causes":
		p.causes = readCauses(r)
	case "level":
		p.Level = read.Level(r)
	case "handled":
		p.Handled = truth(r)
	case "filename":
		p.onerror.Filename = label(r)
	case "lineno":
		p.onerror.Line = max(r.Int(), 0)
	case "colno":
		p.onerror.Column = max(r.Int(), 0)
	case "user":
		p.User = read.User(r)
	case "tags":
		p.Tags = read.Tags(r)
	case "breadcrumbs":
		p.Breadcrumbs = read.Breadcrumbs(r)
	case "fingerprint":
		p.Fingerprint = read.Fingerprint(r)
	case "request":
		p.Request = read.Request(r)
	case "sdk":
		p.SDK, _ = read.SDK(r)
	default:
		p.rest(key, r)
	}
}

// rest reads labels and raw members, and keeps what we do not know.
func (p *payload) rest(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "url":
		p.URL = label(r)
	case "release":
		p.Release = label(r)
	case "dist":
		p.Dist = label(r)
	case "environment":
		p.Environment = label(r)
	case "transaction":
		p.Transaction = label(r)
	case "logger":
		p.Logger = label(r)
	case "server_name":
		p.ServerName = label(r)
	case "platform":
		if s := label(r); s != "" {
			p.Platform = s
		}
	case "contexts":
		p.Contexts = read.JSON(r)
	case "debug_meta":
		p.DebugMeta = read.JSON(r)
	case "meta":
		p.Meta = read.JSON(r)
	case "extra":
		if r.Kind() == jsonx.Object {
			p.extra = r.Raw()
			return
		}
		p.keep(key, r.Raw())
	default:
		p.keep(key, r.Raw())
	}
}

// truth reads a boolean, also one that came as text, as all values of forms and query strings do.
func truth(r *jsonx.Reader) *bool {
	b, err := strconv.ParseBool(r.Text())
	if err != nil {
		return nil
	}
	return &b
}

// keep adds a member we do not know to the extra data under its own name.
func (p *payload) keep(key, raw []byte) {
	if string(raw) == "null" || len(p.other) > event.MaxJSON {
		return
	}
	p.other = append(jsonx.AppendString(append(p.other, ','), string(key)), ':')
	p.other = append(p.other, raw...)
}

// settle fills what depends on several members or on the request.
func (p *payload) settle(rec *pack.Record) {
	p.Extra = p.joinExtra()
	read.Settle(p.Event, rec)
	settlePage(p.Event, rec)
}

// settlePage fills the page from where it may be told, and the visitor's address where it was asked for.
func settlePage(e *event.Event, rec *pack.Record) {
	if e.URL == "" && e.Request != nil {
		e.URL = e.Request.URL
	}
	if e.URL == "" {
		e.URL = rec.HTTP.Referer
	}
	if e.User != nil && e.User.IPAddress == read.AutoIP {
		e.User.IPAddress = rec.IP
	}
}

// joinExtra puts the members we do not know behind those of the client's own extra object.
func (p *payload) joinExtra() []byte {
	if len(p.other) == 0 {
		return jsonx.Clean(p.extra)
	}
	members := jsonx.Clean(p.other)[1:]
	out := make([]byte, 0, len(p.extra)+len(members)+2)
	out = append(out, '{')
	if extra := jsonx.Clean(p.extra); len(extra) > 2 {
		// An object of white space alone has no members: then there is nothing to put a comma behind.
		for range jsonx.NewReader(extra).Fields() {
			out = append(append(out, extra[1:len(extra)-1]...), ',')
			break
		}
	}
	return append(append(out, members...), '}')
}
