package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) eventRoutes() {
	a.get("/api/v1/projects/:project/events", "events", a.listEvents)
	a.get("/api/v1/projects/:project/events/:event", "event", a.showEvent)
	a.get("/api/v1/projects/:project/events/:event/grouping", "grouping", a.showGrouping)
	a.get("/api/v1/projects/:project/events/:event/attachments", "attachments", a.listAttachments)
	a.get("/api/v1/projects/:project/attachments/:attachment", "attachment", a.download)
	a.get("/api/v1/projects/:project/feedback", "feedback", a.listFeedback)
}

func (a *API) listEvents(r *request) error {
	p := r.params
	f := store.EventFilter{
		Project: r.project, Issue: p.ID("issue"), From: p.Time("from"), To: p.Time("to"),
		Level: p.Level("level"), Protocol: p.Protocol("protocol"), Handled: p.Bool("handled"), Type: p.Text("type"),
		Release: p.Text("release"), Environment: p.Text("environment"), Browser: p.Text("browser"), OS: p.Text("os"), URL: p.Text("url"),
		Limit: p.Limit(), Cursor: p.Text("cursor"),
	}
	if err := p.Done(); err != nil {
		return err
	}
	events, next, err := a.db.Events(r.ctx(), r.org(), f)
	if err != nil {
		return err
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
