package store_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/store"
)

// row makes a row as a worker would of an event of fingerprint n.
func row(project int64, n int, id event.ID, received time.Time) store.Row {
	e := &event.Event{
		ID: id, ProjectID: project, Day: event.DayOf(received), Received: received, Occurred: received, Protocol: event.Sentry,
		Level: event.Error, Type: "TypeError", Message: fmt.Sprintf("error %d", n), Culprit: "app.js", Release: "shop@1",
	}
	user := int64(n % 7)
	r := pack.Record{ID: id, Project: project, Day: e.Day, Received: received, Protocol: "sentry", Raw: []byte(`{"message":"x"}`)}
	return store.Row{
		Project: project, Received: received, Event: e, Fingerprint: event.NamedID(project, fmt.Sprint("fingerprint ", n)), Version: 1,
		UserHash: &user, Title: "TypeError: " + e.Message, Record: r.Append(nil),
	}
}

// batch makes one pack of rows.
func batch(id event.ID, rows ...store.Row) *store.Batch {
	return &store.Batch{Packs: []store.Pack{{ID: id, Day: event.DayOf(time.Now()), Events: len(rows)}}, Rows: slices.Clone(rows)}
}

// sums are what must always balance.
type sums struct {
	Packed, Rows, Issues, Hours, Minutes, Duplicates, Filtered, Expired, Dead, Users, IssueUsers, Blocked, Drops int64

	LeastField, MostField int64 // Σ field_counts of a field
	DayUsers, WrongUsers  int64 // users of days, and those that no event stands behind or that are missing
	WrongReleases         int64 // likewise of releases and when they were first seen
	Untold                int64 // fingerprints without a text or without words
}

func readSums(t *testing.T, url string) (s sums) {
	t.Helper()
	const statement = `with sums as (
			select f.field, coalesce(sum(u.n), 0) as n from generate_series(1, 6) as f (field)
			left join (select u.* from trivet.field_counts c cross join lateral unnest(c.fields, c.counts) as u (field, n)) as u on u.field = f.field group by 1)
		select
		(select coalesce(sum(events), 0) from trivet.packs),
		(select count(*) from trivet.events),
		(select coalesce(sum(events), 0) from trivet.issues),
		(select coalesce(sum(events), 0) from trivet.issue_hours),
		(select coalesce(sum(events), 0) from trivet.project_minutes),
		(select coalesce(sum(duplicates), 0) from trivet.project_minutes),
		(select coalesce(sum(filtered), 0) from trivet.project_minutes),
		(select coalesce(sum(expired), 0) from trivet.project_minutes),
		(select coalesce(sum(dead_lettered), 0) from trivet.project_minutes),
		(select coalesce(sum(users), 0) from trivet.issues),
		(select count(*) from trivet.issue_users),
		(select count(*) from trivet.events e join trivet.blocks b using (project_id, block_id, day)),
		(select coalesce(sum(quantity), 0) from trivet.drops where source = 'filter' and category = 'error'),
		(select coalesce(min(n), 0) from sums), (select coalesce(max(n), 0) from sums),
		(select count(*) from ` + dayUsers + `),
		(select count(*) from (select distinct project_id, (received_at at time zone 'UTC')::date as day, user_hash from trivet.events where user_hash is not null) e
			full join ` + dayUsers + ` using (project_id, day, user_hash) where e.project_id is null or u.project_id is null),
		(select count(*) from (select project_id, release, min(received_at) as first_seen from trivet.events where release <> '' group by 1, 2) e
			full join trivet.releases r using (project_id, release, first_seen) where (e.project_id is null) <> (r.project_id is null)),
		(select count(*) from trivet.issue_fingerprints f where not exists (select from trivet.issue_texts t where t.project_id = f.project_id and t.fingerprint = f.fingerprint)
			or not exists (select from ` + seenWords + ` where w.project_id = f.project_id and w.fingerprint = f.fingerprint and w.kind = 1))`
	queryRow(t, url, statement, &s.Packed, &s.Rows, &s.Issues, &s.Hours, &s.Minutes, &s.Duplicates, &s.Filtered, &s.Expired, &s.Dead, &s.Users, &s.IssueUsers,
		&s.Blocked, &s.Drops, &s.LeastField, &s.MostField, &s.DayUsers, &s.WrongUsers, &s.WrongReleases, &s.Untold)
	return s
}

