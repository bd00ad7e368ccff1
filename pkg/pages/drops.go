package pages

import (
	"cmp"
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) dropRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/projects/:project/drops", Name: "drops", Need: access.Read, Handle: p.showDrops},
		{Method: http.MethodGet, Path: "/projects/:project/drops/:reason/:event", Name: "drop", Need: access.Read, Handle: p.showDrop},
		{Method: http.MethodPost, Path: "/projects/:project/drops/allow", Name: "drops_allow", Need: access.Admin, Handle: p.allowDrops},
	}
}

// dropsView is the page of what was not kept.
type dropsView struct {
	Ranges  []link
	Ledger  ledger
	Reasons []dropReason // of filters, most first
	Others  []dropReason // of clients and the edge
	Filters []dropFilter
}

// A ledger is what became of everything the project sent.
type ledger struct {
	store.Counts
	Accepted int64  // all of them together
	Noise    int64  // what the drops by reason say of Filtered
	Waiting  uint64 // packs in the queue, of all projects
	Unknown  bool   // the queue does not answer
	Edge     int64  // refused before anything was accepted, and no part of the rest
	Client   int64  // dropped by SDKs before they sent anything
}

// Balanced tells that the books agree with each other: what was filtered is what the reasons add up to.
func (l ledger) Balanced() bool { return l.Noise == l.Filtered }

// Entries are the columns of the ledger.
func (l ledger) Entries() []struct {
	Name, About string
	N           int64
} {
	return []struct {
		Name, About string
		N           int64
	}{
		{"stored", "in the tables", l.Events},
		{"sent again", "already there: counted once", l.Duplicates},
		{"filtered", "noise", l.Filtered},
		{"expired", "older than what is kept", l.Expired},
		{"dead letters", "can't be written", l.DeadLettered},
	}
}

// A dropReason is what was dropped for one reason, over time.
type dropReason struct {
	Source, Reason, Category, Title string
	Quantity                        int64
	Points                          []int64
}

// A dropFilter is a filter that dropped something, with the last of it.
type dropFilter struct {
	Name, Title, About string
	Quantity           int64
	Off                bool // by now: such events are kept
	Samples            []store.Filtered
}

// dropSamples is how many samples a filter shows beside its count.
const dropSamples = 5

// dropRanges are how far the page looks back, the first unless another is chosen.
var dropRanges = []struct {
	name string
	span time.Duration
	step string
}{{"24h", 24 * time.Hour, "hour"}, {"7d", 7 * 24 * time.Hour, "hour"}, {"30d", 30 * 24 * time.Hour, "day"}}

