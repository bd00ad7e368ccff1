package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/http"
	"sync"
	"syscall"
	"time"

	"golang.org/x/time/rate"

	"github.com/trivetlabs/trivet/pkg/event"
)

// accepted is the answer of a request whose events are on disk.
const accepted = "200"

// Answers of requests that got none: nobody listens, or the connection ended.
const (
	nobody = "nobody there"
	cutOff = "cut off"
)

// A post is one request: an envelope of one event, or an array of native ones.
type post struct {
	target target
	native bool
	events []clientEvent
}

// A clientEvent is one event as a client sends it.
type clientEvent struct {
	id      event.ID
	raw     []byte
	noise   bool   // no developer can mend it
	file    string // sent with it, with a session of its own; "" for none
	crashed bool   // that session
	began   string // when, in JSON
}

func (p *post) request(ctx context.Context, base string) (*http.Request, error) {
	url := fmt.Sprintf("%s/api/%d/envelope/?sentry_version=7&sentry_key=%s", base, p.target.project, p.target.key)
	var body bytes.Buffer
	if p.native {
		url = fmt.Sprintf("%s/api/%d/events?key=%s", base, p.target.project, p.target.key)
		for i, e := range p.events {
			body.WriteByte("[,"[min(i, 1)])
			body.Write(e.raw)
		}
		body.WriteByte(']')
	} else {
		fmt.Fprintf(&body, `{"event_id":"%s","sent_at":"%s"}`, p.events[0].id, time.Now().UTC().Format(time.RFC3339Nano))
		fmt.Fprintf(&body, "\n{\"type\":\"event\"}\n%s\n", p.events[0].raw)
		if e := p.events[0]; e.file != "" {
			fmt.Fprintf(&body, "{\"type\":\"attachment\",\"filename\":\"state.txt\",\"length\":%d}\n%s\n", len(e.file), e.file)
			fmt.Fprintf(&body, "{\"type\":\"session\"}\n{\"sid\":\"%s\",\"init\":true,\"started\":%s,\"status\":\"%s\",\"attrs\":{\"release\":\"shop@1\"}}\n",
				e.id, e.began, map[bool]string{false: "exited", true: "crashed"}[e.crashed])
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, &body)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Origin", "https://shop.example")
	req.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0") // only pages make noise
	req.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	return req, nil
}

// A load is senders at work.
type load struct {
	history *history
	client  *http.Client
	persist bool // send again what was refused, until it is accepted

	mu   sync.Mutex
	base string // where to send to; changes when a process comes back elsewhere

	cancel context.CancelFunc
	done   chan struct{} // closed when all senders have ended
}

// requestTimeout is more than an edge may take; a request that meets it counts as unanswered.
const requestTimeout = 15 * time.Second

// load lets n senders post what comes, at most so many requests a second, until it ends or stop is called.
func (r *rig) load(base string, posts iter.Seq[post], n int, perSecond rate.Limit, persist bool) *load {
	ctx, cancel := context.WithCancel(r.t.Context())
	l := &load{
		history: r.history, base: base, persist: persist, cancel: cancel, done: make(chan struct{}),
		client: &http.Client{Timeout: requestTimeout, Transport: &http.Transport{MaxIdleConnsPerHost: n}},
	}
	asking := context.WithoutCancel(ctx) // a request under way is waited for, so that its answer is known
	queue, pace := make(chan post), rate.NewLimiter(perSecond, 1)
	var senders sync.WaitGroup
	for range n {
		senders.Go(func() {
			for p := range queue {
				answer := l.send(asking, &p)
				for answer != accepted && l.persist && pace.Wait(ctx) == nil {
					answer = l.send(asking, &p)
				}
			}
		})
	}
	go func() {
		for p := range posts {
			if pace.Wait(ctx) != nil {
				break
			}
			queue <- p
		}
		close(queue)
		senders.Wait()
		l.client.CloseIdleConnections()
		close(l.done)
	}()
	r.t.Cleanup(l.stop)
	return l
}

// stop takes no more posts and returns when those under way have their answers.
func (l *load) stop() {
	l.cancel()
	<-l.done
}

// move sends what comes to another address.
func (l *load) move(base string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.base = base
}

// send posts once and notes the answer.
func (l *load) send(ctx context.Context, p *post) string {
	l.mu.Lock()
	base := l.base
	l.mu.Unlock()
	l.history.attempt(p)
	answer := l.ask(ctx, p, base)
	l.history.answered(p, answer)
	return answer
}

func (l *load) ask(ctx context.Context, p *post, base string) string {
	req, err := p.request(ctx, base)
	if err != nil {
		l.history.wrong("no request: %v", err)
		return nobody
	}
	resp, err := l.client.Do(req)
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return nobody
	case err != nil:
		return cutOff
	}
	defer func() { _ = resp.Body.Close() }()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if resp.Header.Get("Access-Control-Allow-Origin") != "https://shop.example" {
		l.history.wrong("a page can't read the answer %d: its headers are %v", resp.StatusCode, resp.Header)
	}
	switch resp.StatusCode {
	case http.StatusOK: // whole or not: it was told that all is kept
		if err == nil {
			l.named(p, body)
		}
		return accepted
	case http.StatusServiceUnavailable:
		if after := resp.Header.Get("Retry-After"); p.native == (after == "") {
			l.history.wrong("Retry-After %q on 503, native %v: Sentry's SDKs must get none, others one", after, p.native)
		}
	default:
		l.history.wrong("status %d: %s", resp.StatusCode, body)
	}
	var refusal struct{ Error string }
	_ = json.Unmarshal(body, &refusal) // without a body it has no name
	return fmt.Sprint(resp.StatusCode, " ", refusal.Error)
}

// named checks that the answer names the events by the ids they were sent with.
func (l *load) named(p *post, body []byte) {
	var answer struct {
		ID  event.ID
		IDs []event.ID
	}
	if err := json.Unmarshal(body, &answer); err != nil {
		l.history.wrong("answer %q: %v", body, err)
		return
	}
	ids := answer.IDs
	if len(p.events) == 1 {
		ids = []event.ID{answer.ID}
	}
	for i, e := range p.events {
		if len(ids) != len(p.events) || ids[i] != e.id {
			l.history.wrong("answer %q does not name event %s", body, e.id)
			return
		}
	}
}
