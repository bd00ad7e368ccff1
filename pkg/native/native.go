// Package native reads our own JSON (one event, an array or NDJSON) and mittens' logs. Split, ReadHead and
// CheckLog are thin and serve the edge; the Normalise functions, the meaning, serve the worker. It promises
// to keep what it does not know under its own name, and never to panic.
package native

import (
	"errors"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// MaxEvents is how many events one request may hold.
const MaxEvents = 1000

// A SplitError says which event of a body cannot be read, where and why. It holds nothing of the body, so
// it may be shown to the client. It is event.ErrInvalid, or event.ErrTooLarge where a limit was met.
type SplitError struct {
	Element int // counted from 0
	Offset  int // bytes from the start of the body
	Reason  string
	kind    error
}

func (e *SplitError) Error() string {
	return fmt.Sprintf("event %d: %s at byte %d", e.Element, e.Reason, e.Offset)
}

// Unwrap returns event.ErrInvalid or event.ErrTooLarge.
func (e *SplitError) Unwrap() error { return e.kind }

// Split cuts a body into its events: JSON objects, or arrays of them, one after the other with any white
// space between, which covers one object, one array and NDJSON. Each is checked JSON and shares memory
// with body. The error is a *SplitError, also when there is no event at all.
func Split(body []byte) ([][]byte, error) {
	s := splitter{body: body}
	for s.space(); s.at < len(body) && s.err == nil; s.space() {
		if body[s.at] == '[' {
			s.array()
		} else {
			s.object()
		}
	}
	if s.err == nil && len(s.events) == 0 {
		s.fail(s.at, "no event")
	}
	if s.err != nil {
		return nil, s.err
	}
	return s.events, nil
}

type splitter struct {
	body   []byte
	at     int
	events [][]byte
	err    error
}

func (s *splitter) fail(offset int, reason string) {
	s.err = &SplitError{Element: len(s.events), Offset: offset, Reason: reason, kind: event.ErrInvalid}
}

func (s *splitter) space() {
	for s.at < len(s.body) {
		switch s.body[s.at] {
		case ' ', '\t', '\r', '\n':
			s.at++
		default:
			return
		}
	}
}

func (s *splitter) object() {
	if len(s.events) == MaxEvents {
		s.err = &SplitError{
			Element: MaxEvents, Offset: s.at, Reason: fmt.Sprintf("more than %d events", MaxEvents), kind: event.ErrTooLarge,
		}
		return
	}
	rest := s.body[s.at:]
	n, err := jsonx.Next(rest)
	var syntax *jsonx.SyntaxError
	switch {
	case errors.As(err, &syntax):
		s.fail(s.at+syntax.Offset, syntax.Reason)
	case err != nil:
		s.fail(s.at, "not JSON")
	case rest[0] != '{':
		s.fail(s.at, "not a JSON object")
	default:
		s.events = append(s.events, rest[:n:n])
		s.at += n
	}
}

func (s *splitter) array() {
	s.at++
	s.space()
	if s.at < len(s.body) && s.body[s.at] == ']' {
		s.at++
		return
	}
	for s.err == nil {
		s.object()
		s.space()
		switch {
		case s.err != nil:
		case s.at < len(s.body) && s.body[s.at] == ']':
			s.at++
			return
		case s.at < len(s.body) && s.body[s.at] == ',':
			s.at++
			s.space()
		default:
			s.fail(s.at, "expected ',' or ']' in an array")
		}
	}
}

// A Head is what the edge needs to know of an event before it is packed.
type Head struct {
	ID        string    // as sent, "" when missing
	Timestamp time.Time // by the client's clock; zero when missing
}

// ReadHead reads the head of an event from a text that Split returned.
func ReadHead(checked []byte) (h Head) {
	r := jsonx.NewReader(checked)
	for key := range r.Fields() {
		switch string(key) {
		case "id":
			h.ID = label(r)
		case "timestamp", "ts":
			if t := event.ReadTime(r); !t.IsZero() {
				h.Timestamp = t
			}
		}
	}
	return h
}

// label reads a short text; a number is taken as it is written, anything else is missing.
func label(r *jsonx.Reader) string {
	if k := r.Kind(); k != jsonx.String && k != jsonx.Number {
		r.Skip()
		return ""
	}
	return r.Text()
}
