package query

import (
	"net/http"
	"slices"
	"testing"
	"time"
)

func TestFiguresAreShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	ids := s.errors("A", "B")
	other.errors("A", "B", "C")
	second := s.addProject("second")

	all := object(t, b.get("/api/v1/overview", s.wide))["projects"].([]any)
	one := all[0].(map[string]any)
	if len(all) != 2 || one["id"] != float64(s.project) || one["open_issues"] != 2.0 || one["new_issues"] != 2.0 || len(one["hours"].([]any)) != 24 || one["last_event"] == nil {
		t.Errorf("overview: %v", all)
	}
	if two := all[1].(map[string]any); two["id"] != float64(second) || two["last_event"] != nil {
		t.Errorf("a new project: %v", two)
	}
	if all := object(t, b.get("/api/v1/overview?fields=id", s.token))["projects"].([]any); len(all) != 1 || keys(all[0]) != "id" {
		t.Errorf("of a token of one project: %v", all)
	}
	series := object(t, b.get(s.path("/series"), s.token))
	groups := series["groups"].([]any)
	if len(groups) != 1 || groups[0].(map[string]any)["events"] != 2.0 || series["step"] != "hour" || len(groups[0].(map[string]any)["points"].([]any)) < 24 {
		t.Errorf("series: %v", series)
	}
	groups = object(t, b.get(s.path("/series?by=release&step=day"), s.token))["groups"].([]any)
	if len(groups) != 2 || groups[0].(map[string]any)["value"] != "web@0" {
		t.Errorf("by release: %v", groups)
	}
	days := object(t, b.get(s.path("/users"), s.token))["users"].([]any)
	today := time.Now().UTC().Format(time.DateOnly)
	if len(days) < 14 || !slices.ContainsFunc(days, func(d any) bool { return d.(map[string]any)["day"] == today }) {
		t.Errorf("users: %v", days)
	}
	facets := object(t, b.get(s.path("/facets"), s.token))
	if facets["events"] != 2.0 || facets["more"] != false || len(facets["facets"].([]any)) < 6 {
		t.Errorf("facets: %v", facets)
	}
	facets = object(t, b.get(s.path("/issues/"+ids[0]+"/facets?by=release&by=type&limit=1"), s.token))
	if facets["events"] != 1.0 || facets["facets"].([]any)[0].(map[string]any)["values"].([]any)[0].(map[string]any)["value"] != "web@0" {
		t.Errorf("of an issue: %v", facets)
	}
	if facets = object(t, b.get(s.path("/facets?q=release:web@1"), s.token)); facets["events"] != 1.0 {
		t.Errorf("of a search: %v", facets)
	}
	releases := object(t, b.get(s.path("/releases?limit=1"), s.token))
	if list := releases["releases"].([]any); len(list) != 1 || list[0].(map[string]any)["new_issues"] != 1.0 || list[0].(map[string]any)["events"] != 1.0 || releases["next"] == nil {
		t.Errorf("releases: %v", releases)
	}
	if rest := object(t, b.get(s.path("/releases?cursor="+releases["next"].(string)), s.token)); len(rest["releases"].([]any)) != 1 || rest["next"] != nil {
		t.Errorf("the rest: %v", rest)
	}
	for _, query := range []string{
		"/series?by=url", "/series?step=minute", "/series?from=2020-01-01&step=hour", "/series?q=x", "/users?from=x", "/users?step=day",
		"/facets?by=secret", "/facets?by=tag:", "/facets?q=level:loud", "/issues/" + ids[0] + "/facets?q=%22", "/facets?limit=101", "/facets?limit=0", "/facets?from=2026-01-02&to=2026-01-01", "/releases?cursor=x", "/releases?limit=101", "/releases?to=x",
		"/issues/" + ids[0] + "/facets?by=%00",
	} {
		refusal(t, b.get(s.path(query), s.token), http.StatusBadRequest)
	}
	for _, path := range []string{"/series", "/users", "/facets", "/releases", "/issues/" + ids[0] + "/facets"} {
		refusal(t, b.get(s.path(path), other.wide), http.StatusNotFound)
		refusal(t, b.get(s.path(path), ""), http.StatusUnauthorized)
	}
	refusal(t, b.get("/api/v1/overview?x=1", s.token), http.StatusBadRequest)
	refusal(t, b.get("/api/v1/overview", ""), http.StatusUnauthorized)
}
