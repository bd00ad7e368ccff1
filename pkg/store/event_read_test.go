package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestEveryEventIsListedOnceAlsoWhereTimesAreEqual(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	var rows []store.Row
	for i := range 60 {
		// Twenty share one instant, over three partitions as clients' clocks chose them.
		rows = append(rows, s.row(at.Add(time.Duration(max(0, i-20))*time.Second), func(e *event.Event) {
			e.Day -= event.Day(i % 3)
			e.Type = fmt.Sprint("Kind", i%2)
		}))
	}
	write(t, db, rows...)
	for _, tc := range []struct {
		name string
		in   store.EventFilter
		want int
	}{
		{"all", store.EventFilter{}, 60},
		{"of one issue", store.EventFilter{Issue: event.NamedID(s.project, "Kind1")}, 30},
		{"of one issue and a type it has not", store.EventFilter{Issue: event.NamedID(s.project, "Kind1"), Type: "Kind0"}, 0},
		{"of one type", store.EventFilter{Type: "Kind0"}, 30},
		{"until the shared instant", store.EventFilter{To: at}, 0},
		{"until just after it", store.EventFilter{To: at.Add(time.Microsecond)}, 21},
		{"from the second after it", store.EventFilter{From: at.Add(time.Second)}, 39},
	} {
		got := walk(t, db, s, tc.in)
		sorted := slices.Clone(got)
		slices.Sort(sorted)
		if len(slices.Compact(slices.Clone(sorted))) != len(got) {
			t.Errorf("%s: an event came twice", tc.name)
		}
		slices.Reverse(sorted)
		if diff := cmp.Diff(sorted, got); len(got) != tc.want || diff != "" {
			t.Errorf("%s: %d events, want %d; order: %s", tc.name, len(got), tc.want, diff)
		}
	}
}

// walk turns all pages of a list and returns time and id of each event.
func walk(t *testing.T, db *store.Store, s site, f store.EventFilter) (all []string) {
	t.Helper()
	f.Project, f.Limit = s.project, 7
	for {
		page, next, err := db.Events(t.Context(), s.org, f)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range page {
			all = append(all, r.Received.Format("2006-01-02 15:04:05.000000 ")+r.ID.String())
		}
		if next == "" {
			return all
		}
		if len(page) != f.Limit {
			t.Fatalf("a page of %d with a next", len(page))
		}
		f.Cursor = next
	}
}

func TestFiltersKeepWhatTheyName(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	handled := false
	long := "https://shop.example/" + strings.Repeat("a", 600)
	odd := s.row(now().Add(-time.Minute), func(e *event.Event) {
		e.Level, e.Protocol, e.Handled = event.Fatal, event.Native, &handled
		e.Type, e.Release, e.Environment, e.Browser, e.OS, e.URL = "RangeError", "web@2", "staging", "Safari 26", "iOS", long
	})
	write(t, db, odd, s.row(now().Add(-time.Minute), nil))
	for name, f := range map[string]store.EventFilter{
		"level": {Level: event.Fatal}, "protocol": {Protocol: event.Native}, "handled": {Handled: &handled}, "type": {Type: "RangeError"},
		"release": {Release: "web@2"}, "environment": {Environment: "staging"}, "browser": {Browser: "Safari 26"}, "os": {OS: "iOS"}, "url": {URL: long},
	} {
		f.Project = s.project
		got, next, err := db.Events(t.Context(), s.org, f)
		if err != nil || len(got) != 1 || got[0].ID != odd.Event.ID || next != "" {
			t.Errorf("%s: %d events, next %q, %v", name, len(got), next, err)
		}
	}
}

func TestAnEventComesBackAsItsClientSentIt(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	row := s.row(now().Add(-time.Minute), func(e *event.Event) { e.Day -= 2 })
	write(t, db, row, s.row(now(), nil))
	id, day := row.Event.ID, row.Event.Day
	got, err := db.Event(t.Context(), s.org, s.project, id, nil)
	if err != nil {
		t.Fatal(err)
	}
	e := row.Event
	want := store.EventRow{
		ID: id, ProjectID: s.project, IssueID: row.Fingerprint, Day: day, Received: e.Received, Occurred: e.Occurred, Level: e.Level,
		Protocol: e.Protocol, Type: e.Type, Message: e.Message, Culprit: e.Culprit, Release: e.Release, Environment: e.Environment,
		Browser: e.Browser, OS: e.OS, URL: e.URL,
	}
	if diff := cmp.Diff(want, got.EventRow); diff != "" {
		t.Error(diff)
	}
	if got.Record == nil || string(got.Record.Raw) != `{"content":"x is undefined"}` || got.Record.ID != id || got.Problem != nil {
		t.Errorf("record: %+v, %v", got.Record, got.Problem)
	}
	if with, err := db.Event(t.Context(), s.org, s.project, id, &day); err != nil || with.ID != id || with.Record == nil {
		t.Errorf("with its day: %+v, %v", with, err)
	}
	other := day + 1
	if _, err := db.Event(t.Context(), s.org, s.project, id, &other); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("with another day: got %v, want ErrNotFound", err)
	}
}
