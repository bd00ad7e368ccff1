package ingest

import (
	"cmp"
	"errors"
	"net/http"
	"net/netip"
	"slices"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// maxField bounds each header and query value that travels with an event, in bytes.
const maxField = 512

// A request is one on its way through accept. It belongs to one goroutine.
type request struct {
	edge     *Edge
	route    *route
	http     *http.Request
	path     string // the project in the path, "" where there is none
	pathKey  string // the key in the path, "" where there is none
	query    query
	received time.Time
	client   netip.Addr
	limited  bool // a token of the client's address is still to be taken
	body     body
	turn     bool      // it has one of bodies.turns
	project  int64     // since identify, also when its key may not send from here
	rate     float64   // of its own, with it; 0: that of all
	sdk      string    // after split
	sentAt   time.Time // after split
}

func (e *Edge) begin(c echo.Context, rt *route) *request {
	r := &request{
		edge: e, route: rt, http: c.Request(), path: c.Param("project"), pathKey: c.Param("key"),
		query: readQuery(c.Request().URL.RawQuery), received: e.deps.Now(),
	}
	r.client, r.limited = e.proxies.Client(r.http)
	r.body = body{shared: e.bodies, http: r.http, files: rt.files}
	return r
}

// end gives back what the request held and tells its project when it was refused.
func (r *request) end(err *error) {
	r.release()
	if *err != nil && r.project != 0 {
		r.edge.discards.add(discard{r.project, refusalOf(*err).Code, categoryError}, 1)
	}
}

// text is what there is to split.
func (r *request) text() ([]byte, error) {
	if r.route.inQuery {
		return []byte(r.http.URL.RawQuery), nil
	}
	text, err := r.body.read()
	if r.route.empty && errors.Is(err, errEmpty) {
		return nil, nil
	}
	return text, err
}

// split cuts the text, in its turn where that takes much memory.
func (r *request) split(text []byte) (b batch, err error) {
	if r.route.swells {
		if err := take(r.body.shared.turns); err != nil {
			return b, err
		}
		r.turn = true
	}
	return r.route.split(r, text)
}

// release gives back all memory but the records. Calling it again is harmless.
func (r *request) release() {
	r.body.release()
	if r.turn {
		r.turn = false
		<-r.body.shared.turns
	}
}

// A sent is one thing to keep, as its client sent it: an event, or what belongs to one.
type sent struct {
	id     event.ID
	at     time.Time // by the client's clock, zero when it doesn't say
	raw    []byte    // shares memory with the body, or is made of it
	repeat bool      // the client may send it again under this id
	kind   pack.Kind
	of     event.ID // the event that this belongs to
	name   string   // of an attachment
	typ    string   // of an attachment
}

// A batch is what a body holds and what is answered once that is kept.
type batch struct {
	records   []sent
	files     int // bytes of files in the body, kept or not
	reply     []byte
	replyType []string // Content-Type of the reply; nil: JSON
}

// events counts those that are.
func (b *batch) events() (n int) {
	for i := range b.records {
		if b.records[i].kind == pack.Event {
			n++
		}
	}
	return n
}

// first returns the first record of a kind, nil when there is none.
func (b *batch) first(kind pack.Kind) *sent {
	for i := range b.records {
		if b.records[i].kind == kind {
			return &b.records[i]
		}
	}
	return nil
}

// newSent gives an event its id: the client's where it has one, so that a repetition is counted once.
func (r *request) newSent(id string, at time.Time, raw []byte) sent {
	if id != "" {
		if given := event.ClientID(r.project, id); !given.IsZero() {
			return sent{id: given, at: at, raw: raw, repeat: true}
		}
	}
	return sent{id: event.NewID(r.received), at: at, raw: raw}
}

// named gives a thing the id that its name has in this project.
func (r *request) named(name string, at time.Time, raw []byte) sent {
	return sent{id: event.NamedID(r.project, name), at: at, raw: raw, repeat: true}
}

// buffers are those of encode: commit gives them back once their bytes are in a pack.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxPooled keeps the rare large buffer from staying for ever.
const maxPooled = 64 << 10

func recycle(b *[]byte) {
	if cap(*b) <= maxPooled {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

// usualHead is what a record's line takes, in bytes, when its request's headers are of usual length.
const usualHead = 512

// encode returns the records of all that is kept, nil when there is nothing.
func (r *request) encode(all []sent) *[]byte {
	if len(all) == 0 {
		return nil
	}
	received := r.received.UTC().Truncate(time.Microsecond)
	record := pack.Record{
		Project: r.project, Received: received, Protocol: r.route.protocol.String(),
		UA: short(r.http.Header.Get("User-Agent")), SDK: short(r.sdk), SentAt: r.sentAt, HTTP: r.told(),
	}
	if r.client.IsValid() {
		record.IP = r.client.String()
	}
	if len(all) > 1 {
		record.Group = event.NewID(received)
	}
	buffer := buffers.Get().(*[]byte)
	size := 0
	for i := range all {
		size += len(all[i].raw) + usualHead
	}
	out := slices.Grow(*buffer, size)
	for i := range all {
		s := &all[i]
		record.ID, record.Raw = s.id, s.raw
		record.Kind, record.Of, record.Name, record.Type = s.kind, s.of, s.name, s.typ
		record.Day, record.Fallback = event.Partition(s.at, received)
		record.Fallback = record.Fallback && s.repeat // an id of ours is nowhere else
		out = record.Append(out)
	}
	*buffer = out
	return buffer
}

// told is what the worker needs to know of the request.
func (r *request) told() pack.HTTP {
	h := r.http.Header
	return pack.HTTP{
		Release:     short(r.query.release),
		Environment: short(r.query.environment),
		ContentType: short(h.Get("Content-Type")),
		Origin:      short(h.Get("Origin")),
		Referer:     short(h.Get("Referer")),
		Brands:      short(h.Get("Sec-Ch-Ua")),
		Platform:    short(h.Get("Sec-Ch-Ua-Platform")),
		Mobile:      short(h.Get("Sec-Ch-Ua-Mobile")),
		Local:       isLoopback(r.http.Host),
	}
}

// agent is how the client names itself outside of the body.
func (r *request) agent() string {
	return cmp.Or(r.query.client, sentryField(r.http.Header.Get("X-Sentry-Auth"), "sentry_client"))
}

func short(s string) string {
	if len(s) > maxField {
		return s[:maxField]
	}
	return s
}

// answer tells the client that all is kept.
func (r *request) answer(c echo.Context, b *batch) error {
	w := c.Response()
	if r.http.Method == http.MethodGet {
		w.Header()["Cache-Control"] = noStore
		w.Header()["Cross-Origin-Resource-Policy"] = crossOrigin // or a page under COEP is refused its image
	}
	status, reply, kind := cmp.Or(r.route.status, http.StatusOK), b.reply, b.replyType
	switch {
	case r.route.gif:
		reply, kind = pixelGIF, gifType
	case kind == nil:
		kind = jsonType
	}
	if status != http.StatusNoContent {
		w.Header()["Content-Type"] = kind
	}
	w.WriteHeader(status)
	if len(reply) > 0 {
		_, _ = w.Write(reply) // a client that went away is no error of ours
	}
	return nil
}
