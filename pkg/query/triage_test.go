package query

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// send sends a body of JSON with a Bearer token.
func (b *bench) send(method, path, token, body string) *httptest.ResponseRecorder {
	h := http.Header{"Authorization": {"Bearer " + token}, "Content-Type": {"application/json"}}
	return b.do(method, path, h, strings.NewReader(body))
}

// errors writes an event of each of some types, and returns the ids of their issues.
func (s *site) errors(types ...string) (ids []string) {
	s.b.t.Helper()
	for i, name := range types {
		at := time.Now().Add(-time.Duration(i) * time.Minute)
		s.store(s.record(event.Native, at, fmt.Sprintf(`{"type":%q,"message":"m","release":"web@%d","user":{"id":"7"},"tags":{"plan":"pro"}}`, name, i)))
		ids = append(ids, event.NamedID(s.project, name).String())
	}
	return ids
}

func TestIssuesAreWorkedOn(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	ids := s.errors("A", "B", "C")
	foreign := other.errors("A")[0]
	writer := s.makeToken(s.project, store.ScopeRead, store.ScopeWrite)
	elsewhere := s.makeToken(s.addProject("second"), store.ScopeWrite)
	issue := s.path("/issues/" + ids[0])

	got := object(t, b.send(http.MethodPatch, issue, writer, `{"status":"resolved","resolve":{"next_release":true}}`))
	if got["status"] != "resolved" || got["resolved_release"] != "" || got["id"] != ids[0] {
		t.Errorf("resolved: %v", got)
	}
	got = object(t, b.send(http.MethodPatch, issue+"?fields=status,ignored_events", writer, `{"status":"ignored","ignore":{"events":5}}`))
	if len(got) != 2 || got["ignored_events"] != 6.0 {
		t.Errorf("ignored: %v", got)
	}
	all := object(t, b.send(http.MethodPatch, s.path("/issues"), writer, fmt.Sprintf(`{"ids":[%q,%q],"status":"unresolved","assignee":0}`, ids[1], ids[0])))["issues"].([]any)
	if len(all) != 2 || all[0].(map[string]any)["status"] != "unresolved" {
		t.Errorf("several: %v", all)
	}
	w := b.send(http.MethodPost, issue+"/comments", writer, `{"text":"<b>Since Monday</b>"}`)
	var comment map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &comment); err != nil || w.Code != http.StatusCreated || comment["kind"] != "comment" {
		t.Fatalf("comment: %d %s", w.Code, w.Body)
	}
	first := object(t, b.get(issue+"/activity?limit=1", s.token))
	rest := object(t, b.get(issue+"/activity?cursor="+first["next"].(string), s.token))["activity"].([]any)
	newest := first["activity"].([]any)[0].(map[string]any)
	if newest["id"] != comment["id"] || newest["detail"].(map[string]any)["text"] != "<b>Since Monday</b>" || newest["actor"].(map[string]any)["kind"] != "token" || len(rest) != 3 {
		t.Errorf("activity: %v, then %v", newest, rest)
	}
	own := issue + "/comments/" + comment["id"].(string)
	refusal(t, b.send(http.MethodDelete, own, s.makeToken(s.project, store.ScopeWrite), ""), http.StatusNotFound)
	if w := b.do(http.MethodDelete, own, http.Header{"Authorization": {"Bearer " + writer}}, nil); w.Code != http.StatusNoContent {
		t.Errorf("delete: %d %s", w.Code, w.Body)
	}
	users := object(t, b.get(issue+"/users", s.token))
	if users["events"] != 1.0 || len(users["most"].([]any)) != 1 {
		t.Errorf("users: %v", users)
	}

	merge := issue + "/merge"
	if got = object(t, b.send(http.MethodPost, merge, writer, fmt.Sprintf(`{"ids":[%q]}`, ids[1]))); got["events"] != 2.0 || got["id"] != ids[0] {
		t.Errorf("merged: %v", got)
	}
	merged := object(t, b.get(issue+"/merged", s.token))["issues"].([]any)
	if len(merged) != 1 || merged[0].(map[string]any)["merged_into"] != ids[0] {
		t.Errorf("merged issues: %v", merged)
	}
	unmerge := s.path("/issues/" + ids[1] + "/unmerge")
	for _, tc := range []struct {
		name, method, path, token, body string
		status                          int
		detail                          string
	}{
		{"a token that only reads", http.MethodPatch, issue, s.token, `{"status":"resolved"}`, 403, "write"},
		{"a token that only reads, several", http.MethodPatch, s.path("/issues"), s.token, `{}`, 403, "write"},
		{"a token that only reads, merging", http.MethodPost, merge, s.token, `{}`, 403, "write"},
		{"a token that only reads, a comment", http.MethodPost, issue + "/comments", s.token, `{}`, 403, "write"},
		{"no token", http.MethodPatch, issue, "", `{"status":"resolved"}`, 401, ""},
		{"somebody else", http.MethodPatch, issue, other.makeToken(other.project, store.ScopeWrite), `{"status":"resolved"}`, 404, ""},
		{"a token of another project", http.MethodPost, merge, elsewhere, `{}`, 404, ""},
		{"another's issue", http.MethodPatch, s.path("/issues/" + foreign[:31] + "0"), writer, `{"status":"resolved"}`, 404, ""},
		{"no id", http.MethodPatch, s.path("/issues/x"), writer, `{"status":"resolved"}`, 404, ""},
		{"no status", http.MethodPatch, issue, writer, `{"status":"done"}`, 400, "status: want unresolved, resolved or ignored"},
		{"nothing", http.MethodPatch, issue, writer, `{}`, 400, "status"},
		{"an unknown member", http.MethodPatch, issue, writer, `{"state":"resolved"}`, 400, "state: unknown"},
		{"an id among the members", http.MethodPatch, issue, writer, fmt.Sprintf(`{"ids":[%q],"status":"resolved"}`, ids[0]), 400, "ids: unknown"},
		{"a stranger", http.MethodPatch, issue, writer, `{"assignee":77}`, 400, "assignee"},
		{"a time that is past", http.MethodPatch, issue, writer, `{"status":"ignored","ignore":{"until":"2020-01-01T00:00:00Z"}}`, 400, "ignore"},
		{"a time that is none", http.MethodPatch, issue, writer, `{"status":"ignored","ignore":{"until":"soon"}}`, 400, "ignore"},
		{"a parameter", http.MethodPatch, issue + "?force=true", writer, `{"status":"resolved"}`, 400, "force"},
		{"an id that is none", http.MethodPatch, s.path("/issues"), writer, `{"ids":["x"],"status":"resolved"}`, 400, "ids"},
		{"no ids", http.MethodPatch, s.path("/issues"), writer, `{"status":"resolved"}`, 400, "ids"},
		{"too many", http.MethodPatch, s.path("/issues"), writer, `{"status":"resolved","ids":["` + strings.Repeat(ids[0]+`","`, 10) + manyIDs(101) + `"]}`, 400, "ids"},
		{"one of several is not there", http.MethodPatch, s.path("/issues"), writer, fmt.Sprintf(`{"ids":[%q,%q],"status":"resolved"}`, ids[0], foreign[:31]+"0"), 404, ""},
		{"a form", http.MethodPatch, issue, writer, `status=resolved`, 400, "byte"},
		{"too much", http.MethodPost, issue + "/comments", writer, `{"text":"` + strings.Repeat("a", maxBody) + `"}`, 413, ""},
		{"a comment of nothing", http.MethodPost, issue + "/comments", writer, `{"text":" "}`, 400, "text"},
		{"a comment with a NUL", http.MethodPost, issue + "/comments", writer, `{"text":"a\u0000"}`, 400, "text"},
		{"into itself", http.MethodPost, merge, writer, fmt.Sprintf(`{"ids":[%q]}`, ids[0]), 400, "ids"},
		{"merged already", http.MethodPost, merge, writer, fmt.Sprintf(`{"ids":[%q]}`, ids[1]), 404, ""},
		{"not merged", http.MethodPost, issue + "/unmerge", writer, ``, 400, "issue: want one that is merged"},
		{"a comment that is not there", http.MethodDelete, own, writer, ``, 404, ""},
		{"activity of nothing", http.MethodGet, s.path("/issues/" + foreign[:31] + "0/activity"), s.token, ``, 404, ""},
		{"activity of somebody else", http.MethodGet, issue + "/activity", other.token, ``, 404, ""},
		{"a cursor that is none", http.MethodGet, issue + "/activity?cursor=x", s.token, ``, 400, "cursor"},
		{"merged issues of nothing", http.MethodGet, s.path("/issues/" + foreign[:31] + "0/merged"), s.token, ``, 404, ""},
		{"users of nothing", http.MethodGet, s.path("/issues/" + foreign[:31] + "0/users"), s.token, ``, 404, ""},
	} {
		p := refusal(t, b.send(tc.method, tc.path, tc.token, tc.body), tc.status)
		if !strings.Contains(p.Detail, tc.detail) {
			t.Errorf("%s: %+v", tc.name, p)
		}
	}
	refusal(t, b.do(http.MethodPatch, issue, http.Header{"Authorization": {"Bearer " + writer}, "Content-Type": {"text/plain"}}, strings.NewReader(`{"status":"resolved"}`)), http.StatusUnsupportedMediaType)
	if got = object(t, b.send(http.MethodPost, unmerge, writer, "")); got["events"] != 1.0 || got["merged_into"] != nil || got["id"] != ids[1] {
		t.Errorf("unmerged: %v", got)
	}
	if got = object(t, b.get(issue, s.token)); got["status"] != "unresolved" || got["events"] != 1.0 {
		t.Errorf("after all that was refused: %v", got)
	}
}

func manyIDs(n int) string {
	var ids []string
	for range n {
		ids = append(ids, event.NewID(time.Now()).String())
	}
	return strings.Join(ids, `","`)
}
