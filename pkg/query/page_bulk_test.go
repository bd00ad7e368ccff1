package query

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/store"
)

// issue returns an issue as the API tells it.
func (s *site) issue(id string) map[string]any {
	s.b.t.Helper()
	return object(s.b.t, s.b.get(s.path("/issues/"+id), s.wide))
}

func TestChosenIssuesAreChangedTogether(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	s.problems(8)
	ids, writer := s.answered(url.Values{}), s.makeToken(0, store.ScopeRead, store.ScopeWrite)
	path := fmt.Sprintf("/projects/%d/issues/bulk", s.project)
	send := func(do string, chosen ...string) *httptest.ResponseRecorder {
		t.Helper()
		form := url.Values{"do": {do}, "back": {"tab=all&q=level:error"}}
		for _, id := range chosen {
			form.Add("issue", fmt.Sprintf("%d.%s", s.project, id))
		}
		return s.post(path, writer, form)
	}
	for do, check := range map[string]func(map[string]any) bool{
		"resolve":      func(i map[string]any) bool { return i["status"] == "resolved" && i["resolved_release"] == nil },
		"resolve_next": func(i map[string]any) bool { return i["status"] == "resolved" && i["resolved_release"] == "" },
		"ignore":       func(i map[string]any) bool { return i["status"] == "ignored" && i["ignored_until"] == nil },
		"ignore_hour":  func(i map[string]any) bool { return i["status"] == "ignored" && i["ignored_until"] != nil },
		"ignore_day":   func(i map[string]any) bool { return i["status"] == "ignored" && i["ignored_until"] != nil },
		"ignore_week":  func(i map[string]any) bool { return i["status"] == "ignored" && i["ignored_until"] != nil },
		"ignore_100": func(i map[string]any) bool {
			return i["status"] == "ignored" && i["ignored_events"] == i["events"].(float64)+100
		},
		"ignore_10_users": func(i map[string]any) bool {
			return i["status"] == "ignored" && i["ignored_users"] == i["users"].(float64)+10
		},
		"reopen":   func(i map[string]any) bool { return i["status"] == "unresolved" },
		"assign_0": func(i map[string]any) bool { return i["assignee_id"] == nil },
	} {
		r := send(do, ids[0], ids[1])
		if to := r.Header().Get("Location"); r.Code != http.StatusSeeOther || !strings.HasPrefix(to, strings.TrimSuffix(path, "/bulk")+"?") || !strings.Contains(to, "tab=all") {
			t.Errorf("%s: %d to %s", do, r.Code, to)
		}
		for _, id := range ids[:2] {
			if i := s.issue(id); !check(i) {
				t.Errorf("%s: %v", do, i)
			}
		}
	}
	if r := send("merge", ids[2], ids[3], ids[4]); r.Code != http.StatusSeeOther {
		t.Fatalf("merge: %d", r.Code)
	}
	if left := s.answered(url.Values{}); len(left) != len(ids)-2 {
		t.Errorf("%d issues after merging three of %d", len(left), len(ids))
	}
	if into := s.issue(ids[4]); into["merged_into"] != nil {
		t.Error("the issue that was seen first is not the one that stays")
	}
	for _, c := range []struct {
		do   string
		ids  []string
		want int
	}{
		{"explode", ids[:1], http.StatusBadRequest},
		{"assign_-1", ids[:1], http.StatusBadRequest},
		{"assign_99999", ids[:1], http.StatusBadRequest},
		{"resolve", []string{"0123"}, http.StatusBadRequest},
		{"resolve", []string{strings.Repeat("0", 31) + "1"}, http.StatusNotFound},
		{"resolve", nil, http.StatusSeeOther},
		{"merge", ids[:1], http.StatusSeeOther},
	} {
		if r := send(c.do, c.ids...); r.Code != c.want {
			t.Errorf("%s of %d: %d, want %d", c.do, len(c.ids), r.Code, c.want)
		}
	}
}

func TestNobodyChangesIssuesThatAreNotTheirs(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	ours, theirs := b.site("acme"), b.site("other")
	ours.problems(2)
	theirs.problems(2)
	mine, foreign := ours.answered(url.Values{}), theirs.answered(url.Values{})
	second := ours.addProject("second")
	writer := ours.makeToken(0, store.ScopeRead, store.ScopeWrite)
	bound := ours.makeToken(second, store.ScopeRead, store.ScopeWrite)
	key := func(s *site, id string) string { return fmt.Sprintf("%d.%s", s.project, id) }
	inProject, inAll := fmt.Sprintf("/projects/%d/issues/bulk", ours.project), "/issues/bulk"
	for _, c := range []struct {
		name, path, token, key string
		want                   int
	}{
		{"another organization's issue on our page", inProject, writer, key(theirs, foreign[0]), http.StatusNotFound},
		{"another organization's issue among all", inAll, writer, key(theirs, foreign[0]), http.StatusNotFound},
		{"another organization's id as one of our project", inProject, writer, key(ours, foreign[0]), http.StatusNotFound},
		{"an issue of a project that the token is not for", inAll, bound, key(ours, mine[0]), http.StatusNotFound},
		{"who only reads", inProject, ours.wide, key(ours, mine[0]), http.StatusForbidden},
		{"nobody", inProject, "", key(ours, mine[0]), http.StatusSeeOther},
		{"who may", inAll, writer, key(ours, mine[0]), http.StatusSeeOther},
	} {
		w := ours.post(c.path, c.token, url.Values{"do": {"resolve"}, "issue": {c.key}})
		if w.Code != c.want {
			t.Errorf("%s: %d, want %d", c.name, w.Code, c.want)
		}
	}
	if got := ours.issue(mine[0])["status"]; got != "resolved" {
		t.Errorf("who may did not: %v", got)
	}
	for _, id := range foreign {
		if got := theirs.issue(id)["status"]; got != "unresolved" {
			t.Errorf("another organization's issue is %v", got)
		}
	}
	if got := ours.issue(mine[1])["status"]; got != "unresolved" {
		t.Errorf("an issue nobody chose is %v", got)
	}
	if page := ours.shown(fmt.Sprintf("/projects/%d/issues", ours.project)); strings.Contains(page, `name="do"`) {
		t.Error("who may not change issues is shown the form")
	}
}
