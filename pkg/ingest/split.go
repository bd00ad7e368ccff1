package ingest

import (
	"bytes"
	"encoding/hex"
	"errors"
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// Limits of what a body may hold, beside those of packages sentry and native: 1,000 items or events.
// maxItemCount bounds what one container item may claim in the metrics.
const (
	maxEvent     = 1 << 20 // bytes
	maxItemCount = 10000
)

// itemTypes are the envelope items that are counted by name; a type nobody knows is itemOther.
var itemTypes = []string{
	"event", "transaction", "feedback", "attachment", "session", "sessions", "client_report", "user_report", "span",
	"log", "trace_metric", "replay_event", "replay_recording", "replay_video", "check_in", "profile", "profile_chunk",
	"raw_security", "statsd", "form_data", "unreal_report", "minidump",
}

const itemOther = "other"

func (e *Edge) countItem(name string, n int) {
	counter, ok := e.metrics.items[name]
	if !ok {
		counter = e.metrics.items[itemOther]
	}
	counter.Add(float64(min(max(n, 1), maxItemCount)))
}

// splitEnvelope takes the errors of an envelope. Everything else is counted and let go.
func splitEnvelope(r *request, text []byte) (b batch, err error) {
	env, err := sentry.ParseEnvelope(text)
	if err != nil {
		return b, err
	}
	if err := r.sameProject(env.DSN); err != nil {
		return b, err
	}
	r.sdk, r.sentAt = r.named(), env.SentAt
	if r.sdk == "" {
		r.sdk = env.SDK
	}
	id := env.EventID // of the envelope's first event
	for i := range env.Items {
		item := &env.Items[i]
		if item.Type != "event" {
			r.edge.countItem(item.Type, item.ItemCount)
			continue
		}
		one, kind, err := r.sentryEvent(item.Payload, id)
		if err != nil {
			return b, fmt.Errorf("item %d: %w", i+1, err)
		}
		r.edge.countItem(kind, 1)
		if kind != "event" {
			continue
		}
		id = ""
		b.events = append(b.events, one)
	}
	switch {
	case len(b.events) > 0:
		b.reply = replyID(b.events[0].id)
	case env.EventID != "":
		b.reply = replyID(event.ClientID(r.project, env.EventID))
	default:
		b.reply = []byte("{}")
	}
	return b, nil
}

// splitStore takes the one event of a store request.
func splitStore(r *request, body []byte) (b batch, err error) {
	text, err := sentry.DecodeStore(body, maxEvent)
	if err != nil {
		return b, err
	}
	r.sdk = r.named()
	one, kind, err := r.sentryEvent(text, "")
	if err != nil {
		return b, err
	}
	r.edge.countItem(kind, 1)
	if kind == "event" {
		b.events = []sent{one}
	}
	b.reply = replyID(one.id)
	return b, nil
}

// sentryEvent checks an event and tells its kind: the name of its item type, which old clients put into
// the payload only. id is the envelope's and beats the payload's.
func (r *request) sentryEvent(raw []byte, id string) (one sent, kind string, err error) {
	if len(raw) > maxEvent {
		return one, "", refused(event.ErrTooLarge, "event over 1 MiB")
	}
	checked, err := sentry.CheckEvent(raw)
	if err != nil {
		return one, "", err
	}
	head := sentry.ReadHead(checked)
	if id == "" {
		id = head.ID
	}
	kind = "event"
	if head.Type == "transaction" || head.Type == "feedback" {
		kind = head.Type
	}
	return r.newSent(id, head.Timestamp, raw), kind, nil
}

// splitNative takes one JSON object, an array of them or one a line.
func splitNative(r *request, text []byte) (b batch, err error) {
	raws, err := native.Split(text)
	if err != nil {
		return b, err
	}
	b.events = make([]sent, len(raws))
	for i, raw := range raws {
		if len(raw) > maxEvent {
			return b, refused(event.ErrTooLarge, fmt.Sprintf("event %d over 1 MiB", i+1))
		}
		head := native.ReadHead(raw)
		b.events[i] = r.newSent(head.ID, head.Timestamp, raw)
	}
	if len(raws) == 1 {
		b.reply = replyID(b.events[0].id)
		return b, nil
	}
	b.reply = append(make([]byte, 0, 16+36*len(raws)), `{"ids":`...)
	separator := byte('[')
	for i := range b.events {
		b.reply = append(b.reply, separator, '"')
		b.reply = appendID(b.reply, b.events[i].id)
		b.reply, separator = append(b.reply, '"'), ','
	}
	b.reply = append(b.reply, "]}"...)
	return b, nil
}

// splitLog takes {content, meta}, mittens' form of an event.
func splitLog(r *request, text []byte) (b batch, err error) {
	if len(text) > maxEvent {
		return b, refused(event.ErrTooLarge, "event over 1 MiB")
	}
	text = bytes.TrimSpace(text)
	if err := jsonx.Check(text); err != nil {
		detail := "not JSON"
		var syntax *jsonx.SyntaxError
		if errors.As(err, &syntax) {
			detail = "not JSON: " + syntax.Error()
		}
		return b, refused(event.ErrInvalid, detail)
	}
	content, meta, wrong := native.CheckLog(text)
	if len(wrong) > 0 {
		return b, &refusedError{kind: event.ErrInvalid, detail: "a field is not as it must be", fields: wrong}
	}
	one := r.newSent("", r.received, text)
	b.events = []sent{one}
	b.reply = appendID(append(make([]byte, 0, len(text)+64), `{"id":"`...), one.id)
	b.reply = jsonx.AppendString(append(b.reply, `","content":`...), content)
	b.reply = append(b.reply, `,"meta":`...)
	if len(meta) == 0 {
		meta = []byte("null")
	}
	b.reply = append(append(b.reply, jsonx.Clean(meta)...), '}')
	return b, nil
}

func replyID(id event.ID) []byte {
	return append(appendID(append(make([]byte, 0, 48), `{"id":"`...), id), '"', '}')
}

func appendID(dst []byte, id event.ID) []byte { return hex.AppendEncode(dst, id[:]) }
