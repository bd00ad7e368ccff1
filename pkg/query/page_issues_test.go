package query

import (
	"encoding/json"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/store"
)

// problems makes n issues of one or two events each, the first of them the latest.
func (s *site) problems(n int) {
	s.b.t.Helper()
	var records []pack.Record
	now := time.Now()
	for i := range n {
		raw := fmt.Sprintf(`{"type":"Error%c%d","message":"it broke %d times","level":%q,"release":"web@1.%d","environment":"production"}`,
			'A'+rune(i%3), i, i, []string{"error", "warning", "fatal"}[i%3], i%4)
		for again := range 1 + i%2 {
			records = append(records, s.record(event.Native, now.Add(-time.Duration(i*3+again)*time.Minute), raw))
		}
	}
	s.store(records...)
}

var (
	issueLink = regexp.MustCompile(`<a class="title[^"]*" href="/projects/(\d+)/issues/([0-9a-f]{32})"`)
	nextLink  = regexp.MustCompile(`rel="next" href="([^"]*)"`)
)

// listed walks through all pages of a list and returns its issues in order.
func (s *site) listed(path string) (ids []string) {
	s.b.t.Helper()
	for range 20 {
		page := s.shown(path)
		for _, m := range issueLink.FindAllStringSubmatch(page, -1) {
			ids = append(ids, m[2])
		}
		next := nextLink.FindStringSubmatch(page)
		if next == nil {
			return ids
		}
		path = html.UnescapeString(next[1])
	}
	s.b.t.Fatal("the list has no end")
	return nil
}

// answered walks through all pages of the API's list.
func (s *site) answered(query url.Values) (ids []string) {
	s.b.t.Helper()
	for range 20 {
		answer := object(s.b.t, s.b.get(s.path("/issues?"+query.Encode()), s.wide))
		for _, issue := range answer["issues"].([]any) {
			ids = append(ids, issue.(map[string]any)["id"].(string))
		}
		next, more := answer["next"].(string)
		if !more {
			return ids
		}
		query.Set("cursor", next)
	}
	s.b.t.Fatal("the list has no end")
	return nil
}

func TestTheListOfIssuesShowsWhatTheAPIAnswers(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	s.problems(130)
	ids := s.answered(url.Values{})
	if len(ids) != 130 {
		t.Fatalf("%d issues", len(ids))
	}
	by := store.Actor{Kind: store.ActorOperator, Name: "test"}
	change := func(status string, texts ...string) {
		t.Helper()
		var chosen []event.ID
		for _, text := range texts {
			id, err := event.ParseID(text)
			if err != nil {
				t.Fatal(err)
			}
			chosen = append(chosen, id)
		}
		if _, err := s.b.db.ChangeIssues(t.Context(), s.org, s.project, by, chosen, store.Change{Status: status}); err != nil {
			t.Fatal(err)
		}
	}
	change("resolved", ids[3:60]...)
	change("ignored", ids[100:105]...)
	for page, api := range map[string]url.Values{
		"":                               {"status": {"unresolved"}},
		"?tab=resolved":                  {"status": {"resolved"}},
		"?tab=ignored":                   {"status": {"ignored"}},
		"?tab=all":                       {},
		"?tab=all&sort=first_seen":       {"sort": {"first_seen"}},
		"?tab=all&sort=events":           {"sort": {"events"}},
		"?tab=all&sort=users":            {"sort": {"users"}},
		"?q=level:fatal":                 {"status": {"unresolved"}, "q": {"level:fatal"}},
		"?q=is:resolved+release:web@1.2": {"q": {"is:resolved release:web@1.2"}},
		"?tab=all&q=ErrorB4+broke":       {"q": {"ErrorB4 broke"}},
		"?tab=all&q=-level:fatal":        {"q": {"-level:fatal"}},
		"?tab=all&q=nothing+like+it":     {"q": {"nothing like it"}},
	} {
		got, want := s.listed(fmt.Sprintf("/projects/%d/issues%s", s.project, page)), s.answered(api)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d issues, the API has %d", page, len(got), len(want))
		}
	}
	if got := s.listed("/issues?tab=all"); !slices.Equal(got, ids) {
		t.Errorf("of all projects: %d, want %d", len(got), len(ids))
	}
}

