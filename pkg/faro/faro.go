// Package faro reads what Grafana Faro's web SDK sends: Split cuts a body into its errors and is thin and
// the edge's; Normalise, the meaning of one error, is the worker's. It promises never to panic, and that
// what it cuts stays in proportion to limits of its own, however a body repeats itself.
package faro

import (
	"fmt"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Bounds of one body. Its meta is copied into each error, so a large one would multiply. The SDK's own
// batches hold at most 50 items and meta of 1 to 4 KB.
const (
	MaxSignals = 1000
	maxMeta    = 64 << 10
	maxTotal   = 8 << 20 // bytes of all Raws together
)

// A Signal is one error of a body.
type Signal struct {
	ID        string    // kind and index in the body, "exceptions/0": the same when the body is sent again
	Timestamp time.Time // by the client's clock; zero when missing
	Raw       []byte    // checked JSON: {"meta":…,"exception":…} or {"meta":…,"log":…}, members as the client wrote them
}

// A Body is what a request holds: its errors, and how much there is of what is not kept.
type Body struct {
	Errors       []Signal // in the client's order, exceptions and logs as they come
	SDK          string   // "name/version", "" when not told
	Events       int
	Measurements int
	Traces       int // spans
	Logs         int // below error
}

// Split cuts a body into what is an error: its exceptions, and its logs of level error or worse. A body
// without any is no error. What has the wrong type is left out. The error is event.ErrInvalid (not a JSON
// object) or event.ErrTooLarge (over a limit of ours), wrapped; it holds nothing of the body.
func Split(body []byte) (Body, error) {
	if err := jsonx.Check(body); err != nil {
		return Body{}, fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	r := jsonx.NewReader(body)
	if r.Kind() != jsonx.Object {
		return Body{}, fmt.Errorf("%w: not a JSON object", event.ErrInvalid)
	}
	s := splitter{meta: []byte("{}")}
	for key := range r.Fields() {
		s.field(key, r)
	}
	if err := s.join(); err != nil {
		return Body{}, err
	}
	return s.Body, nil
}

type splitter struct {
	Body
	meta             []byte
	exceptions, logs int  // elements seen, over all arrays of the name
	many             bool // more errors than MaxSignals
}

func (s *splitter) field(key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "meta":
		if r.Kind() == jsonx.Object {
			s.meta = r.Raw()
		}
	case "exceptions":
		for range r.Elements() {
			s.exception(r)
			s.exceptions++
		}
	case "logs":
		for range r.Elements() {
			s.log(r)
			s.logs++
		}
	case "events":
		s.Events += count(r)
	case "measurements":
		s.Measurements += count(r)
	case "traces":
		s.Traces += spans(r)
	}
}

func (s *splitter) exception(r *jsonx.Reader) {
	if r.Kind() != jsonx.Object {
		return
	}
	raw := r.Raw()
	at, _ := head(raw)
	s.add("exceptions/", s.exceptions, at, raw)
}

func (s *splitter) log(r *jsonx.Reader) {
	if r.Kind() != jsonx.Object {
		return
	}
	raw := r.Raw()
	at, level := head(raw)
	if level < event.Error {
		s.Logs++
		return
	}
	s.add("logs/", s.logs, at, raw)
}

// head returns the time of an exception or log, and the level of a log; 0 for one that nobody knows.
func head(raw []byte) (at time.Time, level event.Level) {
	r := jsonx.NewReader(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "timestamp":
			at = event.ReadTime(r)
		case "level":
			var known bool
			if level, known = event.ParseLevel(r.Str()); !known {
				level = 0
			}
		}
	}
	return at, level
}

func (s *splitter) add(kind string, index int, at time.Time, raw []byte) {
	if len(s.Errors) == MaxSignals {
		s.many = true
		return
	}
	s.Errors = append(s.Errors, Signal{ID: kind + strconv.Itoa(index), Timestamp: at, Raw: raw})
}

const (
	beforeMeta      = `{"meta":`
	beforeException = `,"exception":`
	beforeLog       = `,"log":`
)

// join puts the meta, which may stand behind the errors in the body, into each of them.
func (s *splitter) join() error {
	s.SDK = sdkOf(s.meta)
	if s.many {
		return fmt.Errorf("%w: more than %d errors", event.ErrTooLarge, MaxSignals)
	}
	if len(s.Errors) == 0 {
		return nil
	}
	if len(s.meta) > maxMeta {
		return fmt.Errorf("%w: meta of more than %d bytes", event.ErrTooLarge, maxMeta)
	}
	total := 0
	for i := range s.Errors {
		total += len(beforeMeta) + len(s.meta) + len(beforeException) + len(s.Errors[i].Raw) + 1
	}
	if total > maxTotal {
		return fmt.Errorf("%w: errors of more than %d bytes", event.ErrTooLarge, maxTotal)
	}
	buf := make([]byte, 0, total)
	for i := range s.Errors {
		e := &s.Errors[i]
		start := len(buf)
		buf = append(append(buf, beforeMeta...), s.meta...)
		if e.ID[0] == 'e' {
			buf = append(buf, beforeException...)
		} else {
			buf = append(buf, beforeLog...)
		}
		buf = append(append(buf, e.Raw...), '}')
		e.Raw = buf[start:len(buf):len(buf)]
	}
	return nil
}

func count(r *jsonx.Reader) (n int) {
	for range r.Elements() {
		n++
	}
	return n
}

// spans counts those of OTLP's {"resourceSpans":[{"scopeSpans":[{"spans":[…]}]}]}.
func spans(r *jsonx.Reader) (n int) {
	inside := func(name string, each func()) {
		for key := range r.Fields() {
			if string(key) != name {
				continue
			}
			for range r.Elements() {
				each()
			}
		}
	}
	inside("resourceSpans", func() {
		inside("scopeSpans", func() {
			inside("spans", func() { n++ })
		})
	})
	return n
}

// sdkOf returns "name/version" of a meta's SDK, "" when it has no name.
func sdkOf(meta []byte) string {
	r := jsonx.NewReader(meta)
	for key := range r.Fields() {
		if string(key) != "sdk" {
			continue
		}
		if sdk := readSDK(r); sdk != nil && sdk.Name != "" {
			if sdk.Version == "" {
				return sdk.Name
			}
			return sdk.Name + "/" + sdk.Version
		}
	}
	return ""
}
