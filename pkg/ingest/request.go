package ingest

import (
	"cmp"
	"net/http"
	"net/netip"
	"sync"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// maxField bounds each header and query value that travels with an event, in bytes.
const maxField = 512

// A request is one POST on its way through accept. It belongs to one goroutine.
type request struct {
	edge     *Edge
	route    *route
	http     *http.Request
	path     string // the project in the path, "" where there is none
	query    query
	received time.Time
	client   netip.Addr
	limited  bool // a token of the client's address is still to be taken
	body     body
	project  int64     // after identify
	sdk      string    // after split
	sentAt   time.Time // after split
}

func (e *Edge) begin(c echo.Context, rt *route) *request {
	r := &request{
		edge: e, route: rt, http: c.Request(), path: c.Param("project"), query: readQuery(c.Request().URL.RawQuery),
		received: e.deps.Now(),
	}
	r.client, r.limited = e.proxies.client(r.http)
	r.body = body{shared: e.bodies, http: r.http}
	return r
}

// A sent is one event as its client sent it.
type sent struct {
	id     event.ID
	at     time.Time // by the client's clock, zero when it doesn't say
	raw    []byte    // shares memory with the body
	repeat bool      // the client chose the id and may send it again
}

// A batch is what a body holds and what is answered once that is kept.
type batch struct {
	events []sent
	reply  []byte
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

// encode returns the records of all events, nil when there are none.
func (r *request) encode(events []sent) *[]byte {
	if len(events) == 0 {
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
	if len(events) > 1 {
		record.Group = event.NewID(received)
	}
	buffer := buffers.Get().(*[]byte)
	out := *buffer
	for i := range events {
		record.ID, record.Raw = events[i].id, events[i].raw
		record.Day, record.Fallback = event.Partition(events[i].at, received)
		record.Fallback = record.Fallback && events[i].repeat // an id of ours is nowhere else
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
	}
}

// named is how the client names itself outside of the body.
func (r *request) named() string {
	return cmp.Or(r.query.client, sentryField(r.http.Header.Get("X-Sentry-Auth"), "sentry_client"))
}

func short(s string) string {
	if len(s) > maxField {
		return s[:maxField]
	}
	return s
}

// answer tells the client that all is kept.
func (r *request) answer(c echo.Context, reply []byte) error {
	w := c.Response()
	w.Header()["Content-Type"] = jsonType
	w.WriteHeader(r.route.status)
	_, _ = w.Write(reply) // a client that went away is no error of ours
	return nil
}
