package pages

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) issueRoutes() []Route {
	const path = "/projects/:project/issues/:issue"
	return []Route{
		{Method: http.MethodGet, Path: path, Name: "issue", Need: access.Read, Handle: p.showIssue},
		{Method: http.MethodGet, Path: path + "/latest", Name: "issue_latest", Need: access.Read, Handle: p.goLatest},
		{Method: http.MethodGet, Path: path + "/first", Name: "issue_first", Need: access.Read, Handle: p.goFirst},
		{Method: http.MethodPost, Path: path + "/state", Name: "issue_state", Need: access.Write, Handle: p.setState},
		{Method: http.MethodPost, Path: path + "/assignee", Name: "issue_assignee", Need: access.Write, Handle: p.setAssignee},
		{Method: http.MethodPost, Path: path + "/merge", Name: "issue_merge", Need: access.Write, Handle: p.merge},
		{Method: http.MethodPost, Path: path + "/unmerge", Name: "issue_unmerge", Need: access.Write, Handle: p.unmerge},
		{Method: http.MethodPost, Path: path + "/comments", Name: "issue_comments", Need: access.Write, Handle: p.comment},
		{Method: http.MethodPost, Path: path + "/comments/:comment/delete", Name: "issue_comment_delete", Need: access.Write, Handle: p.deleteComment},
	}
}

// The tabs of an issue.
const (
	tabLatest   = "latest"
	tabEvents   = "events"
	tabActivity = "activity"
	tabMerged   = "merged"
	tabWhy      = "why"
)

var issueTabs = []struct{ Name, Title string }{
	{tabLatest, "Latest event"}, {tabEvents, "Events"}, {tabActivity, "Activity"}, {tabMerged, "Merged issues"}, {tabWhy, "Why grouped"},
}

// An issuePage is what the page of an issue shows. What is of one tab only is empty on the others.
type issuePage struct {
	Issue      store.Issue
	State      string // in words
	Path       string
	Tab        string
	Tabs       []struct{ Name, Title string }
	Days       int // of the chart
	Spans      []int
	Chart      chartView
	Facets     []facetView
	FacetsLeft bool // facets are of the latest events only
	FacetsSum  int64
	Members    []store.Member
	Assignee   string
	Releases   []string

	Event    *eventView
	Search   eventSearch
	Events   []store.EventRow
	Next     string
	First    string // link to the list's first page; empty on it
	Activity []activityView
	Merged   []store.Issue
	Why      *detail.Grouping
}

func (p *Pages) showIssue(r *Request) error {
	id, err := pathID(r, "issue")
	if err != nil {
		return err
	}
	page := &issuePage{Path: issuePath(r.Project.ID, id), Tabs: issueTabs, Spans: chartSpans, Search: readSearch(r)}
	cursor := r.Params.Text("cursor")
	page.Tab, page.Days = readTab(r), readDays(r)
	choice, err := readStackChoice(r)
	if err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	if page.Issue, err = p.DB.Issue(ctx, r.Org(), r.Project.ID, id); err != nil {
		return err
	}
	if into := page.Issue.MergedInto; into != nil {
		return r.To(issuePath(r.Project.ID, *into) + "?said=merged-away")
	}
	if err := p.fillIssue(ctx, r, page); err != nil {
		return err
	}
	switch page.Tab {
	case tabLatest:
		err = p.fillLatest(ctx, r, page, choice)
	case tabEvents:
		err = p.fillEvents(ctx, r, page, cursor)
	case tabActivity:
		err = p.fillActivity(ctx, r, page, cursor)
	case tabMerged:
		page.Merged, err = p.DB.MergedIssues(ctx, r.Org(), r.Project.ID, id)
	case tabWhy:
		err = p.fillWhy(ctx, r, page)
	}
	if err != nil {
		return err
	}
	return p.show(r, "issue", page)
}

func issuePath(project int64, id event.ID) string {
	return fmt.Sprintf("/projects/%d/issues/%s", project, id)
}

func readTab(r *Request) string {
	name := r.Params.Text("tab")
	if name == "" {
		return tabLatest
	}
	for _, tab := range issueTabs {
		if tab.Name == name {
			return name
		}
	}
	r.Params.Wrong("tab", "latest, events, activity, merged or why")
	return name
}

