package store_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

// searches are queries with the types of the issues and of the events that they find; nil where they can't be asked.
var searches = []struct {
	query          string
	issues, events []string
}{
	{"", []string{"Cart", "Login", "Pay"}, []string{"Cart", "Login", "Pay"}},
	{"cart", []string{"Cart"}, []string{"Cart"}},
	{"UNDEFINED", []string{"Cart", "Login"}, []string{"Cart", "Login"}},
	{"-undefined", []string{"Pay"}, []string{"Pay"}},
	{"undef*", []string{"Cart", "Login"}, []string{"Cart", "Login"}},
	{"-cart -pay", []string{"Login"}, []string{"Login"}},
	{"*efine*", []string{"Cart", "Login"}, []string{"Cart", "Login"}},
	{`"X is un"`, []string{"Cart", "Login"}, []string{"Cart", "Login"}},
	{`-"x is un"`, []string{"Pay"}, []string{"Pay"}},
	{`"100%_sure"`, []string{"Pay"}, []string{"Pay"}},
	{`"100%sure"`, []string{}, []string{}},
	{`"*not* a\\pattern"`, []string{"Pay"}, []string{"Pay"}},
	{"Cart: x is undefined", []string{"Cart"}, []string{"Cart"}},
	{"is:unresolved", []string{"Cart", "Login"}, nil},
	{"-is:unresolved", []string{"Pay"}, nil},
	{"is:resolved", []string{"Pay"}, nil},
	{"is:ignored", []string{}, nil},
	{"is:regressed", []string{"Login"}, nil},
	{"is:new", []string{"Cart", "Pay"}, nil},
	{"is:assigned", []string{"Cart"}, nil},
	{"is:unassigned", []string{"Login", "Pay"}, nil},
	{"assigned:me", []string{"Cart"}, nil},
	{"-assigned:me", []string{"Login", "Pay"}, nil},
	{"assigned:none", []string{"Login", "Pay"}, nil},
	{"assigned:ADA@acme.example", []string{"Cart"}, nil},
	{"assigned:eve@acme.example", []string{}, nil},
	{"level:fatal", []string{"Cart"}, []string{"Cart"}},
	{"level:>=error", []string{"Cart", "Login", "Pay"}, []string{"Cart", "Login", "Pay"}},
	{"level:>error", []string{"Cart"}, []string{"Cart"}},
	{"level:<fatal", []string{"Login", "Pay"}, []string{"Login", "Pay"}},
	{"release:web@2", []string{"Pay"}, []string{"Pay"}},
	{"release:web@*", []string{"Cart", "Login", "Pay"}, []string{"Cart", "Login", "Pay"}},
	{"-release:*1", []string{"Pay"}, []string{"Pay"}},
	{"first-release:web@1", []string{"Cart", "Login"}, nil},
	{"last-release:*2", []string{"Pay"}, nil},
	{"environment:staging", []string{"Pay"}, []string{"Pay"}},
	{"browser:chrome", []string{"Cart"}, []string{"Cart"}},
	{`browser:"chrome 140"`, []string{"Cart"}, []string{"Cart"}},
	{"browser:Chrome*", []string{"Cart", "Pay"}, []string{"Cart", "Pay"}},
	{"browser:Chrom", []string{}, []string{}},
	{"os:android", []string{"Pay"}, []string{"Pay"}},
	{"-os:Linux", []string{"Pay"}, []string{"Pay"}},
	{"url:*/checkout*", []string{"Cart"}, []string{"Cart"}},
	{"url:https://shop.example/pay", []string{"Pay"}, []string{"Pay"}},
	{"user:42", []string{"Cart"}, []string{"Cart"}},
	{"-user:42", []string{"Login", "Pay"}, []string{"Login", "Pay"}},
	{"user:*", []string{"Cart"}, []string{"Cart"}},
	{"type:Pay", []string{"Pay"}, []string{"Pay"}},
	{"type:*a*", []string{"Cart", "Pay"}, []string{"Cart", "Pay"}},
	{`culprit:f*`, []string{"Cart", "Login", "Pay"}, []string{"Cart", "Login", "Pay"}},
	{"first-seen:>2d", []string{"Login"}, nil},
	{"first-seen:<2d", []string{"Cart", "Pay"}, nil},
	{"-first-seen:2001-01-01", []string{"Cart", "Login", "Pay"}, nil},
	{"last-seen:>2d", []string{}, nil},
	{"events:>4", []string{"Login"}, nil},
	{"events:1", []string{"Cart", "Pay"}, nil},
	{"users:>=1", []string{"Cart"}, nil},
	{`stack:"checkout.js"`, []string{"Cart"}, []string{"Cart"}},
	{"stack:addItem", []string{"Cart"}, []string{"Cart"}},
	{"stack:ADD*", []string{"Cart"}, []string{"Cart"}},
	{`crumb:"POST /cart"`, []string{"Cart"}, []string{"Cart"}},
	{`-crumb:"POST /cart"`, []string{"Login", "Pay"}, []string{"Login", "Pay"}},
	{`crumb:"GET /cart"`, []string{}, []string{}},
	{"tag:x", []string{"Cart"}, []string{"Cart"}},
	{"-tag:x", []string{"Login", "Pay"}, []string{"Login", "Pay"}},
	{"tag:plan", []string{"Cart", "Pay"}, []string{"Cart", "Pay"}},
	{"tag:plan=pro", []string{"Cart"}, []string{"Cart"}},
	{"tag:plan=f*", []string{"Pay"}, []string{"Pay"}},
	{"-tag:plan=pro", []string{"Login", "Pay"}, []string{"Login", "Pay"}},
	{"tag:pla", []string{}, []string{}},
	{"protocol:sentry", nil, []string{"Cart", "Login", "Pay"}},
	{"handled:true", nil, []string{"Pay"}},
	{"-handled:true", nil, []string{"Cart", "Login"}},
	{"undefined -cart level:error release:web@1", []string{"Login"}, []string{"Login"}},
}