// balance checks the ledger: every event in packs is in exactly one place, and all counters agree.
func (s sums) balance(t *testing.T) {
	t.Helper()
	if s.Rows != s.Issues || s.Rows != s.Hours || s.Rows != s.Minutes || s.Rows != s.Blocked || s.Filtered != s.Drops || s.Users != s.IssueUsers {
		t.Errorf("counters disagree: %+v", s)
	}
	if s.Rows != s.LeastField || s.Rows != s.MostField || s.WrongUsers != 0 || s.WrongReleases != 0 || s.Untold != 0 {
		t.Errorf("counts by field, users of days, releases or words disagree with the events: %+v", s)
	}
	if s.Packed != s.Minutes+s.Duplicates+s.Filtered+s.Expired+s.Dead {
		t.Errorf("the ledger does not balance: %+v", s)
	}
}

func TestWhatIsWrittenTwiceCountsOnce(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC().Truncate(time.Microsecond)
	a, b := row(1, 1, event.NewID(now), now), row(1, 2, event.NewID(now), now)
	first := event.NewID(now)
	want := store.Result{Stored: 2, NewIssues: 2}
	got, err := db.Write(t.Context(), batch(first, a, b))
	if err != nil || got != want {
		t.Fatalf("first: %+v, %v, want %+v", got, err, want)
	}
	after := readSums(t, url)
	if _, err := db.Write(t.Context(), batch(first, a, b)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(after, readSums(t, url)); diff != "" {
		t.Errorf("a pack delivered again changed something:\n%s", diff)
	}
	c := row(1, 1, event.NewID(now), now)
	got, err = db.Write(t.Context(), batch(event.NewID(now), a, c, c))
	if want := (store.Result{Stored: 1, Duplicates: 2}); err != nil || got != want {
		t.Errorf("another pack with a known event and one event twice: %+v, %v, want %+v", got, err, want)
	}
	end := readSums(t, url)
	end.balance(t)
	if end.Rows != 3 || end.Duplicates != 2 {
		t.Errorf("got %+v, want 3 rows and 2 duplicates", end)
	}
}

func TestFallbackIsFoundOnTheNeighbouringDay(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	midnight := event.DayOf(time.Now()).Time()
	before, after := row(1, 1, event.NewID(midnight), midnight.Add(-time.Second)), row(1, 1, event.NewID(midnight), midnight.Add(time.Second))
	after.Event.ID = before.Event.ID
	before.Fallback, after.Fallback = true, true
	for i, r := range []store.Row{before, after} {
		if _, err := db.Write(t.Context(), batch(event.NewID(midnight), r)); err != nil {
			t.Fatalf("write %d: %v", i, err)
		}
	}
	if s := readSums(t, url); s.Rows != 1 || s.Duplicates != 1 {
		t.Errorf("got %+v, want 1 row and 1 duplicate", s)
	}
}

// TestMidnightIsNoGap writes the same events without a usable time at once, received on both sides of
// midnight: their keys differ by the day, and still each is one.
func TestMidnightIsNoGap(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	midnight := event.DayOf(time.Now()).Time()
	const rounds = 30
	for range rounds {
		id := event.NewID(midnight)
		var group sync.WaitGroup
		for _, received := range []time.Time{midnight.Add(-time.Second), midnight.Add(time.Second)} {
			group.Go(func() {
				r := row(1, 1, id, received)
				r.Fallback = true
				if _, err := db.Write(t.Context(), batch(event.NewID(midnight), r)); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
	}
	s := readSums(t, url)
	s.balance(t)
	if s.Rows != rounds || s.Duplicates != rounds {
		t.Errorf("%d rows and %d duplicates, want %d of each", s.Rows, s.Duplicates, rounds)
	}
}

func TestTheLedgerCountsWhatIsNotStored(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC()
	good, dead := row(1, 1, event.NewID(now), now), row(1, 2, event.NewID(now), now)
	expired := store.Row{Outcome: store.Expired, Project: 1, Received: now}
	id := event.NewID(now)
	dead.Outcome = store.Dead
	if _, err := db.Write(t.Context(), batch(id, good, dead, expired)); err != nil {
		t.Fatal(err)
	}
	s := readSums(t, url)
	s.balance(t)
	if s.Rows != 1 || s.Dead != 1 || s.Expired != 1 {
		t.Errorf("got %+v, want one of each", s)
	}
	// The code was mended: what was dead is written by a replay of its pack, or as a dead letter by itself.
	for range 2 {
		dead.Outcome, dead.Pack = store.Insert, store.NoPack
		if _, err := db.Write(t.Context(), &store.Batch{Rows: []store.Row{dead}, Careful: true}); err != nil {
			t.Fatal(err)
		}
		s = readSums(t, url)
		s.balance(t)
		if s.Rows != 2 || s.Dead != 0 {
			t.Errorf("after the retry: %+v, want 2 rows and nothing dead", s)
		}
	}
}

func TestAReplayAheadOfTheWorkersBalances(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC()
	r, id := row(1, 1, event.NewID(now), now), event.NewID(now)
	for i, look := range []bool{true, false, true} {
		b := batch(id, r)
		b.Packs[0].Look, b.Careful = look, true
		if _, err := db.Write(t.Context(), b); err != nil {
			t.Fatal(err)
		}
		if s := readSums(t, url); i > 0 {
			s.balance(t)
		}
	}
	if s := readSums(t, url); s.Rows != 1 || s.Duplicates != 0 || s.Dead != 0 {
		t.Errorf("got %+v, want one row and nothing else", s)
	}
}

func TestBadRowsAreFoundAndTheRestIsWritten(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC()
	var rows []store.Row
	for i := range 20 {
		rows = append(rows, row(1, i, event.NewID(now), now))
	}
	rows[3].Event.Type = "no\x00text"
	rows[17].Event.URL = "no\xffUTF-8"
	b := batch(event.NewID(now), rows...)
	if _, err := db.Write(t.Context(), b); !errors.Is(err, store.ErrRejected) {
		t.Fatalf("got %v, want ErrRejected", err)
	}
	bad, sidecars, err := db.Bad(t.Context(), b)
	if diff := cmp.Diff([]int{3, 17}, bad); err != nil || diff != "" || len(sidecars) > 0 {
		t.Fatalf("bad rows: %v\n%s", err, diff)
	}
	if s := readSums(t, url); s != (sums{}) {
		t.Errorf("the search left something: %+v", s)
	}
	for _, i := range bad {
		b.Rows[i].Outcome = store.Dead
	}
	if _, err := db.Write(t.Context(), b); err != nil {
		t.Fatal(err)
	}
	s := readSums(t, url)
	s.balance(t)
	if s.Rows != 18 || s.Dead != 2 {
		t.Errorf("got %+v, want 18 rows and 2 dead", s)
	}
}

func TestAMissingPartitionIsNoFaultOfTheEvent(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	now := time.Now().UTC()
	r := row(1, 1, event.NewID(now), now)
	r.Event.Day += 1000
	_, err := db.Write(t.Context(), batch(event.NewID(now), r))
	if err == nil || errors.Is(err, store.ErrRejected) {
		t.Errorf("got %v, want an error that is worth another try", err)
	}
}

// queryRow asks the database itself, as its owner.
func queryRow(t *testing.T, url, statement string, into ...any) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if err := conn.QueryRow(t.Context(), statement).Scan(into...); err != nil {
		t.Fatal(err)
	}
}

// execute runs a statement as the owner.
func execute(t *testing.T, url, statement string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}
