package query

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// issueOf stores an error of a type of its own and returns the path of its issue.
func (s *site) issueOf(kind string) string {
	s.b.t.Helper()
	s.store(s.record(event.Native, time.Now(), fmt.Sprintf(`{"type":%q,"message":"m","release":"web@1","stack":"E: m\n    at f (https://shop.example/a.js:1:2)"}`, kind)))
	rows, _, err := s.b.db.Events(s.b.t.Context(), s.org, store.EventFilter{Project: s.project, Type: kind, Limit: 1})
	if err != nil || len(rows) != 1 {
		s.b.t.Fatalf("%d events, %v", len(rows), err)
	}
	return fmt.Sprintf("/projects/%d/issues/%s", s.project, rows[0].IssueID)
}

// done posts a form that must be taken, and returns the page that follows.
func (s *site) done(path, token string, form url.Values) string {
	s.b.t.Helper()
	w := s.post(path, token, form)
	if w.Code != http.StatusSeeOther {
		s.b.t.Fatalf("%s %v: %d: %s", path, form, w.Code, textOf(w.Body.String()))
	}
	return textOf(s.shown(w.Header().Get("Location")))
}

func wantText(t *testing.T, page string, all ...string) {
	t.Helper()
	for _, want := range all {
		if !strings.Contains(page, want) {
			t.Errorf("the page lacks %q: %s", want, page)
		}
	}
}

func TestWhatPeopleDoWithAnIssueIsShown(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	writer, path := s.makeToken(s.project, store.ScopeRead, store.ScopeWrite), s.issueOf("A")
	state := func(to string, more ...string) string {
		form := url.Values{"to": {to}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return s.done(path+"/state", writer, form)
	}
	wantText(t, state("resolve"), "Resolved. Any later event reopens it.")
	wantText(t, state("resolve-next"), "Resolved in the next release.")
	wantText(t, state("resolve-release", "release", "web@2"), "Resolved in web@2.")
	wantText(t, state("reopen"), "Reopened.", "Unresolved.")
	wantText(t, state("ignore"), "Ignored for ever.")
	wantText(t, state("ignore-day"), "Ignored until 2")
	wantText(t, state("ignore-events", "events", "1200"), "Ignored until 1,200 more events.")
	wantText(t, state("ignore-users", "users", "3"), "Ignored until 3 more users.")
	wantText(t, s.done(path+"/comments", writer, url.Values{"text": {"<b>why</b>\r\nnot"}}), "Comment written.", "<b>why</b> not", "ignored it until 3 more users", "resolved it in web@2", "reopened it")
}

func TestIssuesAreMergedByTheirLinkAndPartedAgain(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	writer, one, two := s.makeToken(s.project, store.ScopeRead, store.ScopeWrite), s.issueOf("A"), s.issueOf("B")
	merged := s.done(one+"/merge", writer, url.Values{"other": {"https://trivet.example" + two + "?tab=events"}})
	wantText(t, merged, "Merged: ", "B: m", "2 events")
	w := s.page(two, s.wide)
	if got := w.Header().Get("Location"); w.Code != http.StatusSeeOther || got != one+"?said=merged-away" {
		t.Errorf("the merged issue: %d %s", w.Code, got)
	}
	wantText(t, textOf(s.shown(one+"?tab=activity")), "merged “B: m”")
	parted := s.done(one+"/unmerge", writer, url.Values{"merged": {two[strings.LastIndex(two, "/")+1:]}})
	wantText(t, parted, "It is an issue of its own again.", "1 events", "Nothing is merged into it")
	wantText(t, textOf(s.shown(two)), "B: m")
}

func TestWrongFormsOfIssuesAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s, other := b.site("acme"), b.site("other")
	writer, path, foreign := s.makeToken(s.project, store.ScopeRead, store.ScopeWrite), s.issueOf("A"), other.issueOf("C")
	for name, c := range map[string]struct {
		path, token string
		form        url.Values
		want        int
	}{
		"no button":                    {path + "/state", writer, url.Values{}, http.StatusBadRequest},
		"a button that is not there":   {path + "/state", writer, url.Values{"to": {"explode"}}, http.StatusBadRequest},
		"a release without a name":     {path + "/state", writer, url.Values{"to": {"resolve-release"}}, http.StatusBadRequest},
		"no number of events":          {path + "/state", writer, url.Values{"to": {"ignore-events"}, "events": {"-1"}}, http.StatusBadRequest},
		"a field that is not there":    {path + "/state", writer, url.Values{"to": {"resolve"}, "x": {"1"}}, http.StatusBadRequest},
		"somebody who is no member":    {path + "/assignee", writer, url.Values{"user": {"4711"}}, http.StatusBadRequest},
		"merging with nothing":         {path + "/merge", writer, url.Values{"other": {"https://evil.example/"}}, http.StatusBadRequest},
		"merging with another project": {path + "/merge", writer, url.Values{"other": {foreign}}, http.StatusBadRequest},
		"a foreign id":                 {path + "/merge", writer, url.Values{"other": {foreign[strings.LastIndex(foreign, "/")+1:]}}, http.StatusNotFound},
		"an empty comment":             {path + "/comments", writer, url.Values{"text": {""}}, http.StatusBadRequest},
		"a comment that is too long":   {path + "/comments", writer, url.Values{"text": {strings.Repeat("x", 8193)}}, http.StatusBadRequest},
		"an issue that is not there":   {strings.Replace(path, "issues/", "issues/0", 1)[:len(path)] + "/state", writer, url.Values{"to": {"resolve"}}, http.StatusNotFound},
		"a reader":                     {path + "/state", s.wide, url.Values{"to": {"resolve"}}, http.StatusForbidden},
		"another organization":         {path + "/state", other.makeToken(other.project, store.ScopeWrite, store.ScopeRead), url.Values{"to": {"resolve"}}, http.StatusNotFound},
	} {
		if w := s.post(c.path, c.token, c.form); w.Code != c.want {
			t.Errorf("%s: %d, want %d: %s", name, w.Code, c.want, textOf(w.Body.String()))
		}
	}
	wantText(t, textOf(s.shown(path)), "Unresolved.")
}

