package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/store"
)

func TestNewAndRegressedIssuesAreCountedByStep(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	noon := time.Date(2026, 3, 4, 12, 0, 0, 0, time.UTC)
	for n, i := range []struct {
		project int64
		first   time.Time
		back    *time.Time
		merged  bool
	}{
		{s.project, noon.Add(5 * time.Minute), nil, false},
		{s.project, noon.Add(59 * time.Minute), nil, false},
		{s.project, noon.Add(-time.Second), nil, false},                         // before
		{s.project, noon.Add(2 * time.Hour), nil, false},                        // behind
		{s.project, noon.Add(time.Minute), nil, true},                           // counts for another
		{s.project, noon.Add(-99 * time.Hour), new(noon.Add(time.Hour)), false}, // came back
		{other.project, noon.Add(time.Minute), nil, false},
	} {
		_, err := conn.Exec(t.Context(), `
			insert into trivet.issues (project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release, regressed_at, merged_into)
			values ($1, md5($2::int::text)::uuid, 1, 1, $3::timestamptz, greatest($3::timestamptz, $4::timestamptz), 40, 't', 't', 'c', '', '', $4::timestamptz, case when $5 then md5('x')::uuid end)`, i.project, n, i.first, i.back, i.merged)
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := db.IssueTurns(t.Context(), s.org, s.project, noon.Add(time.Minute), noon.Add(119*time.Minute), "hour")
	if err != nil || len(got.Series) != 2 || !got.From.Equal(noon) {
		t.Fatalf("%+v, %v", got, err)
	}
	if first, second := got.Series[0], got.Series[1]; first.New != 2 || first.Regressed != 0 || second.New != 0 || second.Regressed != 1 {
		t.Errorf("%+v", got.Series)
	}
	if _, err := db.IssueTurns(t.Context(), s.org, other.project, noon, noon.Add(time.Hour), "hour"); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another organization's: %v", err)
	}
	if _, err := db.IssueTurns(t.Context(), s.org, s.project, noon, noon.Add(time.Hour), "minute"); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("by minutes: %v", err)
	}
}
