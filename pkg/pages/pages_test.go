package pages

import (
	"bytes"
	"compress/gzip"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func newSeries(groups int) store.Series {
	s := store.Series{By: "browser", Step: "hour"}
	for i := range groups {
		s.Groups = append(s.Groups, store.SeriesGroup{Value: strconv.Itoa(i), Points: []int64{int64(i), 1, 0}})
	}
	return s
}

// maxFirstLoad is what a first visit may load beside the page itself, compressed.
const maxFirstLoad = 60 << 10

// TestTheFirstLoadIsSmall counts everything that a page names, fonts and pictures included.
func TestTheFirstLoadIsSmall(t *testing.T) {
	t.Parallel()
	a, err := readAssets()
	if err != nil {
		t.Fatal(err)
	}
	all, err := readTemplates(a)
	if err != nil {
		t.Fatal(err)
	}
	for name, page := range all {
		bare, err := page.Clone() // its head without its data
		if err == nil {
			bare, err = bare.Parse(`{{define "title"}}-{{end}}{{define "main"}}-{{end}}`)
		}
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		if err := bare.ExecuteTemplate(&b, "layout.html", view{Zone: time.UTC, Data: map[string]any{}}); err != nil {
			t.Fatal(err)
		}
		size := 0
		for _, address := range a.urls {
			if strings.Contains(b.String(), address) {
				size += gzipped(t, a.files[strings.TrimPrefix(address, assetPath)])
			}
		}
		if size > maxFirstLoad {
			t.Errorf("%s loads %d bytes, want at most %d", name, size, maxFirstLoad)
		}
		if size < 20<<10 {
			t.Errorf("%s loads %d bytes: the test has lost its scripts", name, size)
		}
	}
}

func gzipped(t *testing.T, body []byte) int {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := z.Write(body); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

func TestTermsOfLinksFindExactlyTheirValue(t *testing.T) {
	t.Parallel()
	for _, value := range []string{"1.4.2", `a "quoted" one`, `back\slash`, "with * star", "a:b", "-minus", "*"} {
		q, err := search.Parse(searchTerm("release", value))
		if err != nil || len(q.Terms) != 1 || q.Terms[0].Value != value || q.Terms[0].Op == search.Match || q.Terms[0].Not {
			t.Errorf("%s: %+v, %v", value, q, err)
		}
	}
}

func TestFormsLeadBackToOurOwnPagesOnly(t *testing.T) {
	t.Parallel()
	for _, query := range []string{"", "q=a%20b&tab=mine&cursor=xyz", "//evil.example", "https://evil.example/?a=b", "%zz", "a=b\r\nSet-Cookie: c=d", "said=other"} {
		to := backTo("/projects/1/issues", query, "issues_changed")
		u, err := url.Parse(to)
		if err != nil || u.Host != "" || u.Path != "/projects/1/issues" || u.Query().Get("said") != "issues_changed" || u.Query().Has("cursor") || strings.ContainsAny(to, "\r\n") {
			t.Errorf("%q leads to %q", query, to)
		}
	}
	if to := backTo("/issues", "q=a%20b&tab=mine", "x"); !strings.Contains(to, "q=a+b") || !strings.Contains(to, "tab=mine") {
		t.Errorf("the search is lost: %s", to)
	}
}

func request(t *testing.T, target string) *Request {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, target, nil)
	params, err := web.ReadParams(r.URL.RawQuery)
	if err != nil {
		t.Fatal(err)
	}
	return &Request{HTTP: echo.New().NewContext(r, httptest.NewRecorder()), Params: params}
}

func TestLinksKeepWhatWasChosenAndNothingElse(t *testing.T) {
	t.Parallel()
	r := request(t, "/projects/1/issues?q=a+%26+b&tab=mine&cursor=abc&other=1")
	at := here(r, "q", "tab", "sort")
	for got, want := range map[string]string{
		at.URL():                    "/projects/1/issues?q=a+%26+b&tab=mine",
		at.With("tab", ""):          "/projects/1/issues?q=a+%26+b",
		at.With("sort", "events"):   "/projects/1/issues?q=a+%26+b&sort=events&tab=mine",
		at.With("tab", "", "q", ""): "/projects/1/issues",
	} {
		if got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	if fields := at.Fields("q"); len(fields) != 1 || fields["tab"] != "mine" {
		t.Errorf("fields of a form: %v", fields)
	}
}

func TestSpansAreReadFromTheURL(t *testing.T) {
	t.Parallel()
	choices := []choice{{"", "Any", 0}, {"24h", "24 h", day}}
	for _, c := range []struct {
		name, query string
		from        time.Duration // before now; 0: open
		custom, bad bool
	}{
		{"nothing chosen is the first", "", 0, false, false},
		{"a name", "range=24h", day, false, false},
		{"days of one's own", "from=2026-01-01&to=2026-01-02", -1, true, false},
		{"a name nobody offers", "range=2y", 0, false, true},
		{"a time that is none", "from=yesterday", 0, false, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			r := request(t, "/x?"+c.query)
			s := readSpan(r.Params, here(r, "range", "from", "to"), choices)
			if err := r.Params.Done(); (err != nil) != c.bad {
				t.Fatalf("error %v", err)
			}
			if s.Custom != c.custom {
				t.Errorf("custom %v", s.Custom)
			}
			if ago := time.Since(s.From).Round(time.Minute); c.from > 0 && ago != c.from || c.from == 0 && !c.bad && !s.From.IsZero() {
				t.Errorf("from %v", s.From)
			}
			current := 0
			for _, l := range s.Links {
				if l.Current {
					current++
				}
			}
			if want := 1; c.custom && current != 0 || !c.custom && !c.bad && current != want {
				t.Errorf("%d of the choices are marked", current)
			}
		})
	}
}

func TestTheHeaderMarksOnePage(t *testing.T) {
	t.Parallel()
	owner := &access.Viewer{User: &store.User{}, Role: access.RoleOwner}
	shop := &store.Project{ID: 7, Name: "Shop"}
	for _, c := range []struct {
		path, here string
		project    *store.Project
	}{
		{"/", "Projects", nil},
		{"/issues?q=x", "Issues", nil},
		{"/members", "Members", nil},
		{"/account", "Pages", nil},
		{"/projects/7/issues", "Issues", shop},
		{"/projects/7/issues/0123?x=y", "Issues", shop},
		{"/projects/7/events/0123?day=2026-01-01", "Issues", shop},
		{"/projects/7/settings/keys", "Settings", shop},
		{"/projects/7/start", "Pages", shop},
	} {
		v := view{Viewer: owner, Project: c.project, Path: c.path}
		current := 0
		for _, l := range v.Nav() {
			if l.Current {
				current++
			}
		}
		if got := v.Here(); got != c.here || current > 1 {
			t.Errorf("%s: %s, %d marked", c.path, got, current)
		}
	}
	v := view{Viewer: owner, Project: shop, Path: "/projects/7/dashboard?by=os"}
	if got := v.Elsewhere(9); got != "/projects/9/dashboard" {
		t.Errorf("the same page of another project: %s", got)
	}
	if got := (view{Viewer: owner}).Elsewhere(9); got != "/projects/9/issues" {
		t.Errorf("a project from outside: %s", got)
	}
	viewer := view{Viewer: &access.Viewer{User: &store.User{}, Role: access.RoleViewer}}
	for _, l := range viewer.Nav() {
		if l.Name == "Tokens" || l.Name == "System" {
			t.Errorf("a viewer is shown %s, which they may not open", l.Name)
		}
	}
}

func TestKeysOfTheHeaderAreDifferent(t *testing.T) {
	t.Parallel()
	for _, nouns := range [][]noun{projectNouns, organizationNouns} {
		seen := map[string]string{}
		for _, n := range nouns {
			if n.key != "" && seen[n.key] != "" {
				t.Errorf("g %s leads to %s and %s", n.key, seen[n.key], n.name)
			}
			seen[n.key] = n.name
		}
	}
}

func TestAWrongSearchIsPointedAt(t *testing.T) {
	t.Parallel()
	for query, want := range map[string]wrongQuery{
		"ä level:bogus x": {Before: "ä level:", Bad: "bogus", After: " x", Character: 9},
		`stack:"open`:     {Before: "stack:", Bad: `"open`, Character: 7},
	} {
		_, err := search.Parse(query)
		var problem *search.Error
		if !errors.As(err, &problem) {
			t.Errorf("%s: %v", query, err)
			continue
		}
		got := newWrongQuery(query, problem)
		if got.Before != want.Before || got.Bad != want.Bad || got.After != want.After || got.Character != want.Character || got.Problem == "" {
			t.Errorf("%s: %+v", query, got)
		}
	}
}

func TestNamesHaveInitials(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{"Ada Holm": "AH", "ada": "A", "Émile  van Öst": "ÉÖ", "": "?", "  ": "?", "a b c": "AC"} {
		if got := initials(name); got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}
