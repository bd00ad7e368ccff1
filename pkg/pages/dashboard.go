package pages

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) dashboardRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/projects/:project/dashboard", Name: "dashboard", Need: access.Read, Handle: p.showDashboard}}
}

var dashboardSpans = []choice{{"24h", "24 h", day}, {"7d", "7 d", 7 * day}, {"30d", "30 d", 30 * day}, {"90d", "90 d", 90 * day}}

// dashboardFields are what events can be parted by; each but the first is also a list of its most frequent values.
var dashboardFields = []link{
	{Name: "Level", URL: "level"},
	{Name: "Release", URL: "release"},
	{Name: "Browser", URL: "browser"},
	{Name: "Environment", URL: "environment"},
	{Name: "System", URL: "os"},
	{Name: "Protocol", URL: "protocol"},
}

// longestFine is up to where charts have a bar for each hour; beyond, for each day.
const longestFine = 8 * day

// A dashboard is what the page shows of a project.
type dashboard struct {
	At     place
	Span   span
	By     []link
	Events chart
	Users  chart
	Issues chart
	Totals dashboardTotals
	Lists  []fieldList
	Top    []issueRow
	List   *issueList // whose rows Top are
}

type dashboardTotals struct{ Events, New, Back, MostUsers, Open int64 }

// maxListed is how many values of a field are listed.
const maxListed = 6

// A fieldList is the most frequent values of a field.
type fieldList struct {
	store.Facet
	Name, Field string
	Events      int64 // of all values
}