func TestPagesOfAProjectTeachWhereThereIsNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	s := b.site("acme")
	base := fmt.Sprintf("/projects/%d", s.project)
	for path, want := range map[string]string{
		"/":                                      "waiting for the first event",
		"/issues":                                "No errors yet",
		base + "/issues":                         base + "/start",
		base + "/issues?q=level:error":           "No errors yet",
		base + "/dashboard":                      "No open issue in this time",
		base + "/dashboard?range=90d&by=browser": "Nothing in this time",
		base + "/releases":                       "No release yet",
	} {
		if page := s.shown(path); !strings.Contains(page, want) {
			t.Errorf("%s does not say %q: %s", path, want, textOf(page))
		}
	}
	none, err := b.db.CreateOrganization(t.Context(), "none", "")
	if err != nil {
		t.Fatal(err)
	}
	bare := &site{b: b, org: none.ID}
	bare.wide = bare.makeToken(0, store.ScopeRead)
	if page := bare.shown("/"); !strings.Contains(page, "No project yet") {
		t.Errorf("home without projects: %s", textOf(page))
	}
}

func TestPagesOfAProjectShowItsIssues(t *testing.T) {
	t.Parallel()
	for _, n := range []int{1, 60} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			s := newBench(t).site("acme")
			s.problems(n)
			base := fmt.Sprintf("/projects/%d", s.project)
			for path, want := range map[string]string{
				"/":                            fmt.Sprintf("%d open", n),
				"/issues":                      "ErrorA0: it broke 0 times",
				base + "/issues":               "ErrorA0: it broke 0 times",
				base + "/issues?range=24h":     "24 hours",
				base + "/dashboard":            "it broke",
				base + "/dashboard?by=release": "web@1.0",
				base + "/dashboard?from=2026-01-01&to=2026-01-03": "No open issue in this time",
				base + "/releases": "web@1.0",
			} {
				if text := textOf(s.shown(path)); !strings.Contains(text, want) {
					t.Errorf("%s does not say %q: %s", path, want, text)
				}
			}
			if page := s.shown(base + "/issues"); strings.Contains(page, "Next page") != (n > store.DefaultLimit) {
				t.Errorf("%d issues: a next page where none is, or none where one is", n)
			}
		})
	}
}

func TestAllOfTheDashboardsEventsAreTheAPIs(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	s.problems(40)
	stats := object(t, s.b.get(s.path("/stats"), s.wide))
	want, _ := json.Marshal(stats["totals"].(map[string]any)["events"])
	page := textOf(s.shown(fmt.Sprintf("/projects/%d/dashboard", s.project)))
	if !strings.Contains(page, "Events "+string(want)+" ") || !strings.Contains(page, "New issues 40 ") {
		t.Errorf("want %s events and 40 new issues: %s", want, page)
	}
}

func TestWhatStrangersNamedIsOnlyTextInLists(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	const hostile = `"><script>alert(1)</script><img src=x onerror=alert(1)>{{.}}'`
	raw, err := json.Marshal(map[string]any{"type": hostile, "message": hostile, "release": hostile, "environment": hostile, "culprit": hostile})
	if err != nil {
		t.Fatal(err)
	}
	s.store(s.record(event.Native, time.Now(), string(raw)))
	base := fmt.Sprintf("/projects/%d", s.project)
	for _, path := range []string{"/", "/issues", base + "/issues", base + "/dashboard?by=release", base + "/dashboard?by=environment", base + "/releases"} {
		if page := s.shown(path); strings.Contains(page, "<script>alert") || strings.Contains(page, "<img src=x") {
			t.Errorf("%s: it is markup", path)
		}
	}
	w := s.page(base+"/issues?q="+url.QueryEscape(`level:"`+hostile+`"`), s.wide)
	if body := w.Body.String(); w.Code != http.StatusBadRequest || strings.Contains(body, "<script>alert") || !strings.Contains(body, "<mark>") {
		t.Errorf("a wrong search: %d %s", w.Code, textOf(body))
	}
}

func TestNewIssuesAreCountedSinceAListWasOpened(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	s.problems(5)
	ask := func(query string) (int, string) {
		w := s.page(fmt.Sprintf("/projects/%d/issues/new?%s", s.project, query), s.wide)
		return w.Code, textOf(w.Body.String())
	}
	now, before := time.Now().UTC().Add(time.Minute).Format(time.RFC3339), time.Now().UTC().Add(-time.Hour).Format(time.RFC3339)
	if code, _ := ask("since=" + now); code != http.StatusNoContent {
		t.Errorf("nothing is new: %d", code)
	}
	if code, text := ask("since=" + before); code != http.StatusOK || !strings.HasPrefix(text, "5 new issues") {
		t.Errorf("five are new: %d %s", code, text)
	}
	if code, text := ask("q=level:warning&since=" + before); code != http.StatusOK || !strings.HasPrefix(text, "2 new issues") {
		t.Errorf("two of the search are new: %d %s", code, text)
	}
	if code, _ := ask("since=yesterday"); code != http.StatusBadRequest {
		t.Errorf("no time: %d", code)
	}
}
