package ingest

import (
	"bytes"
	"encoding/hex"
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// maxEvent bounds one event, in bytes.
const maxEvent = 1 << 20

// splitEnvelope takes the errors of an envelope and what belongs to them. Everything else is counted and let
// go.
func splitEnvelope(r *request, text []byte) (b batch, err error) {
	env, err := sentry.ParseEnvelope(text)
	if err != nil {
		return b, err
	}
	if err := r.sameProject(env.DSN); err != nil {
		return b, err
	}
	r.sdk, r.sentAt = r.agent(), env.SentAt
	if r.sdk == "" {
		r.sdk = env.SDK
	}
	id, sidecars := env.EventID, false // id is of the envelope's first event
	for i := range env.Items {
		item := &env.Items[i]
		if item.Type != "event" {
			r.edge.countItem(item.Type, max(item.ItemCount, 1))
			sidecars = true
			continue
		}
		one, kind, err := r.sentryEvent(item.Payload, id)
		if err != nil {
			return b, fmt.Errorf("item %d: %w", i+1, err)
		}
		r.edge.countItem(kind, 1)
		switch kind {
		case "event":
			id = ""
			b.records = append(b.records, one)
		case "feedback":
			one.kind = pack.Feedback
			b.records = append(b.records, one)
		}
	}
	if sidecars {
		r.sidecars(&env, &b)
	}
	switch first := b.first(pack.Event); {
	case first != nil:
		b.reply = replyID(first.id)
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
	r.sdk = r.agent()
	one, kind, err := r.sentryEvent(text, "")
	if err != nil {
		return b, err
	}
	r.edge.countItem(kind, 1)
	switch kind {
	case "event":
		b.records = []sent{one}
	case "feedback":
		one.kind = pack.Feedback
		b.records = []sent{one}
	}
	b.reply = replyID(one.id)
	return b, nil
}

// splitStoreImage takes the one event of a store request that is all query, as raven-js sent it where it could
// not post.
func splitStoreImage(r *request, query []byte) (b batch, err error) {
	for pair := range bytes.SplitSeq(query, []byte{'&'}) {
		if bytes.HasPrefix(pair, []byte("sentry_data=")) {
			return splitStore(r, pair)
		}
	}
	return b, refused(event.ErrInvalid, "no sentry_data in the query")
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

func replyID(id event.ID) []byte {
	return append(appendID(append(make([]byte, 0, 48), `{"id":"`...), id), '"', '}')
}

func appendID(dst []byte, id event.ID) []byte { return hex.AppendEncode(dst, id[:]) }
