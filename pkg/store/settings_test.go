package store_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func chosen(name string) project.Settings {
	return project.Settings{Filters: project.Filters{Switches: map[string]bool{name: false}}, Scrub: project.Scrub{IP: project.Never}}
}

func TestSettingsAreReplacedWhole(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	other := newSite(t, db, "other")
	if got, err := db.Settings(t.Context(), s.project); err != nil || !cmp.Equal(got, project.Settings{}) {
		t.Errorf("of a new project: %+v, %v", got, err)
	}
	want := chosen("crawler")
	got, err := db.SetSettings(t.Context(), s.project, want)
	if err != nil || !cmp.Equal(got, want) {
		t.Errorf("set: %+v, %v", got, err)
	}
	if got, err = db.OwnSettings(t.Context(), s.org, s.project); err != nil || !cmp.Equal(got, want) {
		t.Errorf("own: %+v, %v", got, err)
	}
	if _, err := db.OwnSettings(t.Context(), other.org, s.project); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of somebody else: %v", err)
	}
	for _, organization := range []int64{other.org, 0, -1} {
		if _, err := db.SetOwnSettings(t.Context(), organization, store.Actor{Kind: store.ActorOperator}, s.project, project.Settings{}); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("set by organization %d: %v", organization, err)
		}
	}
	if _, err := db.SetSettings(t.Context(), 9999, want); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of no project: %v", err)
	}
	var invalid *store.InvalidError
	if _, err := db.SetOwnSettings(t.Context(), s.org, store.Actor{Kind: store.ActorOperator}, s.project, chosen("nothing")); !errors.As(err, &invalid) || invalid.What != "filters.switches" {
		t.Errorf("bad settings: %v", err)
	}
	if got, err = db.Settings(t.Context(), s.project); err != nil || !cmp.Equal(got, want) {
		t.Errorf("after all that was refused: %+v, %v", got, err)
	}
	if got, err = db.SetOwnSettings(t.Context(), s.org, store.Actor{Kind: store.ActorOperator}, s.project, project.Settings{}); err != nil || !cmp.Equal(got, project.Settings{}) {
		t.Errorf("set to nothing: %+v, %v", got, err)
	}
}

func TestSettingsAreChangedByOneAtATime(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	names := project.FilterNames()
	done := make(chan error, len(names))
	for _, name := range names {
		go func() {
			_, err := db.ChangeSettings(context.WithoutCancel(t.Context()), store.Actor{Kind: store.ActorOperator}, s.project, func(all *project.Settings) error {
				if all.Filters.Switches == nil {
					all.Filters.Switches = map[string]bool{}
				}
				all.Filters.Switches[name] = false
				return nil
			})
			done <- err
		}()
	}
	for range names {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
	if got, err := db.Settings(t.Context(), s.project); err != nil || len(got.Filters.Switches) != len(names) {
		t.Errorf("got %v, %v: changes were lost", got.Filters.Switches, err)
	}
	stop := errors.New("stop")
	if _, err := db.ChangeSettings(t.Context(), store.Actor{Kind: store.ActorOperator}, s.project, func(*project.Settings) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("got %v, want the error of the change", err)
	}
}

func TestWorkersLearnWhatChanged(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	first, second, third := newSite(t, db, "one"), newSite(t, db, "two"), newSite(t, db, "three")
	since := func(at time.Time) (map[int64]project.Settings, time.Time) {
		t.Helper()
		changed, next, err := db.SettingsSince(t.Context(), at)
		if err != nil {
			t.Fatal(err)
		}
		return changed, next
	}
	set := func(id int64, s project.Settings) {
		t.Helper()
		if _, err := db.SetSettings(t.Context(), id, s); err != nil {
			t.Fatal(err)
		}
	}
	set(first.project, chosen("crawler"))
	all, next := since(time.Time{})
	if diff := cmp.Diff(map[int64]project.Settings{first.project: chosen("crawler")}, all); diff != "" {
		t.Errorf("all: %s", diff)
	}
	set(first.project, project.Settings{})
	set(second.project, chosen("localhost"))
	changed, later := since(next)
	if !cmp.Equal(changed[first.project], project.Settings{}) || !cmp.Equal(changed[second.project], chosen("localhost")) {
		t.Errorf("changed: %v", changed)
	}
	if _, told := changed[first.project]; !told {
		t.Error("a project set back to nothing is not told")
	}
	if later.Before(next) {
		t.Errorf("time went back from %v to %v", next, later)
	}

	// A change that got its time before we asked, and is committed after.
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	tx, err := conn.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), `update trivet.projects set settings = '{"scrub":{"off":true}}', settings_at = clock_timestamp() where project_id = $1`, third.project); err != nil {
		t.Fatal(err)
	}
	_, next = since(later)
	if err := tx.Commit(t.Context()); err != nil {
		t.Fatal(err)
	}
	if changed, _ = since(next); !changed[third.project].Scrub.Off {
		t.Errorf("a change committed late was missed: %v", changed)
	}
	if changed, _ = since(next.Add(time.Hour)); len(changed) != 0 {
		t.Errorf("what did not change is told: %v", changed)
	}
}
