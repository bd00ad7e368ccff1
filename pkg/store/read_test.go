package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/service"
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
	ids := func(f store.EventFilter) (all []string) {
		f.Project, f.Limit = s.project, 7
		for {
			page, next, err := db.Events(t.Context(), s.org, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, r := range page {
				all = append(all, r.Received.Format("15:04:05.000000 ")+r.ID.String())
			}
			if next == "" {
				return all
			}
			if len(page) != 7 {
				t.Fatalf("a page of %d with a next", len(page))
			}
			f.Cursor = next
		}
	}
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
		got := ids(tc.in)
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

func TestAnotherOrganizationSeesNothing(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	row := s.row(now(), func(e *event.Event) { e.Protocol = event.Logs })
	write(t, db, row)
	ctx, id := t.Context(), row.Event.ID
	for name, do := range map[string]func(org int64) error{
		"events": func(org int64) error {
			_, _, err := db.Events(ctx, org, store.EventFilter{Project: s.project})
			return err
		},
		"events of an issue": func(org int64) error {
			_, _, err := db.Events(ctx, org, store.EventFilter{Project: s.project, Issue: row.Fingerprint})
			return err
		},
		"event": func(org int64) error { _, err := db.Event(ctx, org, s.project, id, nil); return err },
		"issues": func(org int64) error {
			_, _, err := db.Issues(ctx, org, store.IssueFilter{Project: s.project})
			return err
		},
		"issue": func(org int64) error { _, err := db.Issue(ctx, org, s.project, row.Fingerprint); return err },
		"stats": func(org int64) error {
			_, err := db.Stats(ctx, org, s.project, time.Time{}, time.Time{}, "hour")
			return err
		},
		"logs": func(org int64) error { _, _, err := db.Logs(ctx, org, s.project, 0, ""); return err },
	} {
		if err := do(s.org); err != nil {
			t.Errorf("%s: its owner got %v", name, err)
		}
		for _, org := range []int64{other.org, 0, -1, 99} {
			if err := do(org); !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%s: organization %d got %v, want ErrNotFound", name, org, err)
			}
		}
	}
	hours, err := db.IssueHours(ctx, other.org, s.project, row.Fingerprint, time.Time{}, time.Time{})
	if err != nil || slices.ContainsFunc(hours, func(h store.HourCount) bool { return h.Events > 0 }) {
		t.Errorf("hours: %v", err)
	}
	own, err := db.OwnProjects(ctx, other.org, 0)
	if err != nil || len(own) != 1 || own[0].ID != other.project {
		t.Errorf("projects: %+v, %v", own, err)
	}
	if own, err := db.OwnProjects(ctx, other.org, s.project); err != nil || len(own) != 0 {
		t.Errorf("another's project: %+v, %v", own, err)
	}
}

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
		if sum != 4 || got.Totals.Events != 4 {
			t.Errorf("%s: %d events in the series, totals %+v", step, sum, got.Totals)
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

func TestABadQuestionIsTheAskersFault(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	for i := range 3 {
		write(t, db, s.row(now().Add(-time.Duration(i)*time.Second), nil))
	}
	_, next, err := db.Events(t.Context(), s.org, store.EventFilter{Project: s.project, Limit: 1})
	if err != nil || next == "" {
		t.Fatalf("no next: %v", err)
	}
	events := func(f store.EventFilter) func() error {
		return func() error { f.Project = s.project; _, _, err := db.Events(t.Context(), s.org, f); return err }
	}
	issues := func(f store.IssueFilter) func() error {
		return func() error { f.Project = s.project; _, _, err := db.Issues(t.Context(), s.org, f); return err }
	}
	for name, do := range map[string]func() error{
		"a page too large":            events(store.EventFilter{Limit: store.MaxLimit + 1}),
		"a page of less than nothing": events(store.EventFilter{Limit: -1}),
		"a window backwards":          events(store.EventFilter{From: now(), To: now().Add(-time.Hour)}),
		"a NUL":                       events(store.EventFilter{Release: "\x00"}),
		"bad UTF-8":                   events(store.EventFilter{Release: "\xff"}),
		"a cursor of nonsense":        events(store.EventFilter{Cursor: "nonsense"}),
		"a cursor cut off":            events(store.EventFilter{Cursor: next[:len(next)-1]}),
		"a cursor of another filter":  events(store.EventFilter{Cursor: next, Type: "TypeError"}),
		"a cursor of another list":    issues(store.IssueFilter{Cursor: next}),
		"an order that is none":       issues(store.IssueFilter{Sort: "title"}),
		"a status that is none":       issues(store.IssueFilter{Status: "done"}),
		"a step that is none": func() error {
			_, err := db.Stats(t.Context(), s.org, s.project, time.Time{}, time.Time{}, "week")
			return err
		},
		"a year of minutes": func() error {
			_, err := db.Stats(t.Context(), s.org, s.project, now().AddDate(-1, 0, 0), now(), "minute")
			return err
		},
		"all time in days": func() error {
			_, err := db.Stats(t.Context(), s.org, s.project, time.Unix(0, 0), now().AddDate(5000, 0, 0), "day")
			return err
		},
		"a cursor of logs that is not": func() error { _, _, err := db.Logs(t.Context(), s.org, s.project, 0, next); return err },
	} {
		if err := do(); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

func TestADatabaseThatIsAwayIsNoErrorAtStart(t *testing.T) {
	t.Parallel()
	db, err := store.Open(t.Context(), service.Env{Log: zerolog.Nop()}, store.Config{URL: "postgres://nobody:secret@127.0.0.1:1/none"})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.Ping(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("ping: %v", err)
	}
	if _, _, err := db.Events(t.Context(), 1, store.EventFilter{Project: 1}); !errors.Is(err, store.ErrUnavailable) {
		t.Errorf("got %v, want ErrUnavailable", err)
	}
	if _, err := store.Open(t.Context(), service.Env{}, store.Config{URL: "postgres://a:secret@[::1/x"}); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("bad URL: %v", err)
	}
}
