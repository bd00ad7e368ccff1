package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) issueRoutes() {
	a.get("/api/v1/projects/:project/issues", "issues", a.listIssues).doc(doc{
		what:  "Issues of a project",
		more:  "`from` and `to` are of the last event.",
		query: params(issueParams, paged),
		list:  "issues", gives: store.Issue{},
	})
	a.get("/api/v1/issues", "all_issues", a.listIssues).doc(doc{
		what: "Issues of all projects that one may see", more: "As those of one project.", query: params(issueParams, paged), list: "issues", gives: store.Issue{},
	})
	a.get("/api/v1/projects/:project/issues/export", "issues_export", a.exportIssues).doc(doc{
		what: "All issues of a search", more: exportMore, query: params(issueParams, exportParams), media: []string{"application/x-ndjson", "text/csv"},
	}).stream = true
	a.get("/api/v1/projects/:project/suggest", "suggest", a.suggest).doc(doc{
		what: "Values that a field of searches may have", more: "For completion: without `field` names of fields; of tags names until the prefix has an equals sign.",
		query: params(textParam("field", "name of a field"), textParam("prefix", "what the value begins with"), limitParam("how many at most", 100)), gives: suggestions{},
	})
	a.get("/api/v1/projects/:project/issues/:issue", "issue", a.showIssue).doc(doc{
		what: "One issue with its events by hour", query: window, gives: issueView{},
	})
}

func (a *API) listIssues(r *request) error {
	f, err := r.issueFilter(r.params.Text("cursor"), r.params.Limit())
	if err != nil {
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
