package query

import (
	"cmp"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) chartRoutes() {
	const project = "/api/v1/projects/:project"
	step := enumParam("step", "length of a point, hour where it is left out", "hour", "day")
	facets := params(searchParam, window, listParam("by", "release, environment, browser, os, url, level, type, culprit, protocol, handled or tag:KEY; may come several times, at most 20. "+
		"Left out: the first six and the ten most frequent tags"), limitParam("values of each field", store.MaxLimit))
	const counted = "Counts the latest 1,000 events that match; `more` tells that there are further ones. Fields are chosen by `by`, for `fields` trims the answer. " +
		"`other` is events with values beyond `limit`; an empty value is of events that have none."
	a.get("/api/v1/overview", "overview", a.listOverview).doc(doc{
		what: "The projects that one may see, with open and new issues, the events of the last 24 hours and the last event",
		list: "projects", gives: store.ProjectOverview{},
	})
	a.get(project+"/series", "series", a.showSeries).doc(doc{
		what:  "Stored events over time, by the values of a field",
		more:  "The 20 values with most events, and `*` for all others. Without `by` all together.",
		query: params(window, step, enumParam("by", "the field", "level", "release", "environment", "browser", "os", "protocol")),
		gives: store.Series{},
	})
	a.get(project+"/users", "users", a.listUsers).doc(doc{
		what: "How many different users met an error, by UTC day", query: window, list: "users", gives: store.DayCount{},
	})
	a.get(project+"/facets", "facets", a.showFacets).doc(doc{
		what: "The most frequent values of fields and tags", more: counted, query: facets, gives: store.Facets{},
	})
	a.get(project+"/issues/:issue/facets", "issue_facets", a.showIssueFacets).doc(doc{
		what: "The most frequent values of fields and tags in an issue", more: counted, query: facets, gives: store.Facets{},
	})
	a.get(project+"/releases", "releases", a.listReleases).doc(doc{
		what: "Releases that sent an event, newest first",
		more: "`events` are those from `from` until `to`, the last 14 days where they are left out.", query: params(window, paged), list: "releases", gives: store.Release{},
	})
}

func (a *API) listOverview(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	all, err := a.db.Overview(r.ctx(), r.org(), r.viewer.Project)
	if err != nil {
		return err
	}
	return answerList(a, r, "projects", all, "")
}

func (a *API) showSeries(r *request) error {
	p := r.params
	f := store.SeriesFilter{Project: r.project, From: p.Time("from"), To: p.Time("to"), Step: cmp.Or(p.Text("step"), "hour"), By: p.Text("by")}
	if err := p.Done(); err != nil {
		return err
	}
	series, err := a.db.Series(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, series)
}

func (a *API) listUsers(r *request) error {
	from, to := r.params.Time("from"), r.params.Time("to")
	if err := r.params.Done(); err != nil {
		return err
	}
	days, err := a.db.UserDays(r.ctx(), r.org(), r.project, from, to)
	if err != nil {
		return err
	}
	return answerList(a, r, "users", days, "")
}

func (a *API) showFacets(r *request) error { return a.facets(r, event.ID{}) }

func (a *API) showIssueFacets(r *request) error {
	id, err := r.pathID("issue")
	if err != nil {
		return err
	}
	return a.facets(r, id)
}

func (a *API) facets(r *request, issue event.ID) error {
	p := r.params
	f := store.FacetFilter{Project: r.project, Issue: issue, From: p.Time("from"), To: p.Time("to"), Fields: p.All("by"), Limit: p.Limit()}
	var err error
	if f.Query, err = r.search(); err != nil {
		return err
	}
	facets, err := a.db.Facets(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, facets)
}

func (a *API) listReleases(r *request) error {
	p := r.params
	from, to, limit, cursor := p.Time("from"), p.Time("to"), p.Limit(), p.Text("cursor")
	if err := p.Done(); err != nil {
		return err
	}
	releases, next, err := a.db.Releases(r.ctx(), r.org(), r.project, from, to, limit, cursor)
	if err != nil {
		return err
	}
	return answerList(a, r, "releases", releases, next)
}
