package store_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestIssuesAreListedOnceInEachOrder(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	var rows []store.Row
	for i := range 20 {
		for range i%3 + 1 {
			rows = append(rows, s.row(at.Add(time.Duration(i/4)*time.Second), func(e *event.Event) { e.Type = fmt.Sprint("Kind", i) }))
		}
	}
	write(t, db, rows...)
	for sort, key := range map[string]func(store.Issue) int64{
		"last_seen":  func(i store.Issue) int64 { return i.LastSeen.UnixMicro() },
		"first_seen": func(i store.Issue) int64 { return i.FirstSeen.UnixMicro() },
		"events":     func(i store.Issue) int64 { return i.Events },
	} {
		f := store.IssueFilter{Project: s.project, Sort: sort, Limit: 3}
		seen, before := map[event.ID]bool{}, int64(1<<62)
		for {
			page, next, err := db.Issues(t.Context(), s.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, i := range page {
				if seen[i.ID] || key(i) > before {
					t.Errorf("%s: issue out of order or twice", sort)
				}
				seen[i.ID], before = true, key(i)
			}
			if f.Cursor = next; next == "" {
				break
			}
			f.From = now().Add(-2 * time.Hour) // as a list of the last hours is read on
		}
		if len(seen) != 20 {
			t.Errorf("%s: %d issues, want 20", sort, len(seen))
		}
	}
	one, err := db.Issue(t.Context(), s.org, s.project, event.NamedID(s.project, "Kind5"))
	if err != nil || one.Events != 3 || one.Title != "Kind5: x is undefined" || one.Status != "unresolved" || one.FirstRelease != "web@1" {
		t.Errorf("issue: %+v, %v", one, err)
	}
	for name, f := range map[string]store.IssueFilter{
		"status": {Status: "resolved"}, "level": {Level: event.Info}, "first release": {FirstRelease: "web@0"}, "last release": {LastRelease: "web@0"}, "to": {To: at},
	} {
		f.Project = s.project
		if got, _, err := db.Issues(t.Context(), s.org, f); err != nil || len(got) != 0 {
			t.Errorf("%s: %d issues, %v", name, len(got), err)
		}
	}
}

func TestStatsCountEveryMinuteOnce(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	at := now().Truncate(time.Hour).Add(-time.Hour)
	expired := s.row(at, nil)
	expired.Outcome = store.Expired
	write(t, db, s.row(at, nil), s.row(at.Add(59*time.Minute), nil), s.row(at.Add(time.Hour), nil), expired)
	again := s.row(at, nil)
	write(t, db, again)
	write(t, db, again)
	for _, step := range []string{"minute", "hour", "day"} {
		got, err := db.Stats(t.Context(), s.org, s.project, at.Add(-10*time.Minute), at.Add(61*time.Minute), step)
		if err != nil {
			t.Fatal(err)
		}
		var sum int64
		for i, p := range got.Series {
			sum += p.Events
			if i > 0 && !p.Time.After(got.Series[i-1].Time) {
				t.Errorf("%s: times don't grow", step)
			}
		}
		if want := (store.Counts{Events: 4, Duplicates: 1, Expired: 1}); sum != 4 || got.Totals != want {
			t.Errorf("%s: %d events in the series, totals %+v, want %+v", step, sum, got.Totals, want)
		}
	}
	hours, err := db.IssueHours(t.Context(), s.org, s.project, event.NamedID(s.project, "TypeError"), at, at.Add(2*time.Hour))
	want := []store.HourCount{{Time: at, Events: 3}, {Time: at.Add(time.Hour), Events: 1}}
	if diff := cmp.Diff(want, hours); err != nil || diff != "" {
		t.Errorf("hours: %s, %v", diff, err)
	}
}

func TestLogsComeWithTheirRecordsAndInPagesOfBoundedBytes(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	at := now().Add(-time.Hour)
	big := strings.Repeat("x", 900<<10)
	var rows []store.Row
	for i := range 9 {
		rows = append(rows, s.row(at.Add(time.Duration(i)*time.Second), func(e *event.Event) { e.Protocol, e.Message = event.Logs, fmt.Sprint(i, big) }))
	}
	write(t, db, rows...)
	write(t, db, s.row(at, nil))
	var got []string
	cursor, pages := "", 0
	for {
		page, next, err := db.Logs(t.Context(), s.org, s.project, 100, cursor)
		if err != nil {
			t.Fatal(err)
		}
		pages++
		for _, l := range page {
			if l.Record == nil || l.Problem != nil {
				t.Fatalf("no record: %v", l.Problem)
			}
			got = append(got, string(l.Record.Raw[len(`{"content":"`)]))
		}
		if cursor = next; next == "" {
			break
		}
	}
	if diff := cmp.Diff(strings.Split("876543210", ""), got); diff != "" || pages != 3 {
		t.Errorf("%d pages: %s", pages, diff)
	}
}