func TestSearches(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.fill(t)
	other := newSite(t, s.db, "other")
	for _, tc := range searches {
		q, err := search.Parse(tc.query)
		if err != nil {
			t.Fatalf("%s: %v", tc.query, err)
		}
		for _, project := range []int64{s.project, 0} {
			issues, _, err := s.db.Issues(t.Context(), s.org, store.IssueFilter{Project: project, Query: q, Me: 7})
			checkFound(t, "issues of "+tc.query, tc.issues, issues, err, func(i store.Issue) string { return i.Type })
		}
		events, next, err := s.db.Events(t.Context(), s.org, store.EventFilter{Project: s.project, Query: q})
		checkFound(t, "events of "+tc.query, tc.events, events, err, func(e store.EventRow) string { return e.Type })
		if next != "" {
			t.Errorf("%s: there is another page", tc.query)
		}
		if slices.Contains(tc.events, "Cart") {
			f := store.EventFilter{Project: s.project, Query: q, Issue: event.NamedID(s.project, "Cart")}
			events, _, err = s.db.Events(t.Context(), s.org, f)
			checkFound(t, "events of an issue of "+tc.query, []string{"Cart"}, events, err, func(e store.EventRow) string { return e.Type })
		}
		if found, _, err := s.db.Issues(t.Context(), other.org, store.IssueFilter{Query: q, Me: 7}); tc.issues != nil && (len(found) > 0 || err != nil) {
			t.Errorf("another organization finds issues of %s: %v, %v", tc.query, found, err)
		}
	}
}

// checkFound compares the different types that were found; want is nil where it can't be asked.
func checkFound[T any](t *testing.T, name string, want []string, found []T, err error, kind func(T) string) {
	t.Helper()
	if want == nil {
		if wrong := (&search.Error{}); !errors.Is(err, store.ErrInvalid) || !errors.As(err, &wrong) {
			t.Errorf("%s: %v, want a search.Error", name, err)
		}
		return
	}
	got := []string{}
	for _, f := range found {
		got = append(got, kind(f))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, slices.Compact(got)); err != nil || diff != "" {
		t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
	}
}

func TestWhatCantBeAskedIsRefused(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	for text, at := range map[string]int{"x assigned:me": 2, "stack:(": 0, "x handled:true": 2} {
		q, err := search.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = s.db.Issues(t.Context(), s.org, store.IssueFilter{Project: s.project, Query: q})
		var wrong *search.Error
		if !errors.Is(err, store.ErrInvalid) || !errors.As(err, &wrong) || wrong.At != at {
			t.Errorf("%s: %v", text, err)
		}
	}
}

