// Package detail tells all that is known of one thing: an event with what its client sent and what came with it, why
// it is in its issue, what a filter dropped. The API and the pages show the same.
package detail

import (
	"context"
	"encoding/base64"
	"unicode/utf8"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/store"
)

// A Reader finds things and reads them with today's code. Safe for concurrent use.
type Reader struct {
	db  *store.Store
	log zerolog.Logger
}

// New returns a Reader.
func New(log zerolog.Logger, db *store.Store) *Reader { return &Reader{db, log} }

// Event finds one event of an organization's project; a nil day looks in all partitions. The errors are those of
// store.Event.
func (r *Reader) Event(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (Event, error) {
	found, err := r.db.Event(ctx, organization, project, id, day)
	if err != nil {
		return Event{}, err
	}
	view := view(r.log, found)
	view.Attachments, view.Feedback, err = r.db.Belongings(ctx, organization, project, found.ID, found.Day)
	return view, err
}

// An Event is an event in full: what lists show, what its client sent in our words and in its own, and what came
// with it.
type Event struct {
	*event.Event
	Day     event.Day `json:"day"`
	IssueID event.ID  `json:"issue_id"`
	Raw
	Attachments []store.Attachment `json:"attachments"`
	Feedback    []store.Feedback   `json:"feedback"`
	row         store.EventRow
}

// Listed is e without what only its record tells.
func (e Event) Listed() Event {
	e.Event = listed(e.row)
	return e
}

// Raw is what a client sent.
type Raw struct {
	Raw         *string `json:"raw"`                    // null when the record is gone
	RawEncoding string  `json:"raw_encoding,omitempty"` // base64 where raw is not UTF-8
}

func newRaw(rec *pack.Record) (v Raw) {
	if rec == nil {
		return v
	}
	raw := string(rec.Raw)
	if !utf8.ValidString(raw) {
		raw, v.RawEncoding = base64.StdEncoding.EncodeToString(rec.Raw), "base64"
	}
	v.Raw = &raw
	return v
}

// view makes the full event from its record. What lists show and filter by is taken from the row, so that
// both agree also when today's code reads the record otherwise; only what the row holds cut comes whole
// from the record.
func view(log zerolog.Logger, found store.Stored) Event {
	view := Event{Event: listed(found.EventRow), Day: found.Day, IssueID: found.IssueID, Raw: newRaw(found.Record), row: found.EventRow}
	full := read(log, &found)
	if full == nil {
		return view
	}
	row := view.Event
	full.ID, full.ProjectID, full.Received, full.Occurred = row.ID, row.ProjectID, row.Received, row.Occurred
	full.Protocol, full.Level, full.Handled, full.Type, full.Culprit = row.Protocol, row.Level, row.Handled, row.Type, row.Culprit
	full.Release, full.Environment, full.Browser, full.OS = row.Release, row.Environment, row.Browser, row.OS
	view.Event = full
	neverNull(full)
	return view
}

// read makes the event of a stored record with today's code, nil where that can't be.
func read(log zerolog.Logger, found *store.Stored) *event.Event {
	if found.Record == nil {
		if found.Problem != nil {
			log.Error().Err(found.Problem).Stringer("event_id", found.ID).Int64("project_id", found.ProjectID).Msg("record can't be read; the event is shown without it")
		}
		return nil
	}
	e, err := protocol.Normalise(found.Record)
	if err != nil {
		log.Warn().Err(err).Stringer("event_id", found.ID).Int64("project_id", found.ProjectID).Msg("record not understood; the event is shown as lists show it")
		return nil
	}
	return e
}

// listed is what a row alone tells of an event.
func listed(row store.EventRow) *event.Event {
	e := &event.Event{
		ID: row.ID, ProjectID: row.ProjectID, Day: row.Day, Received: row.Received, Occurred: row.Occurred, Protocol: row.Protocol,
		Level: row.Level, Handled: row.Handled, Type: row.Type, Message: row.Message, Culprit: row.Culprit, Release: row.Release,
		Environment: row.Environment, Browser: row.Browser, OS: row.OS, URL: row.URL,
	}
	neverNull(e)
	return e
}

// neverNull makes empty lists show as lists.
func neverNull(e *event.Event) {
	if e.Exceptions == nil {
		e.Exceptions = []event.Exception{}
	}
	for i := range e.Exceptions {
		if e.Exceptions[i].Frames == nil {
			e.Exceptions[i].Frames = []event.Frame{}
		}
	}
	if e.Breadcrumbs == nil {
		e.Breadcrumbs = []event.Breadcrumb{}
	}
}
