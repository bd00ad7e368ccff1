package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) tailRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/projects/:project/tail", Name: "tail", Need: access.Read, Handle: p.showTail}}
}

// showTail shows the latest events, to which a script adds those that come. Without scripts the page is loaded anew.
func (p *Pages) showTail(r *Request) error {
	filter, query := web.ReadTailFilter(r.Params), tailQuery(r.HTTP.QueryParams())
	if err := r.Params.Done(); err != nil {
		return err
	}
	latest, _, err := p.DB.Events(r.HTTP.Request().Context(), r.Org(), store.EventFilter{Project: r.Project.ID, Limit: store.MaxLimit})
	if err != nil {
		return err
	}
	latest = slices.DeleteFunc(latest, func(e store.EventRow) bool {
		return !filter.Match(web.Glance{
			Level: e.Level, Type: e.Type, Message: e.Message, Culprit: e.Culprit, Release: e.Release, Environment: e.Environment, URL: e.URL,
		})
	})
	return p.show(r, "tail", struct {
		Filter web.TailFilter
		Levels []event.Level
		Events []store.EventRow
		Stream string
		Looked int
	}{filter, []event.Level{event.Debug, event.Info, event.Warning, event.Error, event.Fatal}, latest, tailPath(r.Project.ID, query), store.MaxLimit})
}

// tailQuery is the filter as the stream takes it.
func tailQuery(from url.Values) url.Values {
	query := url.Values{}
	for _, name := range []string{"level", "text", "release", "environment", "url"} {
		if value := from.Get(name); value != "" {
			query.Set(name, value)
		}
	}
	return query
}

// tailPath is where a script hears of a project's events.
func tailPath(project int64, query url.Values) string {
	return strings.TrimSuffix(fmt.Sprintf("/api/v1/projects/%d/tail?%s", project, query.Encode()), "?")
}