func TestSuggestions(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.fill(t)
	for _, tc := range []struct {
		field, prefix string
		want          []string
	}{
		{"", "first", []string{"first-release", "first-seen"}},
		{"is", "re", []string{"resolved", "regressed"}},
		{"release", "web", []string{"web@2", "web@1"}},
		{"first_release", "web@2", []string{"web@2"}},
		{"environment", "", []string{"production", "staging"}},
		{"browser", "chr", []string{"Chrome 140", "Chrome Mobile 140"}},
		{"url", "https://shop.example/c", []string{"https://shop.example/cart", "https://shop.example/checkout/2?a=1"}},
		{"tag", "", []string{"plan", "x"}},
		{"tag", "plan=", []string{"plan=free", "plan=pro"}},
		{"stack", "CHECK", []string{"checkout", "checkout.js"}},
		{"assigned", "", []string{"me", "none", "ada@acme.example"}},
		{"user", "4", []string{}},
	} {
		for _, project := range []int64{s.project, 0} {
			got, err := s.db.Suggest(t.Context(), s.org, project, tc.field, tc.prefix, 10)
			if diff := cmp.Diff(tc.want, got); err != nil || diff != "" {
				t.Errorf("%s:%s: %v\n%s", tc.field, tc.prefix, err, diff)
			}
		}
	}
	if got, err := s.db.Suggest(t.Context(), s.org, s.project, "environment", "", 1); err != nil || len(got) != 1 {
		t.Errorf("%v, %v: want one", got, err)
	}
	other := newSite(t, s.db, "other")
	if got, err := s.db.Suggest(t.Context(), other.org, s.project, "environment", "", 10); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another organization is told %v, %v", got, err)
	}
	if _, err := s.db.Suggest(t.Context(), s.org, s.project, "nothing", "", 10); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("a field that is not there: %v", err)
	}
}

func TestMergedIssuesAreInNoListButFound(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	s.fill(t)
	cart, pay := event.NamedID(s.project, "Cart"), event.NamedID(s.project, "Pay")
	s.exec(`update issues set merged_into = $2 where issue_id = $1`, [16]byte(pay), [16]byte(cart))
	s.exec(`update issue_fingerprints set issue_id = $2 where issue_id = $1`, [16]byte(pay), [16]byte(cart))
	for _, sort := range []string{"last_seen", "first_seen", "events", "users"} {
		for _, project := range []int64{s.project, 0} {
			issues, _, err := s.db.Issues(t.Context(), s.org, store.IssueFilter{Project: project, Sort: sort})
			checkFound(t, sort, []string{"Cart", "Login"}, issues, err, func(i store.Issue) string { return i.Type })
		}
	}
	if one, err := s.db.Issue(t.Context(), s.org, s.project, pay); err != nil || one.MergedInto == nil || *one.MergedInto != cart {
		t.Errorf("%+v, %v", one, err)
	}
	q, _ := search.Parse("release:web@2 browser:chrome")
	issues, _, err := s.db.Issues(t.Context(), s.org, store.IssueFilter{Project: s.project, Query: q})
	checkFound(t, "what one fingerprint was seen with and what the other", []string{"Cart"}, issues, err, func(i store.Issue) string { return i.Type })
	events, _, err := s.db.Events(t.Context(), s.org, store.EventFilter{Project: s.project, Issue: cart})
	checkFound(t, "events of both", []string{"Cart", "Pay"}, events, err, func(e store.EventRow) string { return e.Type })
}

func TestIssuesOfTwoProjectsWithOneIDAreListedOnceEach(t *testing.T) {
	t.Parallel()
	s := newShelf(t)
	p, err := s.db.CreateProject(t.Context(), store.Project{OrganizationID: s.org, Slug: "app"})
	if err != nil {
		t.Fatal(err)
	}
	second := site{s.org, p.ID}
	var rows []store.Row
	for i := range 5 {
		for _, of := range []site{s.site, second} {
			row := of.row(s.at, nil)
			row.Fingerprint = event.NamedID(1, fmt.Sprint(i))
			rows = append(rows, row)
		}
	}
	write(t, s.db, rows...)
	for _, sort := range []string{"last_seen", "first_seen", "events", "users"} {
		seen := map[string]bool{}
		f := store.IssueFilter{Sort: sort, Limit: 3}
		for {
			issues, next, err := s.db.Issues(t.Context(), s.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range issues {
				seen[fmt.Sprint(i.ProjectID, i.ID)] = true
			}
			if f.Cursor = next; next == "" {
				break
			}
		}
		if len(seen) != 10 {
			t.Errorf("%s: %d issues, want 10", sort, len(seen))
		}
	}
}
