package store_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/store"
)

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
