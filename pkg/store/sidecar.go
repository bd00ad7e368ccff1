package store

import (
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Sidecar is what came beside events: exactly one of its pointers is set. What has a row of its own (a file, a
// text, a session that met an error) is written unless it is there; what only counts does so when its pack is new.
type Sidecar struct {
	Pack     int // index into Batch.Packs, or NoPack
	Project  int64
	Received time.Time

	Attachment *AttachmentRow
	Feedback   *FeedbackRow
	Session    *SessionRow
	Drop       *DropRow
}

// An AttachmentRow is a file that a client sent with an event.
type AttachmentRow struct {
	ID, EventID event.ID
	Day         event.Day
	Name, Type  string // clean text, as the client gave them
	Data        []byte
}

// A FeedbackRow is what a visitor wrote. Every text is clean.
type FeedbackRow struct {
	ID, EventID               event.ID // EventID is zero when it is about no event
	Day                       event.Day
	Name, Email, Message, URL string
}

// A SessionRow is what one update of a session tells, or one bucket of sessions. Every text is clean.
type SessionRow struct {
	ID                   event.ID // zero for a bucket: its numbers add up, those of updates count a session once
	Day                  event.Day
	Started              time.Time
	Release, Environment string
	Began                int
	Errored, Crashed     int
}

// Sources of drops.
const (
	DroppedByFilter = "filter" // by a noise filter of ours or a setting of the project
	DroppedByClient = "client" // by the SDK, as it says
	DroppedByEdge   = "edge"   // refused before it was accepted
)

// CategoryError is the category of drops that are events.
const CategoryError = "error"

// A DropRow is so many things that were not kept. Reason and Category are short words of a bounded list.
type DropRow struct {
	Source, Reason, Category string
	Quantity                 int64
}

// state tells what the table of packs said of the pack with an index into b.Packs. What came by itself counts as
// known: it has been counted.
func (b *Batch) state(index int, states map[event.ID]packState) packState {
	if index == NoPack {
		return packKnown
	}
	return states[b.Packs[index].ID]
}
