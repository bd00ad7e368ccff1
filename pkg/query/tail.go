package query

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (a *API) tailRoutes() {
	o := a.get("/api/v1/projects/:project/tail", "tail", a.tail)
	o.stream = true
	o.doc(doc{
		what: "Events as they are stored, while the request lasts",
		more: "Server-sent events: each has an event as lists show it, in JSON. `event: left_out` tells how many came faster than 100 a second and " +
			"are not told, `event: end` that the stream is over for good. A line of comment comes every 15 seconds. What is lost on the way is stored all the same.",
		query: params(enumParam("level", "of this level or worse", "debug", "info", "warning", "error", "fatal"),
			textParam("text", "with this text in type, message or culprit; case does not count"), textParam("release", "of this release"),
			textParam("environment", "of this environment"), textParam("url", "with this text in the page's URL")),
		media: []string{"text/event-stream"}, fails: []int{http.StatusTooManyRequests},
	})
}

// Bounds of streams. Each holds a connection, a subscription and a goroutine.
const (
	maxStreams       = 500 // of this process
	maxViewerStreams = 10  // of one viewer: tabs that people leave open
	streamRate       = 100 // events a second
)

// A pulse is how often a stream does what it does by the clock.
type pulse struct {
	beat    time.Duration // a comment, so that proxies keep the connection and clients that went away are noticed
	recheck time.Duration // whether the viewer still may
	write   time.Duration // a client has to take what is written
}

var usualPulse = pulse{beat: 15 * time.Second, recheck: 30 * time.Second, write: 10 * time.Second}

// streams counts those that run, and ends them. Safe for concurrent use.
type streams struct {
	pulse pulse
	mu    sync.Mutex
	all   int
	of    map[string]int // by viewer
	ended chan struct{}  // closed when all must end
}

func newStreams() *streams {
	return &streams{pulse: usualPulse, of: map[string]int{}, ended: make(chan struct{})}
}

// end ends all streams and lets none begin.
func (s *streams) end() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed() {
		close(s.ended)
	}
}

func (s *streams) closed() bool {
	select {
	case <-s.ended:
		return true
	default:
		return false
	}
}

// begin counts one more stream of a viewer; done must be called when it has ended.
func (s *streams) begin(viewer string) (done func(), err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closed():
		return nil, web.Refused(web.ErrBusy, "the process is going down")
	case s.of[viewer] >= maxViewerStreams:
		return nil, web.Refused(web.ErrTooMany, fmt.Sprintf("at most %d streams at once", maxViewerStreams))
	case s.all >= maxStreams:
		return nil, web.Refused(web.ErrBusy, "too many streams at once")
	}
	s.all, s.of[viewer] = s.all+1, s.of[viewer]+1
	return func() {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.all--
		if s.of[viewer]--; s.of[viewer] == 0 {
			delete(s.of, viewer)
		}
	}, nil
}

// tail tells a viewer of a project's events as they are stored.
func (a *API) tail(r *request) error {
	filter := web.ReadTailFilter(r.params)
	if err := r.params.Done(); err != nil {
		return err
	}
	// The project must be one that the viewer may see: the queue knows of no organizations.
	if _, err := a.db.OwnProject(r.ctx(), r.org(), r.project); err != nil {
		return err
	}
	who := r.viewer.Actor()
	done, err := a.streams.begin(who.Kind + " " + who.ID)
	if err != nil {
		return err
	}
	defer done()
	ctx, cancel := context.WithCancel(r.ctx())
	defer cancel()
	told, err := a.queue.Follow(ctx, []int64{r.project})
	if err != nil {
		return fmt.Errorf("follow project %d: %w", r.project, err)
	}
	s := newStream(r, a.streams)
	s.open()
	s.run(ctx, told, filter, func() error { return a.stillMay(ctx, r) })
	return nil
}

// stillMay asks again what was asked when the stream began. A database that is away for a moment ends no stream.
func (a *API) stillMay(ctx context.Context, r *request) error {
	viewer, err := a.access.Identify(ctx, r.http.Request(), r.project, false)
	switch {
	case err == nil && viewer.Organization != r.org():
		return web.ErrNoToken
	case err == nil && !viewer.May(access.Read):
		return web.ErrScope
	case err != nil && web.RefusalOf(err).Status < http.StatusInternalServerError:
		return err
	}
	return nil
}

// A stream is one answer of server-sent events.
type stream struct {
	w       http.ResponseWriter
	control *http.ResponseController
	pulse   pulse
	over    <-chan struct{}
	second  time.Time // in which told events are counted
	told    int
	left    int // out, since it was last said
}

func newStream(r *request, all *streams) *stream {
	w := r.http.Response()
	return &stream{w: w, control: http.NewResponseController(w), pulse: all.pulse, over: all.ended}
}

// open writes the header. The listener's deadline for writing is for short answers, so each write has its own.
func (s *stream) open() {
	h := s.w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("X-Accel-Buffering", "no") // nginx would keep events back
	s.w.WriteHeader(http.StatusOK)
}

// run writes what is told until ctx ends, the client goes away or may not see it any more.
func (s *stream) run(ctx context.Context, told <-chan queue.Told, filter web.TailFilter, may func() error) {
	if s.write("retry: 5000\n\n") != nil {
		return
	}
	beat, recheck, tick := time.NewTicker(s.pulse.beat), time.NewTicker(s.pulse.recheck), time.NewTicker(time.Second)
	defer beat.Stop()
	defer recheck.Stop()
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-s.over:
			return
		case one, ok := <-told:
			if !ok {
				return
			}
			err = s.tell(one, filter, time.Now())
		case <-beat.C:
			err = s.write(": still here\n\n")
		case <-tick.C:
			err = s.sayLeft()
		case <-recheck.C:
			if may() != nil {
				_ = s.write("event: end\ndata: {}\n\n")
				return
			}
		}
		if err != nil {
			return // the client went away, which is no error of ours
		}
	}
}

// tell writes an event that the filter asks for, unless too many came in this second.
func (s *stream) tell(one queue.Told, filter web.TailFilter, now time.Time) error {
	var row struct {
		Level                                             string
		Type, Message, Culprit, Release, Environment, URL string
	}
	var line bytes.Buffer
	if good := json.Unmarshal(one.Event, &row) == nil && json.Compact(&line, one.Event) == nil; !good {
		return nil // of a newer worker: it is in the lists
	}
	level, _ := event.ParseLevel(row.Level)
	if !filter.Match(web.Glance{
		Level: level, Type: row.Type, Message: row.Message, Culprit: row.Culprit, Release: row.Release, Environment: row.Environment, URL: row.URL,
	}) {
		return nil
	}
	if now.Sub(s.second) >= time.Second {
		s.second, s.told = now, 0
	}
	if s.told >= streamRate {
		s.left++
		return nil
	}
	s.told++
	return s.write("data: " + line.String() + "\n\n")
}

// sayLeft tells how many events were left out since it last did.
func (s *stream) sayLeft() error {
	if s.left == 0 {
		return nil
	}
	n := s.left
	s.left = 0
	return s.write(fmt.Sprintf("event: left_out\ndata: %d\n\n", n))
}

func (s *stream) write(text string) error {
	_ = s.control.SetWriteDeadline(time.Now().Add(s.pulse.write)) // a recorder has none
	if _, err := s.w.Write([]byte(text)); err != nil {
		return err
	}
	return s.control.Flush()
}