func TestTabsOfAnIssueAndTheWayThroughItsEvents(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	path := s.issueOf("A")
	s.issueOf("A")
	wantText(t, textOf(s.shown(path+"?tab=events")), "2 events", "web@1")
	wantText(t, textOf(s.shown(path+"?tab=events&q=release:web@2")), "None of this issue fits the search.")
	wantText(t, textOf(s.shown(path+"?tab=events&q=bogus:1")), "At character 1:")
	wantText(t, textOf(s.shown(path+"?tab=why")), "What counts", "fingerprint")
	wantText(t, textOf(s.shown(path+"?days=90")), "2 events in 90 days")
	for _, wrong := range []string{"?tab=x", "?days=7", "?frames=x", "?stack=x", "?x=1", "?cursor=x&tab=events"} {
		if w := s.page(path+wrong, s.wide); w.Code != http.StatusBadRequest {
			t.Errorf("%s: %d", wrong, w.Code)
		}
	}
	latest, first := s.page(path+"/latest", s.wide).Header().Get("Location"), s.page(path+"/first", s.wide).Header().Get("Location")
	if latest == first || !strings.Contains(latest, "/events/") || !strings.Contains(first, "/events/") {
		t.Errorf("latest %s, first %s", latest, first)
	}
	older := s.shown(latest)
	if !strings.Contains(older, `rel="prev"`) || strings.Contains(older, `rel="next"`) {
		t.Error("the latest event has an older one and no newer one")
	}
	if newer := s.shown(first); !strings.Contains(newer, `rel="next"`) || strings.Contains(newer, `rel="prev"`) {
		t.Error("the oldest event has a newer one and no older one")
	}
}

func TestAProjectWaitsForItsFirstEvent(t *testing.T) {
	t.Parallel()
	var sent []string
	ingest := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent = append(sent, r.Method+" "+r.URL.Path)
		fmt.Fprint(w, "{}")
	}))
	t.Cleanup(ingest.Close)
	b := newBench(t)
	b = newBenchWith(t, b.url, ingest.URL)
	s := b.site("acme")
	path := fmt.Sprintf("/projects/%d/start", s.project)
	wantText(t, textOf(s.shown(path)), "Every key of this project is revoked")
	key, err := b.db.CreateKey(t.Context(), s.project, "")
	if err != nil {
		t.Fatal(err)
	}
	w := s.page(path+"?with=curl", s.wide)
	wantText(t, textOf(w.Body.String()), "Waiting for the first event", ingest.URL+"/t/"+key.PublicKey)
	if policy := w.Header().Get("Content-Security-Policy"); !strings.Contains(policy, "connect-src 'self' "+ingest.URL+";") {
		t.Errorf("the page may not send to ingest: %s", policy)
	}
	if policy := s.page(strings.TrimSuffix(path, "start")+"tail", s.wide).Header().Get("Content-Security-Policy"); strings.Contains(policy, ingest.URL) {
		t.Errorf("another page may: %s", policy)
	}
	wantText(t, s.done(path+"/test", s.makeToken(s.project, store.ScopeRead, store.ScopeWrite), url.Values{}), "A test error was sent.")
	if len(sent) != 1 || sent[0] != "POST /t/"+key.PublicKey {
		t.Errorf("ingest got %v", sent)
	}
	s.issueOf("A")
	wantText(t, textOf(s.shown(path)), "It works.", "A: m")
}
