package service

import (
	"errors"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// Health collects what a process waits for. Each role and adapter reports its own checks; /readyz answers
// 200 only while every check is fine. Safe for concurrent use.
type Health struct {
	shared *healthState
	prefix string
}

type healthState struct {
	instance string
	started  time.Time
	mu       sync.Mutex
	checks   map[string]func() error
	draining bool
}

// NewHealth returns a Health without checks.
func NewHealth() *Health {
	host, err := os.Hostname()
	if err != nil {
		host = "unknown"
	}
	return &Health{shared: &healthState{
		instance: host + ":" + strconv.Itoa(os.Getpid()), started: time.Now().UTC(), checks: map[string]func() error{},
	}}
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

// A Condition is what one role of a process tells of itself.
type Condition struct {
	Role      string            `json:"role"`
	Instance  string            `json:"instance"` // host and number of the process
	Version   string            `json:"version"`
	StartedAt time.Time         `json:"started_at"`
	Ready     bool              `json:"ready"`
	Checks    map[string]string `json:"checks"` // "ok" or what is missing, by name
}

// Condition tells how the role is that this Health was made for.
func (h *Health) Condition() Condition {
	c := Condition{
		Role: strings.TrimSuffix(h.prefix, "."), Instance: h.shared.instance, Version: Version(), StartedAt: h.shared.started,
		Ready: true, Checks: map[string]string{},
	}
	_, all := h.Report()
	for name, said := range all {
		own, ok := strings.CutPrefix(name, h.prefix)
		if !ok && name != wholeProcess {
			continue // another role's
		}
		c.Checks[own] = said
		c.Ready = c.Ready && said == "ok"
	}
	return c
}

// wholeProcess is the check that a process has which begins or ends.
const wholeProcess = "process"

// Report returns whether everything is ready, and what each check says: "ok" or what is missing.
func (h *Health) Report() (ready bool, checks map[string]string) {
	h.shared.mu.Lock()
	defer h.shared.mu.Unlock()
	ready, checks = true, map[string]string{}
	if len(h.shared.checks) == 0 { // its roles have not begun: they have something to wait for
		ready, checks[wholeProcess] = false, "starting"
	}
	for name, check := range h.shared.checks {
		checks[name] = "ok"
		if err := check(); err != nil {
			ready, checks[name] = false, err.Error()
		}
	}
	if h.shared.draining {
		ready, checks[wholeProcess] = false, "stopping"
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
