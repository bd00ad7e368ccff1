package pages

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// filterView is one noise filter.
type filterView struct {
	Name, Title, About string
	State              string // on, off, or shipped where nobody chose
	Week               int64  // what it dropped within the last seven days
}

// On tells that the filter drops something.
func (f filterView) On() bool { return f.State != "off" }

// filterTitles are what people call the filters.
var filterTitles = map[string]string{
	"extension": "Browser extensions", "injected": "Injected scripts", "crawler": "Crawlers", "legacy_browser": "Very old browsers",
	"localhost": "Developers' own machines", "harmless": "Harmless noise", "ignored": "Your own list",
}

func filterTitle(name string) string {
	if title, ok := filterTitles[name]; ok {
		return title
	}
	return name
}

// filtersView is the page of what is dropped as noise.
type filtersView struct {
	chosen
	Filters  []filterView
	Messages string // a line each
	Trial    *trial // null where nobody asked
}

// A trial says what a list of messages would have dropped of the latest events.
type trial struct {
	Looked   int // events
	Matched  int
	Patterns []patternTrial
	Examples []string // titles of what matched, at most some
}

type patternTrial struct {
	Pattern string
	Matched int
}

const (
	switchName    = "switch_"
	stateShipped  = "shipped"
	trialEvents   = 200
	trialExamples = 10
	week          = 7 * 24 * time.Hour
)

func (p *Pages) showFilters(r *Request) error {
	now, err := p.shownSettings(r)
	if err != nil {
		return err
	}
	view, err := p.filtersView(r, now)
	if err != nil {
		return err
	}
	return p.show(r, "settings_filters", view)
}

// filtersView adds what filters drop to the settings that a form shows.
func (p *Pages) filtersView(r *Request, now chosen) (filtersView, error) {
	view := filtersView{chosen: now, Messages: strings.Join(now.Settings.Filters.Messages, "\n")}
	dropped, err := p.droppedByFilter(r, week)
	if err != nil {
		return view, err
	}
	for _, f := range filter.Filters() {
		state := stateShipped
		if on, set := now.Settings.Filters.Switches[f.Name]; set && on {
			state = "on"
		} else if set {
			state = "off"
		}
		view.Filters = append(view.Filters, filterView{f.Name, filterTitle(f.Name), f.About, state, dropped[f.Name]})
	}
	return view, nil
}

// droppedByFilter counts what each filter dropped of the project lately.
func (p *Pages) droppedByFilter(r *Request, span time.Duration) (map[string]int64, error) {
	drops, err := p.DB.Drops(r.HTTP.Request().Context(), r.Org(), r.Project.ID, time.Now().Add(-span), time.Time{}, "hour")
	if err != nil {
		return nil, err
	}
	counts := map[string]int64{}
	for _, d := range drops.Totals {
		if d.Source == "filter" {
			counts[d.Reason] += d.Quantity
		}
	}
	return counts, nil
}

// setFilters stores the switches and the list, or tries the list on the latest events where the form asks for that.
func (p *Pages) setFilters(r *Request) error {
	var try bool
	var typed string
	now, done, err := p.setSettings(r, map[string]string{"filters.messages": "messages"}, func(form *web.Params, s *project.Settings) bool {
		try, typed = form.Text("do") == "try", form.Long("messages", maxLines)
		fillFilters(form, &s.Filters, typed)
		return try
	})
	switch {
	case err != nil:
		return err
	case done && !try:
		return r.To(settingsPath(r.Project, "/filters?said=saved"))
	}
	view, err := p.filtersView(r, now)
	if err != nil {
		return err
	}
	if !done { // as typed, wrong or not; settings of another document are shown as they are
		if now.Wrong[""] != changedMeanwhile {
			view.Messages = typed
		}
		return p.again(r, "settings_filters", view)
	}
	if view.Trial, err = p.tryMessages(r, now.Settings.Filters.Messages); err != nil {
		return err
	}
	return p.show(r, "settings_filters", view)
}

// fillFilters puts a form's switches and messages into settings. What stands as shipped is left out of the document.
func fillFilters(form *web.Params, f *project.Filters, messages string) {
	f.Messages, f.Switches = lines(messages), nil
	for _, name := range project.FilterNames() {
		switch form.Text(switchName + name) {
		case "on":
			switchTo(f, name, true)
		case "off":
			switchTo(f, name, false)
		}
	}
}

func switchTo(f *project.Filters, name string, on bool) {
	if f.Switches == nil {
		f.Switches = map[string]bool{}
	}
	f.Switches[name] = on
}

// tryMessages asks the latest events which of them a list of messages would have dropped.
func (p *Pages) tryMessages(r *Request, messages []string) (*trial, error) {
	events, err := p.latestEvents(r.HTTP.Request().Context(), r, trialEvents)
	if err != nil {
		return nil, err
	}
	found := &trial{Looked: len(events), Patterns: make([]patternTrial, len(messages))}
	for i := range messages {
		found.Patterns[i].Pattern = messages[i]
	}
	for _, row := range events {
		e := event.Event{Type: row.Type, Message: row.Message}
		if !filter.Matches(&e, messages) {
			continue
		}
		found.Matched++
		title := titleOf(row.Type, row.Message)
		if len(found.Examples) < trialExamples && !slices.Contains(found.Examples, title) {
			found.Examples = append(found.Examples, title)
		}
		for i := range messages {
			if filter.Matches(&e, messages[i:i+1]) {
				found.Patterns[i].Matched++
			}
		}
	}
	return found, nil
}

// latestEvents lists the latest n events of the request's project.
func (p *Pages) latestEvents(ctx context.Context, r *Request, n int) (events []store.EventRow, err error) {
	cursor := ""
	for len(events) < n {
		page, next, err := p.DB.Events(ctx, r.Org(), store.EventFilter{Project: r.Project.ID, Limit: min(store.MaxLimit, n-len(events)), Cursor: cursor})
		if err != nil {
			return nil, err
		}
		if events, cursor = append(events, page...), next; next == "" {
			break
		}
	}
	return events, nil
}