func (p *Pages) showDrops(r *Request) error {
	chosen, rang := r.Params.Text("range"), dropRanges[0]
	for _, known := range dropRanges {
		if known.name == chosen {
			rang = known
		}
	}
	if chosen != "" && rang.name != chosen {
		r.Params.Wrong("range", "24h, 7d or 30d")
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	ctx, from := r.HTTP.Request().Context(), time.Now().Add(-rang.span)
	view := dropsView{}
	path := projectPath(r, "/drops")
	for _, known := range dropRanges {
		view.Ranges = append(view.Ranges, link{Name: known.name, URL: path + "?range=" + known.name, Current: known == rang})
	}
	stats, err := p.DB.Stats(ctx, r.Org(), r.Project.ID, from, time.Time{}, rang.step)
	if err != nil {
		return err
	}
	drops, err := p.DB.Drops(ctx, r.Org(), r.Project.ID, from, time.Time{}, rang.step)
	if err != nil {
		return err
	}
	view.Ledger = p.ledgerOf(ctx, stats, drops)
	view.Reasons, view.Others = reasonsOf(drops)
	if view.Filters, err = p.dropFilters(ctx, r, view.Reasons); err != nil {
		return err
	}
	return p.show(r, "drops", view)
}

// waitForQueue bounds how long the page waits for the queue's figure: the rest is of the database.
const waitForQueue = time.Second

func (p *Pages) ledgerOf(ctx context.Context, stats store.Stats, drops store.Drops) ledger {
	l := ledger{Counts: stats.Totals, Unknown: true}
	l.Accepted = l.Events + l.Duplicates + l.Filtered + l.Expired + l.DeadLettered
	for _, d := range drops.Totals {
		switch {
		case d.Source == "filter" && d.Category == "error":
			l.Noise += d.Quantity
		case d.Source == "edge":
			l.Edge += d.Quantity
		case d.Source == "client":
			l.Client += d.Quantity
		}
	}
	ctx, cancel := context.WithTimeout(ctx, waitForQueue)
	defer cancel()
	if p.Queue.Connected() != nil {
		return l
	}
	source, err := p.Queue.Bind(ctx, queue.Events, queue.Workers)
	if err != nil {
		return l
	}
	if backlog, err := source.Backlog(ctx); err == nil {
		l.Waiting, l.Unknown = backlog.Pending+uint64(max(0, backlog.AckPending)), false
	}
	return l
}

// reasonsOf orders what was dropped by its reasons: of filters, and of clients and the edge.
func reasonsOf(drops store.Drops) (ours, others []dropReason) {
	length := time.Hour
	if drops.Step == "day" {
		length = 24 * time.Hour
	}
	steps := int(drops.To.Sub(drops.From) / length)
	points := map[store.Drop][]int64{}
	for _, point := range drops.Series {
		kind := point.Drop
		kind.Quantity = 0
		if points[kind] == nil {
			points[kind] = make([]int64, steps)
		}
		if at := int(point.Time.Sub(drops.From) / length); at >= 0 && at < steps {
			points[kind][at] += point.Quantity
		}
	}
	for _, d := range drops.Totals {
		kind := d
		kind.Quantity = 0
		reason := dropReason{d.Source, d.Reason, d.Category, filterTitle(d.Reason), d.Quantity, points[kind]}
		if d.Source == "filter" {
			ours = append(ours, reason)
		} else {
			others = append(others, reason)
		}
	}
	most := func(a, b dropReason) int {
		return cmp.Or(cmp.Compare(b.Quantity, a.Quantity), cmp.Compare(a.Source+a.Reason+a.Category, b.Source+b.Reason+b.Category))
	}
	slices.SortFunc(ours, most)
	slices.SortFunc(others, most)
	return ours, others
}

// dropFilters shows the last events that filters dropped, with a button to keep such events from now on.
func (p *Pages) dropFilters(ctx context.Context, r *Request, reasons []dropReason) ([]dropFilter, error) {
	quantities := map[string]int64{}
	for _, reason := range reasons {
		quantities[reason.Reason] += reason.Quantity
	}
	settings, err := p.DB.OwnSettings(ctx, r.Org(), r.Project.ID)
	if err != nil {
		return nil, err
	}
	var filters []dropFilter
	for _, f := range filter.Filters() {
		samples, _, err := p.DB.Filtered(ctx, r.Org(), r.Project.ID, f.Name, dropSamples, "")
		if err != nil {
			return nil, err
		}
		if len(samples) > 0 || quantities[f.Name] > 0 {
			on, set := settings.Filters.Switches[f.Name]
			filters = append(filters, dropFilter{f.Name, filterTitle(f.Name), f.About, quantities[f.Name], set && !on, samples})
		}
	}
	slices.SortStableFunc(filters, func(a, b dropFilter) int { return cmp.Compare(b.Quantity, a.Quantity) })
	return filters, nil
}

// dropView is the page of one event that a filter dropped.
type dropView struct {
	detail.Filtered
	FilterTitle, About string
	JSON               string // what the client sent, scrubbed
}

func (p *Pages) showDrop(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	id, err := pathID(r, "event")
	if err != nil {
		return err
	}
	reason := r.HTTP.Param("reason")
	found, err := p.Detail.Filtered(r.HTTP.Request().Context(), r.Org(), r.Project.ID, reason, id)
	if err != nil {
		return err
	}
	view := dropView{Filtered: found, FilterTitle: filterTitle(reason), JSON: pretty(found.Raw.Raw)}
	for _, f := range filter.Filters() {
		if f.Name == reason {
			view.About = f.About
		}
	}
	return p.show(r, "drop", view)
}

// allowDrops switches a filter off: what it would have dropped is kept from now on.
func (p *Pages) allowDrops(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	reason := form.Text("reason")
	if !slices.Contains(project.FilterNames(), reason) {
		form.Wrong("reason", "the name of a filter")
	}
	if err := form.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	settings, err := p.DB.OwnSettings(ctx, r.Org(), r.Project.ID)
	if err != nil {
		return err
	}
	switchTo(&settings.Filters, reason, false)
	if _, err := p.DB.SetOwnSettings(ctx, r.Org(), r.Viewer.Actor(), r.Project.ID, settings); err != nil {
		return err
	}
	return r.To(projectPath(r, "/drops?said=allowed"))
}
