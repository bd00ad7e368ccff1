package faults

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// answers are the tables that readers of counts, users and releases ask, beside those of issues.
type answers struct {
	fields   map[fieldKey]int64
	dayUsers map[dayUser]int64
	releases map[releaseKey]time.Time
	untold   int64 // fingerprints without a text, or without words
}

type fieldKey struct {
	project int64
	hour    time.Time
	field   int16
	text    string
}

type dayUser struct {
	project int64
	day     event.Day
	user    int64
}

type releaseKey struct {
	project int64
	release string
}

func newAnswers() answers {
	return answers{fields: map[fieldKey]int64{}, dayUsers: map[dayUser]int64{}, releases: map[releaseKey]time.Time{}}
}

// readAnswers reads them. Counts of an hour may lie in several rows.
func (f *tables) readAnswers(ctx context.Context, tx pgx.Tx) error {
	var field fieldKey
	var user dayUser
	var release releaseKey
	var day int32
	var n int64
	var at time.Time
	for _, table := range []struct {
		sql  string
		into []any
		keep func()
	}{
		{
			`select c.project_id, c.hour, u.field, u.text, u.n from trivet.field_counts c cross join lateral unnest(c.fields, c.texts, c.counts) as u (field, text, n)`,
			[]any{&field.project, &field.hour, &field.field, &field.text, &n},
			func() { field.hour = field.hour.UTC(); f.fields[field] += n },
		},
		{
			`select distinct u.project_id, u.day - date '1970-01-01', h.user_hash from trivet.project_users u cross join lateral unnest(u.hashes) h (user_hash)`,
			[]any{&user.project, &day, &user.user},
			func() { user.day = event.Day(day); f.dayUsers[user]++ },
		},
		{
			`select project_id, release, first_seen from trivet.releases`,
			[]any{&release.project, &release.release, &at},
			func() { f.releases[release] = at.UTC() },
		},
		{
			`select count(*) from trivet.issue_fingerprints f where not exists (
				select from trivet.issue_texts t where t.project_id = f.project_id and t.fingerprint = f.fingerprint
			) or not exists (
				select from trivet.issue_words w where w.project_id = f.project_id and w.fingerprint = f.fingerprint
			)`,
			[]any{&f.untold},
			func() {},
		},
	} {
		if err := each(ctx, tx, table.sql, table.into, table.keep); err != nil {
			return err
		}
	}
	return nil
}

// checkAnswers counts fields, users and releases from the rows.
func checkAnswers(found *tables, f *findings) {
	want := newAnswers()
	for i := range found.rows {
		r := &found.rows[i]
		hour := r.received.UTC().Truncate(time.Hour)
		for field, text := range r.fields {
			want.fields[fieldKey{r.project, hour, int16(field + 1), text}]++
		}
		if r.user != nil {
			want.dayUsers[dayUser{r.project, event.DayOf(r.received), *r.user}] = 1
		}
		if k := (releaseKey{r.project, r.fields[1]}); k.release != "" {
			if at, ok := want.releases[k]; !ok || r.received.Before(at) {
				want.releases[k] = r.received.UTC()
			}
		}
	}
	differ(want.fields, found.fields, func(k fieldKey, want, got int64) {
		f.add(wrongField, "field %d of project %d at %v says %d for %q, want %d", k.field, k.project, k.hour, got, k.text, want)
	})
	differ(want.dayUsers, found.dayUsers, func(k dayUser, want, got int64) {
		f.add(wrongUsers, "user %d of project %d is listed %d times on %v, want %d", k.user, k.project, got, k.day, want)
	})
	differ(want.releases, found.releases, func(k releaseKey, want, got time.Time) {
		f.add(wrongRelease, "release %q of project %d was first seen at %v, want %v", k.release, k.project, got, want)
	})
	if found.untold > 0 {
		f.add(wrongWords, "%d fingerprints", found.untold)
	}
}
