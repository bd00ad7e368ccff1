package query

import (
	"cmp"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) eventRoutes() {
	a.get("/api/v1/projects/:project/events", "events", a.listEvents).doc(doc{
		what: "Events, latest received first",
		more: "`from` and `to` are of receipt. Without `from` the list goes back 30 days, or to the beginning of an issue. " +
			"What few events match is looked for as long as somebody waits: the page may then be short or empty, `searched_to` says how far back it looked, and `next` goes on.",
		query: params(searchParam, idParam("issue", "of this issue"), window, eventParams, paged),
		list:  "events", gives: store.EventRow{},
	})
	a.get("/api/v1/projects/:project/events/export", "events_export", a.exportEvents).doc(doc{
		what: "All events of a search", more: exportMore,
		query: params(searchParam, idParam("issue", "of this issue"), window, eventParams, exportParams), media: []string{"application/x-ndjson", "text/csv"},
	}).stream = true
	a.get("/api/v1/projects/:project/events/:event/neighbours", "neighbours", a.showNeighbours).doc(doc{
		what: "The events before and after one in a list", more: "The parameters are the list's. Null where there is none, or none is found in the time that somebody waits.",
		query: params(searchParam, idParam("issue", "of this issue"), window, eventParams, dayOf), gives: neighbours{},
	})
	a.get("/api/v1/projects/:project/events/:event", "event", a.showEvent).doc(doc{
		what: "One event in full",
		more: "Exceptions stand with the oldest cause first, frames with the outermost first; `hint` says how to mend it where one is known. " +
			"`raw` holds the client's bytes, scrubbed (base64 where `raw_encoding` says so), null when they are gone.",
		query: dayOf, gives: detail.Event{},
	})
	a.get("/api/v1/projects/:project/events/:event/grouping", "grouping", a.showGrouping).doc(doc{
		what:  "Why an event is in its issue",
		more:  "`explanation` is by today's code and rules, null when the client's bytes are gone; `current` tells whether they still give the stored fingerprint.",
		query: dayOf, gives: detail.Grouping{},
	})
	a.get("/api/v1/projects/:project/events/:event/attachments", "attachments", a.listAttachments).doc(doc{
		what: "Files that came with an event, at most 100", query: dayOf, list: "attachments", gives: store.Attachment{},
	})
	a.get("/api/v1/projects/:project/attachments/:attachment", "attachment", a.download).doc(doc{
		what: "The bytes of one file, to be saved and never shown",
		more: "`Content-Disposition` is always `attachment`.", query: dayOf, media: []string{"application/octet-stream"},
	})
	a.get("/api/v1/projects/:project/feedback", "feedback", a.listFeedback).doc(doc{
		what: "What visitors wrote, newest first", query: params(window, idParam("event", "with this event"), paged), list: "feedback", gives: store.Feedback{},
	})
}

func (a *API) listEvents(r *request) error {
	f, err := r.eventFilter(r.params.Text("cursor"), r.params.Limit())
	if err != nil {
		return err
	}
	events, next, err := a.db.Events(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	if next != "" && len(events) < cmp.Or(f.Limit, store.DefaultLimit) {
		to := store.SearchedTo(next)
		a.metrics.short.Inc()
		return answerSearched(a, r, "events", events, next, &to)
	}
	return answerList(a, r, "events", events, next)
}

func (a *API) showEvent(r *request) error {
	id, day, err := r.pathDay("event")
	if err != nil {
		return err
	}
	found, err := a.detail.Event(r.ctx(), r.org(), r.project, id, day)
	if err != nil {
		return err
	}
	if err := a.answer(r.http, http.StatusOK, r.mask, found); err == nil {
		return nil
	}
	// Some part that was kept as JSON is none: the list's fields and the client's bytes are still good.
	return a.answer(r.http, http.StatusOK, r.mask, found.Listed())
}
