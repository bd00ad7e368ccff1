package query

import (
	"net/http"
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) listFiltered(r *request) error {
	reason, limit, cursor := r.params.text("reason"), r.params.limit(), r.params.text("cursor")
	if names := filter.Names(); reason != "" && !slices.Contains(names, reason) {
		r.params.wrong("reason", strings.Join(names, ", "))
	}
	if err := r.params.done(); err != nil {
		return err
	}
	found, next, err := a.db.Filtered(r.ctx(), r.token.OrganizationID, r.project, reason, limit, cursor)
	if err != nil {
		return err
	}
	return answerList(a, r, "filtered", found, next)
}

// filteredView is an event that a filter dropped, in full as far as its record is there.
type filteredView struct {
	*event.Event
	Reason string `json:"reason"`
	Title  string `json:"title"`
	rawView
}

func (a *API) showFiltered(r *request) error {
	if err := r.params.done(); err != nil {
		return err
	}
	id, err := r.pathID("event")
	if err != nil {
		return err
	}
	found, err := a.db.FilteredSample(r.ctx(), r.token.OrganizationID, r.project, r.http.Param("reason"), id)
	if err != nil {
		return err
	}
	stored := store.Stored{
		EventRow: store.EventRow{ID: found.ID, ProjectID: r.project, Received: found.Received, Occurred: found.Received, Level: event.Error, Message: found.Title},
		Record:   found.Record, Problem: found.Problem,
	}
	if found.Record != nil {
		stored.Day, stored.Protocol = found.Record.Day, event.ParseProtocol(found.Record.Protocol)
	}
	view := filteredView{Event: a.read(&stored), Reason: found.Reason, Title: found.Title, rawView: newRawView(found.Record)}
	if view.Event == nil {
		view.Event = listed(stored.EventRow)
	}
	neverNull(view.Event)
	if err := a.answer(r.http, http.StatusOK, r.mask, view); err == nil {
		return nil
	}
	view.Event = listed(stored.EventRow) // some part of it that should be JSON is none
	return a.answer(r.http, http.StatusOK, r.mask, view)
}
