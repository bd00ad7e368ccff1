package grouping

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"iter"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// v1 returns the fingerprint that version 1 gave e. It is frozen: issues in tables are found by it, so
// nothing here may change, not even what is wrong.
func v1(e *event.Event) event.ID {
	var room [2048]byte // a usual event's parts, without allocating
	h := hashV1{buf: room[:0]}
	h.start(e.ProjectID)
	h.part("default")
	h.byDefault(e)
	id := h.sum()
	if len(e.Fingerprint) == 0 || len(e.Fingerprint) == 1 && isDefaultV1(e.Fingerprint[0]) {
		return id
	}
	h.start(e.ProjectID)
	h.part("client")
	for _, s := range e.Fingerprint {
		if isDefaultV1(s) {
			h.bytes(id[:])
			continue
		}
		h.part(s)
	}
	return h.sum()
}

func isDefaultV1(s string) bool {
	s, open := strings.CutPrefix(s, "{{")
	s, closed := strings.CutSuffix(s, "}}")
	return open && closed && strings.TrimSpace(s) == "default"
}

// A hashV1 gathers parts, each ended by a byte that no text holds, so that no two lists of parts read alike.
type hashV1 struct{ buf []byte }

const endV1 = 0xff // never a byte of UTF-8

func (h *hashV1) start(project int64) {
	h.buf = append(h.buf[:0], 1)
	h.buf = binary.BigEndian.AppendUint64(h.buf, uint64(project)) // only bits to hash
}

func (h *hashV1) part(s string) { h.buf = append(append(h.buf, s...), endV1) }

func (h *hashV1) bytes(b []byte) { h.buf = append(append(h.buf, b...), endV1) }

func (h *hashV1) sum() (id event.ID) {
	sum := sha256.Sum256(h.buf)
	copy(id[:], sum[:])
	return id
}

func (h *hashV1) byDefault(e *event.Event) {
	h.part(e.Type)
	if x := e.Thrown(); x != nil && x.Mechanism != nil && x.Mechanism.Synthetic {
		// Its stack was made up by the SDK where it noticed the error, so it is the same for all such.
		h.message(e.Message)
		return
	}
	named := false
	for frames := range stacksV1(e) {
		named = h.frames(frames) || named
	}
	if !named {
		// Without a function's name a stack is a file at best, which many errors share.
		h.message(e.Message)
	}
}

// stacksV1 iterates the stack of the thrown exception, or where it has none those of the whole chain from
// the thrown one back, or the one that came without an exception.
func stacksV1(e *event.Event) iter.Seq[[]event.Frame] {
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
func (h *hashV1) frames(frames []event.Frame) (named bool) {
	anyApp := false
	for i := range frames {
		anyApp = anyApp || inAppV1(&frames[i])
	}
	last := len(h.buf)
	for i := range frames {
		f := &frames[i]
		if anyApp && !inAppV1(f) || isNativeV1(f) {
			continue
		}
		start := len(h.buf)
		function := functionNameV1(f.Function)
		h.part(function)
		if f.Module != "" {
			h.part(f.Module)
		} else {
			h.buf = append(appendPathV1(h.buf, f.Filename), endV1)
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

func (h *hashV1) message(s string) { h.buf = append(appendMessageV1(h.buf, s), endV1) }

// inAppV1 tells whether a frame is the site's own code. Clients that do not say are asked by its file.
func inAppV1(f *event.Frame) bool {
	if f.InApp != nil {
		return *f.InApp
	}
	return !isNativeV1(f) && !strings.Contains(f.Filename, "/node_modules/") && !strings.HasPrefix(f.Filename, "node:")
}

// isNativeV1 tells whether a frame is the engine's: a built-in, or code without a file.
func isNativeV1(f *event.Frame) bool {
	switch f.Filename {
	case "<anonymous>", "[native code]", "native":
		return true
	}
	return f.Function == "eval"
}

// functionNameV1 returns the name of a JavaScript function without what depends on how it was called or on
// the minified name of what it belongs to: "async", "new", "Object.", "[as x]". Unknown ones are "".
func functionNameV1(s string) string {
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
