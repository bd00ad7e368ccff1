package pages

import (
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) issuesRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/issues", Name: "all_issues", Need: access.Read, Handle: p.showIssues},
		{Method: http.MethodGet, Path: "/issues/new", Name: "all_new_issues", Need: access.Read, Handle: p.countNewIssues},
		{Method: http.MethodPost, Path: "/issues/bulk", Name: "all_issues_bulk", Need: access.Write, Handle: p.changeIssues},
		{Method: http.MethodGet, Path: "/projects/:project/issues", Name: "issues", Need: access.Read, Handle: p.showIssues},
		{Method: http.MethodGet, Path: "/projects/:project/issues/new", Name: "new_issues", Need: access.Read, Handle: p.countNewIssues},
		{Method: http.MethodPost, Path: "/projects/:project/issues/bulk", Name: "issues_bulk", Need: access.Write, Handle: p.changeIssues},
	}
}

// tabs of the list. A status is the API's; terms stand beside what people search for.
var listTabs = []struct{ name, label, status, terms string }{
	{"", "Unresolved", "unresolved", ""},
	{"mine", "Assigned to me", "unresolved", "assigned:me"},
	{"regressed", "Regressed", "unresolved", "is:regressed"},
	{"ignored", "Ignored", "ignored", ""},
	{"resolved", "Resolved", "resolved", ""},
	{"all", "All", "", ""},
}

var issueSpans = []choice{
	{"", "Any time", 0}, {"1h", "1 h", time.Hour}, {"24h", "24 h", day}, {"7d", "7 d", 7 * day}, {"30d", "30 d", 30 * day},
}

// issueSorts are the columns that a list can be sorted by.
var issueSorts = []sorting{{Name: "Last seen"}, {Name: "First seen", Value: "first_seen"}, {Name: "Events", Value: "events", Figures: true}, {Name: "Users", Value: "users", Figures: true}}

// A sorting is one way to sort a list; no value is the usual one.
type sorting struct {
	Name, Value, URL string
	Figures, Current bool
}

// An issueList is what the page of a list shows.
type issueList struct {
	At     place // without the page's cursor
	Q, Tab string
	Tabs   []link
	Span   span
	Sorts  []sorting
	Sort   string
	Rows   []issueRow
	Paged  bool   // it is not the first page
	Next   string // URL of the next page; empty after the last
	Wrong  *wrongQuery
	Fields []search.About
	All    bool // of all projects
	Never  bool // no project of it ever had an event
	Opened time.Time
	Base   string // of links and forms
	People []store.Member
}

// readIssues reads which issues a list is about.
func (p *Pages) readIssues(r *Request) (f store.IssueFilter, l *issueList, err error) {
	l = &issueList{
		At: here(r, "tab", "q", "range", "from", "to", "sort"), Tab: r.Params.Text("tab"), Q: r.Params.Text("q"), Fields: search.Fields(),
		Base: r.HTTP.Request().URL.Path, All: r.Project == nil, Sort: r.Params.Text("sort"), Opened: time.Now().UTC(),
	}
	f = store.IssueFilter{Project: r.Viewer.Project, Sort: l.Sort, Cursor: r.Params.Text("cursor")}
	if r.Project != nil {
		f.Project = r.Project.ID
	}
	if r.Viewer.User != nil {
		f.Me = r.Viewer.User.ID
	}
	l.Span = readSpan(r.Params, l.At, issueSpans)
	f.From, f.To, l.Paged = l.Span.From, l.Span.To, f.Cursor != ""
	var problem *search.Error
	if f.Query, err = search.Parse(l.Q); errors.As(err, &problem) {
		l.Wrong = newWrongQuery(l.Q, problem)
	}
	// Who writes a state asks for that one, on whatever tab they stand.
	own := slices.ContainsFunc(f.Query.Terms, func(t search.Term) bool {
		return t.Field == "is" && slices.Contains([]string{"unresolved", "resolved", "ignored"}, t.Value)
	})
	found := false
	for _, tab := range listTabs {
		current := tab.name == l.Tab && !own || tab.name == "all" && own
		if found = found || tab.name == l.Tab; current {
			f.Status = tab.status
			terms, err := search.Parse(tab.terms)
			if err != nil {
				return f, l, err
			}
			f.Query.Terms = append(f.Query.Terms, terms.Terms...)
		}
		l.Tabs = append(l.Tabs, link{Name: tab.label, URL: l.At.With("tab", tab.name), Current: current})
	}
	if !found {
		r.Params.Wrong("tab", "one that the page shows")
	}
	for _, s := range issueSorts {
		s.URL, s.Current = l.At.With("sort", s.Value), s.Value == l.Sort || s.Value == "" && l.Sort == "last_seen"
		l.Sorts = append(l.Sorts, s)
	}
	return f, l, nil
}

// showIssues lists the issues of a project, or of all that the viewer may see.
func (p *Pages) showIssues(r *Request) error {
	f, l, err := p.readIssues(r)
	if err != nil {
		return err
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	if l.Wrong != nil {
		return p.write(r, http.StatusBadRequest, "issues", "layout.html", l)
	}
	ctx := r.HTTP.Request().Context()
	issues, next, err := p.DB.Issues(ctx, r.Org(), f)
	var problem *search.Error
	if errors.As(err, &problem) {
		// What only the store knows of a query: a field that issues don't have.
		l.Wrong = newWrongQuery(l.Q, problem)
		return p.write(r, http.StatusBadRequest, "issues", "layout.html", l)
	}
	if err != nil {
		return err
	}
	if next != "" {
		l.Next = l.At.With("cursor", next)
	}
	head := p.header(r)
	l.People = head.Members
	if l.Rows, err = p.issueRows(ctx, r, l, head, issues); err != nil {
		return err
	}
	l.Never = len(issues) == 0 && !slices.ContainsFunc(head.Projects, func(o store.ProjectOverview) bool {
		return (f.Project == 0 || o.ID == f.Project) && (o.LastEvent != nil || o.Open > 0)
	})
	return p.show(r, "issues", l)
}

// maxNew bounds how far new issues are counted: beyond, a number tells nobody more.
const maxNew = 20

// countNewIssues answers how many issues of a list were first seen since it was opened, as a line of the page; nothing
// where there are none. It reads the top of an index.
func (p *Pages) countNewIssues(r *Request) error {
	since := r.Params.Time("since")
	f, l, err := p.readIssues(r)
	if err != nil {
		return err
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	if since.IsZero() || l.Wrong != nil {
		return r.HTTP.NoContent(http.StatusNoContent)
	}
	f.Sort, f.Limit, f.Cursor, f.From = "first_seen", maxNew, "", since
	issues, _, err := p.DB.Issues(r.HTTP.Request().Context(), r.Org(), f)
	if err != nil {
		return err
	}
	n := 0
	for _, i := range issues {
		if i.FirstSeen.After(since) {
			n++
		}
	}
	if n == 0 {
		return r.HTTP.NoContent(http.StatusNoContent)
	}
	l.At.path = l.Base[:len(l.Base)-len("/new")]
	return p.part(r, "issues", "new", map[string]any{"Count": n, "More": n == maxNew, "URL": l.At.URL()})
}

// issueKey is how a form names an issue among those of all projects.
func issueKey(project int64, id event.ID) string { return store.FormatID(project) + "." + id.String() }
