package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) listIssues(r *request) error {
	p := r.params
	f := store.IssueFilter{
		Project: r.project, From: p.time("from"), To: p.time("to"), Level: p.level("level"), Status: p.text("status"), Type: p.text("type"),
		FirstRelease: p.text("first_release"), LastRelease: p.text("last_release"), Sort: p.text("sort"),
		Limit: p.limit(), Cursor: p.text("cursor"),
	}
	if err := p.done(); err != nil {
		return err
	}
	issues, next, err := a.db.Issues(r.ctx(), r.token.OrganizationID, f)
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
	from, to := r.params.time("from"), r.params.time("to")
	if err := r.params.done(); err != nil {
		return err
	}
	id, err := r.pathID("issue")
	if err != nil {
		return err
	}
	issue, err := a.db.Issue(r.ctx(), r.token.OrganizationID, r.project, id)
	if err != nil {
		return err
	}
	hours, err := a.db.IssueHours(r.ctx(), r.token.OrganizationID, r.project, id, from, to)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, issueView{issue, hours})
}
