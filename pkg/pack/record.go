// Package pack is the form in which events travel from the edge to the worker and in which they are
// stored: a record is one event as its client sent it, with what the edge knew of it; a pack is the
// records of one JetStream message. It promises that what was packed comes back byte for byte.
package pack

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Version is the newest v of a record header; each record has the least v whose readers understand it. A worker
// that meets a newer one leaves the pack in the queue.
const Version = 2

// A Kind is what a record holds. Only events count as accepted; the other kinds, since v 2, belong to one or are
// sums.
type Kind string

// The kinds. Raw is as the client sent it unless it says otherwise.
const (
	Event        Kind = ""              // an error: Raw is JSON in the form of its Protocol
	Attachment   Kind = "attachment"    // a file: Raw is any bytes; Of, Name and Type say whose and what
	Feedback     Kind = "feedback"      // what a visitor wrote: Raw is a JSON user report or a feedback event of Sentry's
	Session      Kind = "session"       // JSON payload of an envelope item session or sessions
	ClientReport Kind = "client_report" // JSON payload of an envelope item client_report: what the client dropped
	EdgeReport   Kind = "edge_report"   // the same form, made by the edge: what it refused
)

// ErrNewer means that a record was written by a newer version of Trivet than this one.
var ErrNewer = errors.New("record of a newer version")

// ErrCorrupt means that bytes are not a sequence of records: they can never be written.
var ErrCorrupt = errors.New("corrupt pack")

// A Record is one event on its way. In bytes: one line of JSON with all fields but Raw and with the
// length of Raw, then Raw, then a newline, so that a person can read it.
type Record struct {
	ID       event.ID
	Project  int64
	Day      event.Day
	Fallback bool      // Day is that of Received: a retry may be on a neighbouring day
	Received time.Time // microseconds, UTC
	Protocol string    // event.Protocol by name: a newer edge may know more than this worker
	IP       string    // of the client, "" when unknown
	UA       string
	SDK      string    // sentry_client or the like, as the client named itself
	SentAt   time.Time // by the client's clock; zero when not told
	Group    event.ID  // shared by the records of one request of several; zero for a request of one
	Kind     Kind
	Of       event.ID // the event that an attachment belongs to
	Name     string   // file name of an attachment
	Type     string   // content type of an attachment
	HTTP     HTTP
	Raw      []byte
	Checked  bool   // Raw is what package scrub walked and found to be JSON; no part of the bytes
	Bytes    []byte // the whole record, set by Parse alone
}

// HTTP is what the worker needs to know of the request.
type HTTP struct {
	Release     string // sentry_release or release of the query
	Environment string
	ContentType string
	Origin      string
	Referer     string
	Brands      string // Sec-CH-UA
	Platform    string // Sec-CH-UA-Platform
	Mobile      string // Sec-CH-UA-Mobile
	Local       bool   // sent to a loopback name: the collector runs on the visitor's own machine
}

// Append appends the record's bytes to dst.
func (r *Record) Append(dst []byte) []byte {
	dst = append(dst, `{"v":`...)
	dst = strconv.AppendInt(dst, r.version(), 10)
	dst = append(dst, `,"id":"`...)
	dst = appendHex(dst, r.ID)
	dst = append(dst, `","project":`...)
	dst = strconv.AppendInt(dst, r.Project, 10)
	dst = append(dst, `,"day":"`...)
	dst = r.Day.Time().AppendFormat(dst, time.DateOnly)
	dst = append(dst, '"')
	if r.Fallback {
		dst = append(dst, `,"fallback":true`...)
	}
	dst = appendTime(dst, "received", r.Received)
	dst = appendText(dst, "protocol", r.Protocol)
	dst = appendText(dst, "ip", r.IP)
	dst = appendText(dst, "ua", r.UA)
	dst = appendText(dst, "sdk", r.SDK)
	dst = appendTime(dst, "sent_at", r.SentAt)
	if !r.Group.IsZero() {
		dst = append(dst, `,"group":"`...)
		dst = appendHex(dst, r.Group)
		dst = append(dst, '"')
	}
	dst = appendText(dst, "kind", string(r.Kind))
	if !r.Of.IsZero() {
		dst = append(dst, `,"of":"`...)
		dst = appendHex(dst, r.Of)
		dst = append(dst, '"')
	}
	dst = appendText(dst, "name", r.Name)
	dst = appendText(dst, "type", r.Type)
	if r.HTTP != (HTTP{}) {
		dst = append(dst, `,"http":{`...)
		dst = appendText(dst, "release", r.HTTP.Release)
		dst = appendText(dst, "environment", r.HTTP.Environment)
		dst = appendText(dst, "content_type", r.HTTP.ContentType)
		dst = appendText(dst, "origin", r.HTTP.Origin)
		dst = appendText(dst, "referer", r.HTTP.Referer)
		dst = appendText(dst, "brands", r.HTTP.Brands)
		dst = appendText(dst, "platform", r.HTTP.Platform)
		dst = appendText(dst, "mobile", r.HTTP.Mobile)
		if r.HTTP.Local {
			dst = append(appendKey(dst, "local"), "true"...)
		}
		dst = append(dst, '}')
	}
	dst = append(dst, `,"len":`...)
	dst = strconv.AppendInt(dst, int64(len(r.Raw)), 10)
	dst = append(dst, '}', '\n')
	dst = append(dst, r.Raw...)
	return append(dst, '\n')
}

func (r *Record) version() int64 {
	if r.Kind == Event {
		return 1
	}
	return 2
}

func appendHex(dst []byte, id event.ID) []byte {
	text, _ := id.MarshalText()
	return append(dst, text...)
}

func appendText(dst []byte, key, value string) []byte {
	if value == "" {
		return dst
	}
	return jsonx.AppendString(appendKey(dst, key), value)
}

func appendTime(dst []byte, key string, t time.Time) []byte {
	if t.IsZero() {
		return dst
	}
	dst = append(appendKey(dst, key), '"')
	dst = t.UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999Z07:00")
	return append(dst, '"')
}

func appendKey(dst []byte, key string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	dst = append(dst, '"')
	dst = append(dst, key...)
	return append(dst, '"', ':')
}

// CheckJSON returns a *jsonx.SyntaxError for a record whose Raw is no JSON. It does not look twice.
func (r *Record) CheckJSON() error {
	if r.Checked {
		return nil
	}
	return jsonx.Check(r.Raw)
}

// Check returns ErrCorrupt, wrapped, for a record whose header no edge would have written. Parse
// lets it through, since the records around it are whole.
func (r *Record) Check() error {
	if r.ID.IsZero() || r.Project <= 0 || r.Received.IsZero() {
		return fmt.Errorf("%w: incomplete header", ErrCorrupt)
	}
	if r.Day < event.DayOf(r.Received.Add(-event.MaxPast)) || r.Day > event.DayOf(r.Received.Add(event.MaxFuture)) {
		return fmt.Errorf("%w: day is out of bounds", ErrCorrupt) // it would wait for its partition for ever
	}
	return nil
}

// MarshalJSON shows a record to a person: the header's fields, and Raw as JSON where it is, else as text.
func (r *Record) MarshalJSON() ([]byte, error) {
	line := r.Append(nil)
	line = line[:bytes.IndexByte(line, '\n')-1] // without the closing brace
	raw := r.Raw
	if jsonx.Check(raw) != nil {
		raw = jsonx.AppendString(nil, string(raw))
	}
	out := append(line, `,"raw":`...)
	out = append(out, jsonx.Clean(raw)...)
	out = append(out, '}')
	if !json.Valid(out) {
		return nil, ErrCorrupt
	}
	return out, nil
}
