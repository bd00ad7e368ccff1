package grouping

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"slices"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A walk goes over an event once and gathers what makes its fingerprint. Of and Explain take the same walk;
// Explain's also keeps the reasons.
type walk struct {
	buf   []byte       // the parts, each a letter for its kind, its value and end
	why   *Explanation // nil: nobody asks
	clean cleaned      // the file of the last frame
}

const (
	end  = 0xff // after each part, so that no two lists of parts read alike; never a byte of UTF-8
	join = 0xfe // between function and file of a frame
)

// A part is a kind of contribution. The letters are hashed.
type part byte

const (
	partDefault     part = 'D'
	partFingerprint part = 'w'
	partKind        part = 'k'
	partType        part = 't'
	partFrame       part = 'f'
	partMessage     part = 'm'
	partPage        part = 'p'
	partAddress     part = 'a'
	partStatus      part = 's'
	partTag         part = 'x'
)

func (p part) String() string {
	switch p {
	case partDefault:
		return "default"
	case partFingerprint:
		return "fingerprint"
	case partKind:
		return "kind"
	case partType:
		return "type"
	case partFrame:
		return "frame"
	case partMessage:
		return "message"
	case partPage:
		return "page"
	case partAddress:
		return "address"
	case partStatus:
		return "status"
	}
	return "tag"
}

func (w *walk) start(project int64, space byte) {
	w.buf = append(w.buf[:0], Version)
	w.buf = binary.BigEndian.AppendUint64(w.buf, uint64(project)) // only bits to hash
	w.buf = append(w.buf, space)
	w.clean = cleaned{}
}

// sum ends the walk.
func (w *walk) sum() (id event.ID) {
	sum := sha256.Sum256(w.buf)
	copy(id[:], sum[:])
	return id
}

func (w *walk) part(p part, value, from string) {
	w.buf = append(append(append(w.buf, byte(p)), value...), end)
	w.told(p, value, from)
}

// open begins a part whose value the caller appends to w.buf; close ends it.
func (w *walk) open(p part) (start int) {
	start = len(w.buf)
	w.buf = append(w.buf, byte(p))
	return start
}

func (w *walk) close(start int, from string) {
	if w.why != nil {
		w.told(part(w.buf[start]), string(w.buf[start+1:]), from)
	}
	w.buf = append(w.buf, end)
}

// A segment is a stretch of a walk that may turn out not to count: where its bytes and its reasons begin.
type segment struct{ buf, why int }

func (w *walk) here() segment {
	s := segment{buf: len(w.buf)}
	if w.why != nil {
		s.why = len(w.why.Parts)
	}
	return s
}

// drop takes back everything since s.
func (w *walk) drop(s segment, reason string) {
	w.buf = w.buf[:s.buf]
	w.clean = w.clean.upTo(s.buf)
	if w.why == nil {
		return
	}
	for _, p := range w.why.Parts[s.why:] {
		w.why.LeftOut = append(w.why.LeftOut, Omission{p.Name, p.From, reason})
	}
	w.why.Parts = w.why.Parts[:s.why]
}

// cut takes back what lies between from and to.
func (w *walk) cut(from, to segment, reason string) {
	w.buf = append(w.buf[:from.buf], w.buf[to.buf:]...)
	w.clean = cleaned{}
	if w.why == nil {
		return
	}
	for _, p := range w.why.Parts[from.why:to.why] {
		w.why.LeftOut = append(w.why.LeftOut, Omission{p.Name, p.From, reason})
	}
	w.why.Parts = append(w.why.Parts[:from.why], w.why.Parts[to.why:]...)
}

// asSet makes a set of the segments that begin at starts: sorted, each content once. Where repeated is set and
// any content stands twice, those that stand once are left out.
func (w *walk) asSet(starts []segment, repeated bool, reason string) {
	if len(starts) < 2 {
		return
	}
	type piece struct {
		buf []byte
		why []Part
	}
	pieces := make([]piece, len(starts))
	for i, s := range starts {
		next := w.here()
		if i+1 < len(starts) {
			next = starts[i+1]
		}
		pieces[i].buf = bytes.Clone(w.buf[s.buf:next.buf])
		if w.why != nil {
			pieces[i].why = slices.Clone(w.why.Parts[s.why:next.why])
		}
	}
	w.clean = cleaned{}
	slices.SortStableFunc(pieces, func(a, b piece) int { return bytes.Compare(a.buf, b.buf) })
	w.buf = w.buf[:starts[0].buf]
	if w.why != nil {
		w.why.Parts = w.why.Parts[:starts[0].why]
	}
	twice := func(i int) bool {
		return i > 0 && bytes.Equal(pieces[i].buf, pieces[i-1].buf) || i+1 < len(pieces) && bytes.Equal(pieces[i].buf, pieces[i+1].buf)
	}
	if repeated {
		repeated = false
		for i := range pieces {
			repeated = repeated || twice(i)
		}
	}
	for i, p := range pieces {
		s := w.here()
		w.buf = append(w.buf, p.buf...)
		if w.why != nil {
			w.why.Parts = append(w.why.Parts, p.why...)
		}
		if i > 0 && bytes.Equal(p.buf, pieces[i-1].buf) || repeated && !twice(i) {
			w.drop(s, reason)
		}
	}
}
