package service

import (
	"errors"
	"net/http"
	"sync"
	"sync/atomic"
)

// Health collects what a process waits for. Each role and adapter reports its own checks; /readyz answers
// 200 only while every check is fine. Safe for concurrent use.
type Health struct {
	shared *healthState
	prefix string
}

type healthState struct {
	mu       sync.Mutex
	checks   map[string]func() error
	draining bool
}

// NewHealth returns a Health without checks.
func NewHealth() *Health {
	return &Health{shared: &healthState{checks: map[string]func() error{}}}
}

func (h *Health) part(name string) *Health { return &Health{h.shared, h.prefix + name + "."} }

// Check adds a check. It must not block: it tells what its owner knows already. nil means ready.
func (h *Health) Check(name string, check func() error) {
	h.shared.mu.Lock()
	defer h.shared.mu.Unlock()
	h.shared.checks[h.prefix+name] = check
}

// Starting adds a check that fails until started is called, from any goroutine.
func (h *Health) Starting(name string) (started func()) {
	var done atomic.Bool
	h.Check(name, func() error {
		if !done.Load() {
			return errStarting
		}
		return nil
	})
	return func() { done.Store(true) }
}

var errStarting = errors.New("starting")

// Drain makes the process unready for good: it is about to stop.
func (h *Health) Drain() {
	h.shared.mu.Lock()
	defer h.shared.mu.Unlock()
	h.shared.draining = true
}

// Report returns whether everything is ready, and what each check says: "ok" or what is missing.
func (h *Health) Report() (ready bool, checks map[string]string) {
	h.shared.mu.Lock()
	defer h.shared.mu.Unlock()
	ready, checks = true, map[string]string{}
	if len(h.shared.checks) == 0 { // its roles have not begun: they have something to wait for
		ready, checks["process"] = false, "starting"
	}
	for name, check := range h.shared.checks {
		checks[name] = "ok"
		if err := check(); err != nil {
			ready, checks[name] = false, err.Error()
		}
	}
	if h.shared.draining {
		ready, checks["process"] = false, "stopping"
	}
	return ready, checks
}

func (h *Health) readyz(w http.ResponseWriter, _ *http.Request) {
	ready, checks := h.Report()
	status := http.StatusOK
	if !ready {
		status = http.StatusServiceUnavailable
	}
	writeJSON(w, status, map[string]any{"ready": ready, "checks": checks})
}
