package ingest

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// Limits of what comes beside events in one request. Of Sentry's Relay: 100 sessions, 30 attachments.
const (
	maxAttachments = 4 << 20   // bytes of all together
	maxSidecar     = 256 << 10 // bytes of one that is neither attachment nor feedback; real ones stay under 1 KiB
	maxSidecars    = 100
)

// sidecars adds the attachments, feedback, sessions and client reports of an envelope. One that can't be kept
// is dropped and counted: it must not cost the event beside it.
func (r *request) sidecars(env *sentry.Envelope, b *batch) {
	events := len(b.records)
	for i := range env.Items {
		item := &env.Items[i]
		if item.Type == "attachment" || !slices.Contains(sidecarTypes, item.Type) {
			continue
		}
		limit := maxSidecar
		if item.Type == "feedback" {
			limit = maxEvent
		}
		switch {
		case len(b.records)-events == maxSidecars:
			r.drop(item.Type, dropTooMany)
		case len(item.Payload) > limit:
			r.drop(item.Type, dropTooLarge)
		case !isObject(item.Payload):
			r.drop(item.Type, dropInvalid)
		default:
			b.records = append(b.records, r.sidecar(item, env.EventID))
		}
	}
	owner, known := r.owner(env, b)
	room := maxAttachments
	for i := range env.Items {
		item := &env.Items[i]
		if item.Type != "attachment" {
			continue
		}
		b.files += len(item.Payload)
		switch {
		case !known:
			r.drop(item.Type, dropNoEvent)
		case len(b.records)-events == maxSidecars:
			r.drop(item.Type, dropTooMany)
		case len(item.Payload) > room:
			r.drop(item.Type, dropTooLarge)
		default:
			room -= len(item.Payload)
			b.records = append(b.records, r.attachment(owner, item.Filename, item.ContentType, item.Payload))
		}
	}
}

func isObject(text []byte) bool {
	return jsonx.Check(text) == nil && jsonx.NewReader(text).Kind() == jsonx.Object
}

// sidecar makes the record of an item that is an object; id is the envelope's.
func (r *request) sidecar(item *sentry.Item, id string) sent {
	switch item.Type {
	case "feedback":
		head := sentry.ReadHead(item.Payload)
		if head.ID != "" {
			id = head.ID // the envelope's may be of an event beside it
		}
		one := r.newSent(id, head.Timestamp, item.Payload)
		one.kind = pack.Feedback
		return one
	case "user_report":
		return r.userReport(sentry.ReadHead(item.Payload).ID, item.Payload)
	case "client_report":
		return sent{id: event.NewID(r.received), raw: item.Payload, kind: pack.ClientReport}
	default:
		return sent{id: event.NewID(r.received), raw: item.Payload, kind: pack.Session}
	}
}

// userReport makes the record of what a visitor wrote about an event: said again in the same words it is the
// same.
func (r *request) userReport(eventID string, raw []byte) sent {
	one := r.named("feedback/"+eventID+"/"+digest(raw), time.Time{}, raw)
	one.kind = pack.Feedback
	if eventID != "" {
		one.of = event.ClientID(r.project, eventID)
	}
	return one
}

// owner returns what the attachments of an envelope belong to: its event, its feedback, or the event that its
// header names and that came in another envelope. Those of a transaction belong to nothing that is kept.
func (r *request) owner(env *sentry.Envelope, b *batch) (owner sent, known bool) {
	if first := b.first(pack.Event); first != nil {
		return *first, true
	}
	if first := b.first(pack.Feedback); first != nil && first.of.IsZero() { // a user report has no files
		return *first, true
	}
	foreign := slices.ContainsFunc(env.Items, func(item sentry.Item) bool {
		return item.Type == "event" || item.Type == "transaction" || item.Type == "feedback"
	})
	id := event.ClientID(r.project, env.EventID)
	return sent{id: id}, env.EventID != "" && !foreign && !id.IsZero()
}

// attachment makes the record of a file. It lands on the day of what it belongs to where that is known.
func (r *request) attachment(owner sent, name, kind string, raw []byte) sent {
	one := r.named("attachment/"+owner.id.String()+"/"+name+"/"+digest(raw), owner.at, raw)
	one.kind, one.of, one.name, one.typ = pack.Attachment, owner.id, short(name), short(kind)
	return one
}

func digest(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}
