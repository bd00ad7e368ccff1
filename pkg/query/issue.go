package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) issueRoutes() {
	a.get("/api/v1/projects/:project/issues", "issues", a.listIssues).doc(doc{
		what: "Issues of a project",
		more: "`from` and `to` are of the last event.",
		query: params(window, levelParam, enumParam("status", "in this state", "unresolved", "resolved", "ignored"), textParam("type", "of this type of error"),
			textParam("first_release", "first seen in this release"), textParam("last_release", "last seen in this release"),
			enumParam("sort", "what is highest comes first", "last_seen", "first_seen", "events"), paged),
		list: "issues", gives: store.Issue{},
	})
	a.get("/api/v1/projects/:project/issues/:issue", "issue", a.showIssue).doc(doc{
		what: "One issue with its events by hour", query: window, gives: issueView{},
	})
}

func (a *API) listIssues(r *request) error {
	p := r.params
	f := store.IssueFilter{
		Project: r.project, From: p.Time("from"), To: p.Time("to"), Level: p.Level("level"), Status: p.Text("status"), Type: p.Text("type"),
		FirstRelease: p.Text("first_release"), LastRelease: p.Text("last_release"), Sort: p.Text("sort"),
		Limit: p.Limit(), Cursor: p.Text("cursor"),
	}
	if err := p.Done(); err != nil {
		return err
	}
	issues, next, err := a.db.Issues(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return answerList(a, r, "issues", issues, next)
}

// issueView is an issue with its events by hour.
type issueView struct {
	store.Issue
	Hours []store.HourCount `json:"hours"`
}

func (a *API) showIssue(r *request) error {
	from, to := r.params.Time("from"), r.params.Time("to")
	if err := r.params.Done(); err != nil {
		return err
	}
	id, err := r.pathID("issue")
	if err != nil {
		return err
	}
	issue, err := a.db.Issue(r.ctx(), r.org(), r.project, id)
	if err != nil {
		return err
	}
	hours, err := a.db.IssueHours(r.ctx(), r.org(), r.project, id, from, to)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, issueView{issue, hours})
}