// showDashboard shows what happened in a project in a span of time.
func (p *Pages) showDashboard(r *Request) error {
	d := &dashboard{At: here(r, "range", "from", "to", "by")}
	by := r.Params.Text("by")
	d.Span = readSpan(r.Params, d.At, dashboardSpans)
	if by == "" {
		by = dashboardFields[0].URL
	}
	for _, f := range dashboardFields {
		d.By = append(d.By, link{Name: f.Name, URL: d.At.With("by", f.URL), Current: f.URL == by})
	}
	if !slices.ContainsFunc(d.By, func(l link) bool { return l.Current }) {
		r.Params.Wrong("by", "a field that the page offers")
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	now := time.Now().UTC()
	if d.Span.To.IsZero() || d.Span.To.After(now) {
		d.Span.To = now
	}
	if d.Span.From.IsZero() {
		d.Span.From = d.Span.To.Add(-day)
	}
	ctx := r.HTTP.Request().Context()
	for _, read := range []func(context.Context, *Request, *dashboard) error{p.dashboardEvents(by), p.dashboardPeople, p.dashboardIssues, p.dashboardTop} {
		if err := read(ctx, r, d); err != nil {
			return err
		}
	}
	return p.show(r, "dashboard", d)
}

// step is how long a bar of the page's charts is.
func (s span) step() (string, time.Duration) {
	if s.To.Sub(s.From) <= longestFine {
		return "hour", time.Hour
	}
	return "day", day
}

// dashboardEvents counts events by the chosen field over time, and by the others in all.
func (p *Pages) dashboardEvents(by string) func(context.Context, *Request, *dashboard) error {
	return func(ctx context.Context, r *Request, d *dashboard) error {
		step, length := d.Span.step()
		series, err := p.DB.Series(ctx, r.Org(), store.SeriesFilter{Project: r.Project.ID, From: d.Span.From, To: d.Span.To, Step: step, By: by})
		if err != nil {
			return err
		}
		releases, err := p.DB.NewestReleases(ctx, r.Org(), r.Project.ID, maxChartMarks)
		if err != nil {
			return err
		}
		drawn := plot{
			ID: "events", Title: "Events by " + by, Unit: "events", From: series.From, Step: length, Zone: zoneOf(r), Zoom: d.At.With("range", ""),
			Lines: seriesLines(series),
		}
		for _, release := range releases {
			drawn.Marks = append(drawn.Marks, plotMark{release.FirstSeen, release.Release})
		}
		d.Events = draw(drawn)
		d.Totals.Events = d.Events.Sum
		totals, err := p.DB.FieldTotals(ctx, r.Org(), r.Project.ID, d.Span.From, d.Span.To, maxListed)
		if err != nil {
			return err
		}
		for _, f := range dashboardFields[1:] {
			list := fieldList{Name: f.Name, Field: f.URL}
			for _, facet := range totals {
				if facet.Field == f.URL {
					list.Facet = facet
				}
			}
			for _, value := range list.Values {
				list.Events += value.Events
			}
			list.Events += list.Other
			d.Lists = append(d.Lists, list)
		}
		return nil
	}
}

// dashboardPeople counts who met an error, by day: who comes on two days is counted on both.
func (p *Pages) dashboardPeople(ctx context.Context, r *Request, d *dashboard) error {
	from := d.Span.From
	if week := d.Span.To.Add(-7 * day); week.Before(from) {
		from = week // days below a week would be a bar or two
	}
	from = from.Truncate(day)
	days, err := p.DB.UserDays(ctx, r.Org(), r.Project.ID, from, d.Span.To)
	if err != nil {
		return err
	}
	points := make([]int64, int(d.Span.To.Sub(from)/day)+1)
	for _, c := range days {
		if i := int(c.Day.Time().Sub(from) / day); i >= 0 && i < len(points) {
			points[i] = c.Users
			d.Totals.MostUsers = max(d.Totals.MostUsers, c.Users)
		}
	}
	d.Users = draw(plot{
		ID: "users", Title: "Users affected by day", Unit: "users", From: from, Step: day, Zone: time.UTC,
		Lines: []plotLine{{Name: "Users", Class: "c2", Points: points}},
	})
	return nil
}

// dashboardIssues counts issues that are new, and issues that came back.
func (p *Pages) dashboardIssues(ctx context.Context, r *Request, d *dashboard) error {
	step, length := d.Span.step()
	turns, err := p.DB.IssueTurns(ctx, r.Org(), r.Project.ID, d.Span.From, d.Span.To, step)
	if err != nil {
		return err
	}
	fresh, back := make([]int64, len(turns.Series)), make([]int64, len(turns.Series))
	for i, turn := range turns.Series {
		fresh[i], back[i] = turn.New, turn.Regressed
		d.Totals.New, d.Totals.Back = d.Totals.New+turn.New, d.Totals.Back+turn.Regressed
	}
	d.Issues = draw(plot{
		ID: "issues", Title: "New and regressed issues", Unit: "issues", From: turns.From, Step: length, Zone: zoneOf(r),
		Lines: []plotLine{{Name: "New", Class: "c3", Points: fresh}, {Name: "Regressed", Class: "c1", Points: back}},
	})
	return nil
}

// dashboardTop lists the issues with most events that were seen in the time.
func (p *Pages) dashboardTop(ctx context.Context, r *Request, d *dashboard) error {
	issues, _, err := p.DB.Issues(ctx, r.Org(), store.IssueFilter{
		Project: r.Project.ID, Status: "unresolved", Sort: "events", From: d.Span.From, To: d.Span.To, Limit: 8,
	})
	if err != nil {
		return err
	}
	d.List = &issueList{Span: d.Span}
	head := p.header(r) //nolint:contextcheck // the request carries it
	for _, o := range head.Projects {
		if o.ID == r.Project.ID {
			d.Totals.Open = o.Open
		}
	}
	d.Top, err = p.issueRows(ctx, r, d.List, head, issues)
	return err
}

// seriesLines are the series of a chart: as many as there are colours, the rest in one.
func seriesLines(s store.Series) []plotLine {
	var lines []plotLine
	for i, g := range s.Groups {
		line := plotLine{Name: g.Value, Class: colour(i), Points: g.Points}
		if s.By == "level" {
			line.Class = "lv-" + g.Value
		}
		if g.Value == "*" {
			line.Name = "others"
		}
		if len(lines) < maxChartColours {
			lines = append(lines, line)
			continue
		}
		last := &lines[maxChartColours-1]
		points := slices.Clone(last.Points)
		for j, n := range g.Points {
			points[j] += n
		}
		*last = plotLine{Name: "others", Class: last.Class, Points: points}
	}
	return lines
}
