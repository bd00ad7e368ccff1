package faults

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A sent is one event as senders remember it. Its bytes are the same each time it is sent.
type sent struct {
	project  int64
	bytes    [sha256.Size]byte // hash of what was sent
	noise    bool              // a filter drops it
	file     string            // attached to it; "" when nothing is
	crashed  bool              // its session, which begins with it; events without a file have none
	attempts int               // times it was put on the wire, or may have been
	acks     int               // of these, how often the answer was 2xx
}

// A history is what the senders of a test did and were told. Safe for concurrent use.
type history struct {
	mu       sync.Mutex
	events   map[event.ID]*sent
	answers  map[string]int // requests, by status and error
	refused  map[bool]int   // 503s to Sentry's route and to the native one
	problems []string       // answers no client should get
}

func newHistory() *history {
	return &history{events: map[event.ID]*sent{}, answers: map[string]int{}, refused: map[bool]int{}}
}

// attempt notes that a post is about to be sent.
func (h *history) attempt(p *post) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range p.events {
		s := h.events[e.id]
		if s == nil {
			s = &sent{project: p.target.project, bytes: sha256.Sum256(e.raw), noise: e.noise, file: e.file, crashed: e.crashed}
			h.events[e.id] = s
		}
		s.attempts++
	}
}

// answered notes what became of it: "200", "503 full" or "cut off".
func (h *history) answered(p *post, answer string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.answers[answer]++
	if strings.HasPrefix(answer, "503") {
		h.refused[p.native]++
	}
	if answer != accepted {
		return
	}
	for _, e := range p.events {
		h.events[e.id].acks++
	}
}

// wrong notes an answer that no client should get.
func (h *history) wrong(format string, args ...any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.problems = append(h.problems, fmt.Sprintf(format, args...))
}

// answer returns how many requests were answered so.
func (h *history) answer(answer string) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.answers[answer]
}

// unavailable returns how many requests of a kind were told 503.
func (h *history) unavailable(native bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refused[native]
}

// requests returns how many were sent and how many of them were not accepted.
func (h *history) requests() (all, refused int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for answer, n := range h.answers {
		all += n
		if answer != accepted {
			refused += n
		}
	}
	return all, refused
}

// totals returns the events and how often they were sent and acknowledged.
func (h *history) totals() (t totals) {
	h.mu.Lock()
	defer h.mu.Unlock()
	t.events = len(h.events)
	for _, s := range h.events {
		t.attempts += s.attempts
		t.acks += s.acks
		if s.noise {
			t.noise.attempts += s.attempts
			t.noise.acks += s.acks
		}
		if s.file != "" {
			t.sessions.attempts += s.attempts
			t.sessions.acks += s.acks
		}
		if s.acks > 0 {
			t.acknowledged++
		}
	}
	return t
}

type totals struct {
	events, acknowledged, attempts, acks int
	noise, sessions                      struct{ attempts, acks int }
}

func (h *history) String() string {
	t := h.totals()
	h.mu.Lock()
	defer h.mu.Unlock()
	var answers []string
	for _, answer := range slices.Sorted(maps.Keys(h.answers)) {
		answers = append(answers, fmt.Sprintf("%d × %s", h.answers[answer], answer))
	}
	return fmt.Sprintf("attempted %d events, acknowledged %d (sent %d times, acknowledged %d; requests: %s)",
		t.events, t.acknowledged, t.attempts, t.acks, strings.Join(answers, ", "))
}
