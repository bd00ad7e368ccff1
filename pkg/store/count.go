package store

import (
	"bytes"
	"cmp"
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// count moves every counter by what p made of the batch, and by nothing else: rows that are new add to
// issues, hours, users and minutes; what has no row (duplicates, expired, dead) counts only for packs that
// are written for the first time. Upserts are aggregated and sorted by key, issues last: they are the
// hottest rows, and their locks live for one statement and the commit.
func count(ctx context.Context, tx pgx.Tx, b *Batch, p *plan, states map[event.ID]packState) (Result, error) {
	minutes, result := countMinutes(b, p, states)
	groups := groupRows(p.fresh)
	queue := &pgx.Batch{}
	queueMinutes(queue, minutes)
	if len(groups) == 0 {
		if queue.Len() == 0 {
			return result, nil
		}
		if err := tx.SendBatch(ctx, queue).Close(); err != nil {
			return Result{}, fmt.Errorf("count minutes: %w", err)
		}
		return result, nil
	}
	issueOf, newUsers := map[groupKey]event.ID{}, map[groupKey]int64{}
	queueFingerprints(queue, groups, issueOf)
	queueHours(queue, p.fresh)
	queueUsers(queue, p.fresh, newUsers)
	if err := tx.SendBatch(ctx, queue).Close(); err != nil {
		return Result{}, fmt.Errorf("count events: %w", err)
	}
	n, err := upsertIssues(ctx, tx, groups, issueOf, newUsers)
	result.NewIssues = n
	return result, err
}

// A groupKey names a fingerprint of a project.
type groupKey struct {
	project     int64
	fingerprint event.ID
}

func compareGroups(a, b groupKey) int {
	return cmp.Or(cmp.Compare(a.project, b.project), bytes.Compare(a.fingerprint[:], b.fingerprint[:]))
}

type minuteKey struct {
	project int64
	minute  time.Time
}

type minuteCount struct{ events, duplicates, expired, dead int64 }

// countMinutes balances the ledger: every record of a pack that is new here adds one to one column. A new
// row of a pack that was here before was dead-lettered then, and moves from that column to events. One of a
// pack that is only looked at and still to come will be met as a duplicate then: that is taken off ahead.
func countMinutes(b *Batch, p *plan, states map[event.ID]packState) (map[minuteKey]*minuteCount, Result) {
	minutes := map[minuteKey]*minuteCount{}
	at := func(r *Row) *minuteCount {
		k := minuteKey{r.Project, r.Received.UTC().Truncate(time.Minute)}
		if minutes[k] == nil {
			minutes[k] = &minuteCount{}
		}
		return minutes[k]
	}
	state := func(r *Row) packState {
		if r.Pack == NoPack {
			return packKnown
		}
		return states[b.Packs[r.Pack].ID]
	}
	firstTime := func(r *Row) bool { return state(r) == packNew }
	var result Result
	for _, r := range p.fresh {
		result.Stored++
		m := at(r)
		m.events++
		switch state(r) {
		case packNew:
		case packAhead:
			m.duplicates--
		case packKnown:
			m.dead--
		}
	}
	for _, r := range p.known {
		result.Duplicates++
		if firstTime(r) {
			at(r).duplicates++
		}
	}
	for i := range b.Rows {
		r := &b.Rows[i]
		switch r.Outcome {
		case Insert:
		case Expired:
			result.Expired++
			if firstTime(r) {
				at(r).expired++
			}
		case Dead:
			result.Dead++
			if firstTime(r) {
				at(r).dead++
			}
		}
	}
	return minutes, result
}

//go:embed sql/upsert_minutes.sql
var upsertMinutesSQL string

func queueMinutes(queue *pgx.Batch, minutes map[minuteKey]*minuteCount) {
	if len(minutes) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(minutes), func(a, b minuteKey) int {
		return cmp.Or(cmp.Compare(a.project, b.project), a.minute.Compare(b.minute))
	})
	n := len(keys)
	projects, times := make([]int64, n), make([]time.Time, n)
	events, duplicates, expired, dead := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, k := range keys {
		m := minutes[k]
		projects[i], times[i] = k.project, k.minute
		events[i], duplicates[i], expired[i], dead[i] = m.events, m.duplicates, m.expired, m.dead
	}
	queue.Queue(upsertMinutesSQL, projects, times, events, duplicates, expired, dead)
}

//go:embed sql/upsert_hours.sql
var upsertHoursSQL string

func queueHours(queue *pgx.Batch, rows []*Row) {
	type hourKey struct {
		groupKey
		hour time.Time
	}
	hours := map[hourKey]int64{}
	for _, r := range rows {
		hours[hourKey{groupKey{r.Project, r.Fingerprint}, r.Received.UTC().Truncate(time.Hour)}]++
	}
	keys := slices.SortedFunc(maps.Keys(hours), func(a, b hourKey) int {
		return cmp.Or(compareGroups(a.groupKey, b.groupKey), a.hour.Compare(b.hour))
	})
	n := len(keys)
	projects, fingerprints, times, events := make([]int64, n), make([][16]byte, n), make([]time.Time, n), make([]int64, n)
	for i, k := range keys {
		projects[i], fingerprints[i], times[i], events[i] = k.project, k.fingerprint, k.hour, hours[k]
	}
	queue.Queue(upsertHoursSQL, projects, fingerprints, times, events)
}

//go:embed sql/insert_users.sql
var insertUsersSQL string

// queueUsers inserts who met what, and leaves in newUsers how many of them were new to each fingerprint.
func queueUsers(queue *pgx.Batch, rows []*Row, newUsers map[groupKey]int64) {
	type userKey struct {
		groupKey
		user int64
	}
	users := map[userKey]bool{}
	for _, r := range rows {
		if r.UserHash != nil {
			users[userKey{groupKey{r.Project, r.Fingerprint}, *r.UserHash}] = true
		}
	}
	if len(users) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(users), func(a, b userKey) int {
		return cmp.Or(compareGroups(a.groupKey, b.groupKey), cmp.Compare(a.user, b.user))
	})
	n := len(keys)
	projects, fingerprints, hashes := make([]int64, n), make([][16]byte, n), make([]int64, n)
	for i, k := range keys {
		projects[i], fingerprints[i], hashes[i] = k.project, k.fingerprint, k.user
	}
	queue.Queue(insertUsersSQL, projects, fingerprints, hashes).Query(func(rows pgx.Rows) error {
		var k groupKey
		var fingerprint [16]byte
		_, err := pgx.ForEachRow(rows, []any{&k.project, &fingerprint}, func() error {
			newUsers[groupKey{k.project, fingerprint}]++
			return nil
		})
		return err
	})
}