// fillIssue reads what is on every tab.
func (p *Pages) fillIssue(ctx context.Context, r *Request, page *issuePage) (err error) {
	issue := page.Issue
	chart := newChart(page.Days, time.Now())
	counts, err := p.issueCounts(ctx, r, issue, chart)
	if err != nil {
		return err
	}
	releases, err := p.DB.NewestReleases(ctx, r.Org(), r.Project.ID, maxMarkers)
	if err != nil {
		return err
	}
	chart.draw(counts, releases)
	page.Chart = chart
	for _, release := range releases {
		page.Releases = append(page.Releases, release.Release)
	}
	facets, err := p.DB.Facets(ctx, r.Org(), store.FacetFilter{Project: r.Project.ID, Issue: issue.ID, Limit: 5})
	switch {
	case errors.Is(err, store.ErrTimeout): // the issue itself is worth more than its tags
	case err != nil:
		return err
	default:
		page.Facets, page.FacetsLeft, page.FacetsSum = newFacets(facets, page.Path), facets.More, facets.Events
	}
	if page.Members, err = p.DB.Members(ctx, r.Org()); err != nil {
		return err
	}
	for _, m := range page.Members {
		if issue.AssigneeID != nil && m.ID == *issue.AssigneeID {
			page.Assignee = m.Name
		}
	}
	page.State = stateOf(issue)
	return nil
}

// countedAtOnce is how much of a chart one question is about: the store counts at most 2,000 hours.
const countedAtOnce = 45 * 24 * time.Hour

// issueCounts counts the events of an issue for each bar of a chart.
func (p *Pages) issueCounts(ctx context.Context, r *Request, issue store.Issue, chart chartView) (counts []int64, err error) {
	step := chart.To.Sub(chart.From) / time.Duration(len(chart.Bars))
	for from := chart.From; from.Before(chart.To); {
		to := from.Add(countedAtOnce)
		if to.After(chart.To) {
			to = chart.To
		}
		some, err := p.DB.Sparks(ctx, r.Org(), []store.Issue{issue}, from, to, int(to.Sub(from)/step))
		if err != nil {
			return nil, err
		}
		counts, from = append(counts, some[0]...), to
	}
	return counts, nil
}

// latest finds the newest event of an issue that a search asks for, nil where retention left none.
func (p *Pages) latest(ctx context.Context, r *Request, issue event.ID, query search.Query) (*store.EventRow, error) {
	f := store.EventFilter{Project: r.Project.ID, Issue: issue, Query: query, Limit: 1}
	found, _, err := p.DB.Events(ctx, r.Org(), f)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return &found[0], nil
}

func (p *Pages) fillLatest(ctx context.Context, r *Request, page *issuePage, choice stackChoice) error {
	row, err := p.latest(ctx, r, page.Issue.ID, page.Search.Query)
	if err != nil || row == nil {
		return err
	}
	e, err := p.Detail.Event(ctx, r.Org(), r.Project.ID, row.ID, &row.Day)
	if err != nil {
		return err
	}
	page.Event = newEventView(e, choice)
	page.Event.linked(eventPath(r.Project.ID, e.ID, e.Day), page.Search.Keep(), choice)
	return nil
}

func (p *Pages) fillEvents(ctx context.Context, r *Request, page *issuePage, cursor string) (err error) {
	f := store.EventFilter{Project: r.Project.ID, Issue: page.Issue.ID, Query: page.Search.Query, Cursor: cursor}
	var next string
	if page.Events, next, err = p.DB.Events(ctx, r.Org(), f); err != nil {
		return err
	}
	here := page.Path + "?tab=" + tabEvents + page.Search.Keep()
	if next != "" {
		page.Next = here + "&cursor=" + url.QueryEscape(next)
	}
	if cursor != "" {
		page.First = here
	}
	return nil
}

func (p *Pages) fillWhy(ctx context.Context, r *Request, page *issuePage) error {
	row, err := p.latest(ctx, r, page.Issue.ID, search.Query{})
	if err != nil || row == nil {
		return err
	}
	why, err := p.Detail.Grouping(ctx, r.Org(), r.Project.ID, row.ID, &row.Day)
	page.Why = &why
	return err
}

// goLatest sends people on to the newest event of an issue that their search asks for.
func (p *Pages) goLatest(r *Request) error { return p.goTo(r, false) }

// goFirst sends people on to the oldest event that is still there.
func (p *Pages) goFirst(r *Request) error { return p.goTo(r, true) }

func (p *Pages) goTo(r *Request, first bool) error {
	id, err := pathID(r, "issue")
	if err != nil {
		return err
	}
	look := readSearch(r)
	if err := r.Params.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	f := store.EventFilter{Project: r.Project.ID, Issue: id, Query: look.Query, Limit: 1}
	if first {
		issue, err := p.DB.Issue(ctx, r.Org(), r.Project.ID, id)
		if err != nil {
			return err
		}
		f.From, f.To = issue.FirstSeen, issue.FirstSeen.Add(time.Microsecond)
	}
	found, _, err := p.DB.Events(ctx, r.Org(), f)
	if err != nil {
		return err
	}
	if len(found) == 0 {
		return r.To(issuePath(r.Project.ID, id) + "?tab=" + tabEvents + look.Keep() + "&said=no-event")
	}
	return r.To(eventPath(r.Project.ID, found[0].ID, found[0].Day) + look.Keep())
}

func wrongSearch(err error) *search.Error {
	var wrong *search.Error
	if errors.As(err, &wrong) {
		return wrong
	}
	return &search.Error{Problem: "can't be read"}
}
