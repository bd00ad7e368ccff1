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

func TestRowsExpireThatAreInNoPartition(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	newSite(t, db, "a")
	execute(t, url, `set search_path = trivet;
		insert into drops (project_id, minute, source, reason, category, quantity)
			select 1, date_trunc('day', now(), 'UTC') - n * interval '1 day', 'client', 'other', 'error', 1 from generate_series(0, 20) n;
		insert into drops (project_id, minute, source, reason, category, quantity)
			select 1, now() - interval '20 days', 'client', 'r' || n, 'error', 1 from generate_series(1, 12000) n;
		insert into release_hours (project_id, release, environment, hour, sessions, errored, crashed)
			select 1, 'a', '', date_trunc('day', now(), 'UTC') - n * interval '1 day', 1, 0, 0 from generate_series(0, 20) n;
		insert into filtered_samples (project_id, reason, event_id, received_at, title, record)
			select 1, 'crawler', gen_random_uuid(), date_trunc('day', now(), 'UTC') - n * interval '1 day', '', '' from generate_series(0, 20) n;
		insert into salts (day, salt) select current_date - n, sha256(n::text::bytea) from generate_series(0, 20) n`)
	today := event.DayOf(time.Now())
	for _, want := range []int64{12000 + 3*10 + 15, 0} {
		if n, err := db.ExpireRows(t.Context(), store.Retention{Events: today - 10}, today); err != nil || n != want {
			t.Errorf("deleted %d, %v, want %d", n, err, want)
		}
	}
	var drops, hours, samples, salts int
	queryRow(t, url, `select (select count(*) from trivet.drops), (select count(*) from trivet.release_hours),
		(select count(*) from trivet.filtered_samples), (select count(*) from trivet.salts)`, &drops, &hours, &samples, &salts)
	if drops != 11 || hours != 11 || samples != 11 || salts != 6 {
		t.Errorf("%d drops, %d hours, %d samples and %d salts are left, want 11 each and 6", drops, hours, samples, salts)
	}
}

func TestAProjectsShorterRetentionTakesWhatCameWithItsEvents(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s := newSite(t, db, "short")
	old := event.DayOf(time.Now()).Time().Add(-5 * 24 * time.Hour)
	for _, at := range []time.Time{old, now()} {
		file, text := attached(event.NewID(at), at, "abc"), wrote(event.NewID(at), at, "It broke.")
		file.Project, text.Project = s.project, s.project
		if _, err := db.Write(t.Context(), beside(event.NewID(at), []store.Sidecar{file, text}, noise(s.project, 1, event.NewID(at), at, "crawler"))); err != nil {
			t.Fatal(err)
		}
	}
	execute(t, url, `update trivet.projects set retention_days = 12`)
	if _, err := db.ExpireProjects(t.Context(), event.DayOf(time.Now())+8); err != nil {
		t.Fatal(err)
	}
	var files, texts, samples int
	queryRow(t, url, `select (select count(*) from trivet.attachments), (select count(*) from trivet.feedback), (select count(*) from trivet.filtered_samples)`, &files, &texts, &samples)
	if files != 1 || texts != 1 || samples != 1 {
		t.Errorf("%d files, %d texts and %d samples are left, want the new one of each", files, texts, samples)
	}
}
