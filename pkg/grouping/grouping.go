// Package grouping decides which events are the same error. It is pure: the same event has the same
// fingerprint on every machine and for ever, as long as Version stands. It knows no source maps.
package grouping

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// Version is part of every fingerprint: a change of the rules below that moves events is a new one.
const Version = 1

// Of returns the fingerprint of e inside its project: the client's wish where it has one, in which
// {{ default }} stands for ours; else type and in-app frames of the thrown exception; else type and
// message without what varies in it.
func Of(e *event.Event, rules []project.Rule) event.ID {
	var room [2048]byte // a usual event's parts, without allocating
	h := hash{buf: room[:0]}
	h.start(e.ProjectID)
	h.part("default")
	h.byDefault(e)
	id := h.sum()
	if len(e.Fingerprint) == 0 || len(e.Fingerprint) == 1 && isDefault(e.Fingerprint[0]) {
		return id
	}
	h.start(e.ProjectID)
	h.part("client")
	for _, s := range e.Fingerprint {
		if isDefault(s) {
			h.bytes(id[:])
			continue
		}
		h.part(s)
	}
	return h.sum()
}

// Earlier returns the fingerprints that earlier versions would have given e, newest first: an issue they made
// is the issue of e's fingerprint of today.
func Earlier(e *event.Event) []event.ID { return nil }

func isDefault(s string) bool {
	s, open := strings.CutPrefix(s, "{{")
	s, closed := strings.CutSuffix(s, "}}")
	return open && closed && strings.TrimSpace(s) == "default"
}

// A hash gathers parts, each ended by a byte that no text holds, so that no two lists of parts read alike.
type hash struct{ buf []byte }

const end = 0xff // never a byte of UTF-8

func (h *hash) start(project int64) {
	h.buf = append(h.buf[:0], Version)
	h.buf = binary.BigEndian.AppendUint64(h.buf, uint64(project)) // only bits to hash
}

func (h *hash) part(s string) { h.buf = append(append(h.buf, s...), end) }

func (h *hash) bytes(b []byte) { h.buf = append(append(h.buf, b...), end) }

func (h *hash) sum() (id event.ID) {
	sum := sha256.Sum256(h.buf)
	copy(id[:], sum[:])
	return id
}

func (h *hash) byDefault(e *event.Event) {
	h.part(e.Type)
	if x := e.Thrown(); x != nil && x.Mechanism != nil && x.Mechanism.Synthetic {
		// Its stack was made up by the SDK where it noticed the error, so it is the same for all such.
		h.message(e.Message)
		return
	}
	named := false
	for frames := range stacks(e) {
		named = h.frames(frames) || named
	}
	if !named {
		// Without a function's name a stack is a file at best, which many errors share.
		h.message(e.Message)
	}
}

// stacks iterates the stack of the thrown exception, or where it has none those of the whole chain from
// the thrown one back, or the one that came without an exception.
func stacks(e *event.Event) iter.Seq[[]event.Frame] {
	return func(yield func([]event.Frame) bool) {
		found := false
		for i := len(e.Exceptions) - 1; i >= 0; i-- {
			frames := e.Exceptions[i].Frames
			if len(frames) == 0 {
				continue
			}
			found = true
			if !yield(frames) || i == len(e.Exceptions)-1 {
				return
			}
		}
		if !found && len(e.Frames) > 0 {
			yield(e.Frames)
		}
	}
}

// frames adds the in-app frames of a stack, or all where none is, and tells whether any names a function.
// A call that repeats, as in a recursion, counts once.
func (h *hash) frames(frames []event.Frame) (named bool) {
	anyApp := false
	for i := range frames {
		anyApp = anyApp || inApp(&frames[i])
	}
	last := len(h.buf)
	for i := range frames {
		f := &frames[i]
		if anyApp && !inApp(f) || isNative(f) {
			continue
		}
		start := len(h.buf)
		function := functionName(f.Function)
		h.part(function)
		if f.Module != "" {
			h.part(f.Module)
		} else {
			h.buf = append(appendPath(h.buf, f.Filename), end)
		}
		if bytes.Equal(h.buf[last:start], h.buf[start:]) {
			h.buf = h.buf[:start]
			continue
		}
		last = start
		named = named || function != ""
	}
	return named
}

func (h *hash) message(s string) { h.buf = append(appendMessage(h.buf, s), end) }

// inApp tells whether a frame is the site's own code. Clients that do not say are asked by its file.
func inApp(f *event.Frame) bool {
	if f.InApp != nil {
		return *f.InApp
	}
	return !isNative(f) && !strings.Contains(f.Filename, "/node_modules/") && !strings.HasPrefix(f.Filename, "node:")
}

// isNative tells whether a frame is the engine's: a built-in, or code without a file.
func isNative(f *event.Frame) bool {
	switch f.Filename {
	case "<anonymous>", "[native code]", "native":
		return true
	}
	return f.Function == "eval"
}

// functionName returns the name of a JavaScript function without what depends on how it was called or on
// the minified name of what it belongs to: "async", "new", "Object.", "[as x]". Unknown ones are "".
func functionName(s string) string {
	s = strings.TrimPrefix(strings.TrimPrefix(s, "async "), "new ")
	s, _, _ = strings.Cut(s, " [as ")
	if i := strings.LastIndexByte(s, '.'); i >= 0 {
		s = s[i+1:]
	}
	switch s {
	case "?", "<anonymous>", "Anonymous function", "anonymous", "global code", "module code", "eval code":
		return ""
	}
	if strings.HasSuffix(s, "/<") {
		return ""
	}
	return s
}
