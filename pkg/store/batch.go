package store

import (
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A Batch is what one transaction writes: packs, whole, the rows that came of them, and what came beside events.
type Batch struct {
	Packs    []Pack
	Rows     []Row
	Sidecars []Sidecar

	// Careful says that some of it was probably written before (a redelivery): look first.
	Careful bool
	// BeforeCommit, if set, runs when everything is written and nothing is committed. Fault tests die here.
	BeforeCommit func()
}

// A Pack is one message of the queue.
type Pack struct {
	ID     event.ID
	Day    event.Day // of receipt of its first record, the same in every delivery
	Events int       // events in it, whatever becomes of them
	Look   bool      // write no row for it: a replay of one project leaves the rest of the pack unwritten
}

// NoPack as Row.Pack marks a row that came by itself: a dead letter that is tried again.
const NoPack = -1

// An Outcome is what is to become of an event.
type Outcome int8

// The outcomes.
const (
	Insert  Outcome = iota // insert it, unless it is there
	Expired                // older than what is kept: count it
	Dead                   // can't be written: count it; the caller buries it after the commit
	Noise                  // a filter dropped it: count it by Reason and keep it as a sample for a while
)

// A Row is one event of a batch.
type Row struct {
	Pack     int // index into Batch.Packs, or NoPack
	Outcome  Outcome
	Project  int64
	Received time.Time

	// Of the rest, Noise needs the first four, Insert all but Reason.
	Event       *event.Event
	Reason      string // why it is noise
	Title       string
	Record      []byte // as package pack wrote it
	Fingerprint event.ID
	Earlier     []event.ID // what earlier groupings would have made of it, newest first; may be left out where Fingerprint is known
	Version     int16      // of the grouping
	UserHash    *int64
	Fallback    bool // the event may lie on a neighbouring day: see pack.Record

	Issue event.ID // set by Write where it inserted the event: what it belongs to; else zero
}

// Listed is a row that Write inserted as lists show it.
func (r *Row) Listed() EventRow {
	e := r.Event
	return EventRow{
		ID: e.ID, ProjectID: r.Project, IssueID: r.Issue, Day: e.Day, Received: r.Received, Occurred: e.Occurred,
		Level: e.Level, Protocol: e.Protocol, Handled: e.Handled, Type: e.Type, Message: event.Cut(e.Message, maxListText),
		Culprit: e.Culprit, Release: e.Release, Environment: e.Environment, Browser: e.Browser, OS: e.OS, URL: event.Cut(e.URL, maxListText),
	}
}

// key is what makes an event one: the primary key of events.
type key struct {
	id      event.ID
	project int64
	day     event.Day
}

func (r *Row) key() key { return key{r.Event.ID, r.Event.ProjectID, r.Event.Day} }

// keys returns where the event may lie already: its own day first.
func (r *Row) keys() []key {
	k := r.key()
	if !r.Fallback {
		return []key{k}
	}
	before, after := k, k
	before.day--
	after.day++
	return []key{k, before, after}
}

// A Result counts what became of the rows of a committed batch.
type Result struct {
	Stored, Duplicates, Expired, Dead, Filtered int
	NewIssues, Reopened                         int // issues: first events, and events that ended resolved or ignored
}
