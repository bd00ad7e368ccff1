package query

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestSettingsAreShownAndReplaced(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	admin := s.makeToken(s.project, store.ScopeAdmin)
	empty := map[string]any{"filters": map[string]any{}, "scrub": map[string]any{}, "grouping": map[string]any{}}
	if diff := cmp.Diff(empty, object(t, b.get(s.path("/settings"), s.token))); diff != "" {
		t.Errorf("of a new project: %s", diff)
	}
	want := map[string]any{
		"filters":  map[string]any{"switches": map[string]any{"crawler": false}, "messages": []any{"*timeout*"}},
		"scrub":    map[string]any{"ip": "truncate"},
		"grouping": map[string]any{"rules": []any{map[string]any{"type": "PaymentError", "fingerprint": []any{"payment"}}}},
	}
	const text = `{"filters":{"switches":{"crawler":false},"messages":["*timeout*"]},"scrub":{"ip":"truncate"},
		"grouping":{"rules":[{"type":"PaymentError","fingerprint":["payment"]}]}}`
	if diff := cmp.Diff(want, object(t, b.put(s.path("/settings"), admin, text))); diff != "" {
		t.Errorf("the answer is not what is stored: %s", diff)
	}
	if diff := cmp.Diff(want, object(t, b.get(s.path("/settings?fields=*"), s.token))); diff != "" {
		t.Errorf("stored: %s", diff)
	}

	for _, tc := range []struct {
		name, path, token, body string
		status                  int
		detail                  string
	}{
		{"a token that only reads", s.path("/settings"), s.token, "{}", http.StatusForbidden, "admin"},
		{"no token", s.path("/settings"), "", "{}", http.StatusUnauthorized, ""},
		{"an administrator of somebody else", s.path("/settings"), other.makeToken(0, store.ScopeAdmin), "{}", http.StatusNotFound, ""},
		{"an administrator of another project", s.path("/settings"), s.makeToken(s.addProject("two"), store.ScopeAdmin), "{}", http.StatusNotFound, ""},
		{"no project", "/api/v1/projects/9999/settings", s.makeToken(0, store.ScopeAdmin), "{}", http.StatusNotFound, ""},
		{"a filter nobody has", s.path("/settings"), admin, `{"filters":{"switches":{"<script>":true}}}`, http.StatusBadRequest, "filters.switches: want only extension"},
		{"a member nobody knows", s.path("/settings"), admin, `{"filtres":{}}`, http.StatusBadRequest, "filtres"},
		{"no JSON", s.path("/settings"), admin, `filters=off`, http.StatusBadRequest, "settings"},
		{"too much", s.path("/settings"), admin, strings.Repeat(" ", project.MaxSettings+1), http.StatusRequestEntityTooLarge, ""},
		{"a parameter", s.path("/settings?force=true"), admin, "{}", http.StatusBadRequest, "force"},
	} {
		p := refusal(t, b.put(tc.path, tc.token, tc.body), tc.status)
		if !strings.Contains(p.Detail, tc.detail) || strings.Contains(p.Detail, "script>") {
			t.Errorf("%s: %+v", tc.name, p)
		}
	}
	refusal(t, b.do(http.MethodPut, s.path("/settings"), http.Header{"Authorization": {"Basic " + admin}}, strings.NewReader("{}")), http.StatusUnauthorized)
	refusal(t, b.get(s.path("/settings"), other.token), http.StatusNotFound)
	if diff := cmp.Diff(want, object(t, b.get(s.path("/settings"), s.wide))); diff != "" {
		t.Errorf("after all that was refused: %s", diff)
	}
	if diff := cmp.Diff(empty, object(t, b.put(s.path("/settings"), admin, "{}"))); diff != "" {
		t.Errorf("set to nothing: %s", diff)
	}
}
