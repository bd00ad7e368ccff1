package store_test

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestExpiredPartitionsAreDropped(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	today := event.DayOf(time.Now())
	dropped, err := db.DropExpired(t.Context(), store.Retention{Events: today - 5, Packs: today - 8})
	if err != nil {
		t.Fatal(err)
	}
	// What is kept as events are of 6 days (today−11 … today−6), packs and marks of 3.
	if len(dropped) != 6*4+3*2 {
		t.Errorf("dropped %d partitions: %v", len(dropped), dropped)
	}
	var left int
	queryRow(t, url, `select count(*) from trivet.partitions where day < current_date - 5 and parent not in ('packs', 'session_marks')`, &left)
	if left != 0 {
		t.Errorf("%d partitions are left", left)
	}
	if again, err := db.DropExpired(t.Context(), store.Retention{Events: today - 5, Packs: today - 8}); err != nil || len(again) != 0 {
		t.Errorf("again: %v, %v", again, err)
	}
	if err := db.DropDetached(t.Context()); err != nil {
		t.Error(err)
	}
}

func TestWhatAnOperatorDetachedStays(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	var none any
	for _, name := range []string{"events", "blocks"} {
		day := event.DayOf(time.Now()).Time().AddDate(0, 0, -9).Format("20060102")
		execute(t, url, `alter table trivet.`+name+` detach partition trivet.`+name+`_`+day)
		if name == "blocks" { // as a janitor that died between detach and drop leaves it
			execute(t, url, `comment on table trivet.`+name+`_`+day+` is 'expired: to be dropped'`)
		}
	}
	if err := db.DropDetached(t.Context()); err != nil {
		t.Fatal(err)
	}
	var left []string
	queryRow(t, url, `select array_agg(c.relname::text), null from pg_class c where c.relkind = 'r' and not c.relispartition and c.relname ~ '_\d{8}$'`, &left, &none)
	if len(left) != 1 || left[0][:7] != "events_" {
		t.Errorf("left: %v, want the events that an operator keeps", left)
	}
}

func TestAProjectMayKeepItsEventsForLess(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	short, long := newSite(t, db, "short"), newSite(t, db, "long")
	today := event.DayOf(time.Now())
	old := today.Time().Add(-5 * 24 * time.Hour)
	for _, s := range []site{short, long} {
		for _, received := range []time.Time{old, today.Time()} {
			if _, err := db.Write(t.Context(), batch(event.NewID(received), row(s.project, 1, event.NewID(received), received))); err != nil {
				t.Fatal(err)
			}
		}
	}
	execute(t, url, `update trivet.projects set retention_days = 12 where project_id = (select min(project_id) from trivet.projects)`)
	if n, err := db.ExpireProjects(t.Context(), today+8); err != nil || n != 1 {
		t.Errorf("deleted %d, %v, want the old event of the project that keeps 12 days", n, err)
	}
	var events, blocks int
	queryRow(t, url, `select (select count(*) from trivet.events), (select count(*) from trivet.blocks)`, &events, &blocks)
	if events != 3 || blocks != 3 {
		t.Errorf("%d events and %d blocks are left, want 3 of each", events, blocks)
	}
}
