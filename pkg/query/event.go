package query

import (
	"encoding/base64"
	"net/http"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) listEvents(r *request) error {
	p := r.params
	f := store.EventFilter{
		Project: r.project, Issue: p.id("issue"), From: p.time("from"), To: p.time("to"),
		Level: p.level("level"), Protocol: p.protocol("protocol"), Handled: p.bool("handled"), Type: p.text("type"),
		Release: p.text("release"), Environment: p.text("environment"), Browser: p.text("browser"), OS: p.text("os"), URL: p.text("url"),
		Limit: p.limit(), Cursor: p.text("cursor"),
	}
	if err := p.done(); err != nil {
		return err
	}
	events, next, err := a.db.Events(r.ctx(), r.token.OrganizationID, f)
	if err != nil {
		return err
	}
	return answerList(a, r, "events", events, next)
}

// eventView is an event in full: what lists show, what its client sent in our words and in its own, and what came
// with it.
type eventView struct {
	*event.Event
	Day     event.Day `json:"day"`
	IssueID event.ID  `json:"issue_id"`
	rawView
	Attachments []store.Attachment `json:"attachments"`
	Feedback    []store.Feedback   `json:"feedback"`
}

// rawView is what a client sent.
type rawView struct {
	Raw         *string `json:"raw"`                    // null when the record is gone
	RawEncoding string  `json:"raw_encoding,omitempty"` // base64 where raw is not UTF-8
}

func newRawView(rec *pack.Record) (v rawView) {
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

// findEvent finds the event that the path names.
func (a *API) findEvent(r *request) (store.Stored, error) {
	id, day, err := r.pathDay("event")
	if err != nil {
		return store.Stored{}, err
	}
	return a.db.Event(r.ctx(), r.token.OrganizationID, r.project, id, day)
}

func (a *API) showEvent(r *request) error {
	found, err := a.findEvent(r)
	if err != nil {
		return err
	}
	view := a.view(found)
	if view.Attachments, view.Feedback, err = a.db.Belongings(r.ctx(), r.token.OrganizationID, r.project, found.ID, found.Day); err != nil {
		return err
	}
	if err := a.answer(r.http, http.StatusOK, r.mask, view); err == nil {
		return nil
	}
	// Some part that was kept as JSON is none: the list's fields and the client's bytes are still good.
	view.Event = listed(found.EventRow)
	return a.answer(r.http, http.StatusOK, r.mask, view)
}

// view makes the full event from its record. What lists show and filter by is taken from the row, so that
// both agree also when today's code reads the record otherwise; only what the row holds cut comes whole
// from the record.
func (a *API) view(found store.Stored) eventView {
	view := eventView{Event: listed(found.EventRow), Day: found.Day, IssueID: found.IssueID, rawView: newRawView(found.Record)}
	full := a.read(&found)
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
func (a *API) read(found *store.Stored) *event.Event {
	if found.Record == nil {
		if found.Problem != nil {
			a.log.Error().Err(found.Problem).Stringer("event_id", found.ID).Int64("project_id", found.ProjectID).Msg("record can't be read; the event is shown without it")
		}
		return nil
	}
	e, err := protocol.Normalise(found.Record)
	if err != nil {
		a.log.Warn().Err(err).Stringer("event_id", found.ID).Int64("project_id", found.ProjectID).Msg("record not understood; the event is shown as lists show it")
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
