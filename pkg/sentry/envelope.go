// Package sentry reads what Sentry's SDKs send. Its framing half (envelopes, store bodies, the head of an
// event) is thin and serves the edge; Normalise, the meaning, serves the worker. It promises to take what
// any SDK since 2012 sends, and never to panic or to grow beyond what a body holds.
package sentry

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Limits of an envelope. Real header lines stay under 1 KiB: trace headers are the longest.
const (
	MaxHeader = 16 << 10 // bytes of one header line
	MaxItems  = 1000
)

// A FrameError says where a body stops being an envelope or a store request, and why. It holds nothing of
// the body, so it may be shown to the client. It is event.ErrInvalid, or event.ErrTooLarge where a limit
// was met.
type FrameError struct {
	Offset int // bytes from the start of the body
	Reason string
	kind   error
}

func (e *FrameError) Error() string { return fmt.Sprintf("%s at byte %d", e.Reason, e.Offset) }

// Unwrap returns event.ErrInvalid or event.ErrTooLarge.
func (e *FrameError) Unwrap() error { return e.kind }

func invalid(offset int, reason string) error {
	return &FrameError{Offset: offset, Reason: reason, kind: event.ErrInvalid}
}

func tooLarge(offset int, reason string) error {
	return &FrameError{Offset: offset, Reason: reason, kind: event.ErrTooLarge}
}

// An Envelope is one request of an SDK: a header and items of any type.
type Envelope struct {
	EventID string // as sent: 32 hex digits or a UUID where the client keeps to the rules; "" when missing
	DSN     string
	SentAt  time.Time // by the client's clock; zero when missing
	SDK     string    // name/version
	Items   []Item
}

// An Item is one part of an envelope. Its type may be one nobody knows yet.
type Item struct {
	Type        string
	Payload     []byte // shares memory with the body
	ItemCount   int    // things in a container item (logs, spans); 0 when the header does not say
	ContentType string
	Filename    string
}

// ParseEnvelope cuts an envelope into its items: header lines are JSON objects of one line, payloads are
// as long as their header's length says or reach to the end of their line. It looks into no payload. The
// error is a *FrameError.
func ParseEnvelope(body []byte) (Envelope, error) {
	var env Envelope
	if len(body) == 0 {
		return env, invalid(0, "empty envelope")
	}
	line, offset, err := header(body, 0)
	if err != nil {
		return env, err
	}
	env.read(line)
	for offset < len(body) {
		if len(env.Items) == MaxItems {
			return env, tooLarge(offset, fmt.Sprintf("more than %d items", MaxItems))
		}
		var item Item
		if item, offset, err = parseItem(body, offset); err != nil {
			return env, err
		}
		env.Items = append(env.Items, item)
	}
	return env, nil
}

// header returns the header line that starts at offset and where the next line starts, which is past the
// end of body when there is none.
func header(body []byte, offset int) (line []byte, next int, err error) {
	line = body[offset:]
	if len(line) > MaxHeader+1 {
		line = line[:MaxHeader+1]
	}
	if end := bytes.IndexByte(line, '\n'); end >= 0 {
		line = line[:end]
	} else if len(line) > MaxHeader {
		return nil, 0, tooLarge(offset, fmt.Sprintf("header line longer than %d bytes", MaxHeader))
	}
	if err := jsonx.Check(line); err != nil {
		var syntax *jsonx.SyntaxError
		if errors.As(err, &syntax) {
			return nil, 0, invalid(offset+syntax.Offset, "header line: "+syntax.Reason)
		}
		return nil, 0, invalid(offset, "header line is not JSON")
	}
	if jsonx.NewReader(line).Kind() != jsonx.Object {
		return nil, 0, invalid(offset, "header line is not a JSON object")
	}
	return line, offset + len(line) + 1, nil
}

func (env *Envelope) read(line []byte) {
	r := jsonx.NewReader(line)
	for key := range r.Fields() {
		switch string(key) {
		case "event_id":
			env.EventID = scalar(r)
		case "dsn":
			env.DSN = r.Str()
		case "sent_at":
			env.SentAt = event.ReadTime(r)
		case "sdk":
			var name, version string
			for key := range r.Fields() {
				switch string(key) {
				case "name":
					name = r.Str()
				case "version":
					version = r.Str()
				}
			}
			if name != "" {
				env.SDK = event.Cut(name+"/"+version, event.MaxText)
			}
		}
	}
}

// length values that are not lengths.
const (
	lengthMissing = -1
	lengthBad     = -2
)

func parseItem(body []byte, offset int) (item Item, next int, err error) {
	line, start, err := header(body, offset)
	if err != nil {
		return item, 0, err
	}
	length := item.read(line)
	if item.Type == "" {
		return item, 0, invalid(offset, "item header without a type")
	}
	start = min(start, len(body)) // the last header may end the body: its payload is empty
	rest := body[start:]
	switch {
	case length == lengthBad:
		return item, 0, invalid(offset, "item length is not a whole number")
	case length == lengthMissing:
		length = bytes.IndexByte(rest, '\n')
		if length < 0 {
			length = len(rest)
		}
	case length > len(rest):
		return item, 0, invalid(len(body), "payload shorter than its length says: unexpected end")
	case length < len(rest) && rest[length] != '\n':
		return item, 0, invalid(start+length, "payload longer than its length says: missing newline")
	}
	item.Payload = rest[:length:length]
	return item, start + length + 1, nil
}

func (item *Item) read(line []byte) (length int) {
	length = lengthMissing
	r := jsonx.NewReader(line)
	for key := range r.Fields() {
		switch string(key) {
		case "type":
			item.Type = r.Str()
		case "length":
			length = readLength(r)
		case "item_count":
			item.ItemCount = max(r.Int(), 0)
		case "content_type":
			item.ContentType = r.Str()
		case "filename":
			item.Filename = r.Str()
		}
	}
	return length
}

func readLength(r *jsonx.Reader) int {
	switch r.Kind() {
	case jsonx.Null:
		r.Skip()
		return lengthMissing
	case jsonx.Number:
		f, ok := r.Float()
		if n := int(min(f, 1<<31)); ok && f >= 0 && float64(n) == min(f, 1<<31) {
			return n
		}
	default:
		r.Skip()
	}
	return lengthBad
}

func scalar(r *jsonx.Reader) string {
	if k := r.Kind(); k != jsonx.String && k != jsonx.Number {
		r.Skip()
		return ""
	}
	return r.Text()
}
