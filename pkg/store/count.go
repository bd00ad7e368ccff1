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
// issues, hours, users and minutes; what has no row (duplicates, filtered, expired, dead) counts only for packs
// that are written for the first time. Upserts are aggregated and sorted by key, and the tables are taken in the
// order of this function, or two workers would deadlock; issues last: they are the hottest rows, and their locks
// live for one statement and the commit.
func count(ctx context.Context, tx pgx.Tx, b *Batch, p *plan, states map[event.ID]packState) (Result, map[groupKey]event.ID, error) {
	minutes, result := countMinutes(b, p, states)
	groups := groupRows(p.fresh)
	queue := &pgx.Batch{}
	queueMinutes(queue, minutes)
	if result.Filtered > 0 || len(b.Sidecars) > 0 {
		queueDrops(queue, b, states)
		queueSamples(queue, b, states)
		queueSessions(queue, b, states)
		queueAttachments(queue, b)
		queueFeedback(queue, b)
	}
	if len(groups) == 0 {
		if queue.Len() == 0 {
			return result, nil, nil
		}
		if err := tx.SendBatch(ctx, queue).Close(); err != nil {
			return Result{}, nil, fmt.Errorf("count minutes: %w", err)
		}
		return result, nil, nil
	}
	issueOf, newUsers := map[groupKey]event.ID{}, map[groupKey][]int64{}
	queueFingerprints(queue, groups, issueOf)
	queueHours(queue, p.fresh)
	queueUsers(queue, p.fresh, newUsers)
	queueDayUsers(queue, p.users)
	queueWords(queue, p.found, p.now)
	queueReleases(queue, p.releases)
	if err := tx.SendBatch(ctx, queue).Close(); err != nil {
		return Result{}, nil, fmt.Errorf("count events: %w", err)
	}
	n, due, err := upsertIssues(ctx, tx, groups, issueOf, newUsers)
	if err != nil {
		return Result{}, nil, err
	}
	result.NewIssues = n
	result.Reopened, err = reopen(ctx, tx, due, p.fresh, issueOf)
	return result, issueOf, err
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

type minuteCount struct{ events, duplicates, filtered, expired, dead, moved int64 }

// countMinutes balances the ledger: every event of a pack that is new here adds one to one column. A new
// row that came by itself was dead-lettered, and moves from that column to events. One of a pack that was here
// before may have been that or filtered: it moves from where there is one. One of a pack that is only looked at
// and still to come will be met as a duplicate then: that is taken off ahead.
func countMinutes(b *Batch, p *plan, states map[event.ID]packState) (map[minuteKey]*minuteCount, Result) {
	minutes := map[minuteKey]*minuteCount{}
	at := func(r *Row) *minuteCount {
		k := minuteKey{r.Project, r.Received.UTC().Truncate(time.Minute)}
		if minutes[k] == nil {
			minutes[k] = &minuteCount{}
		}
		return minutes[k]
	}
	firstTime := func(r *Row) bool { return b.state(r.Pack, states) == packNew }
	var result Result
	for _, r := range p.fresh {
		result.Stored++
		m := at(r)
		m.events++
		switch b.state(r.Pack, states) {
		case packNew:
		case packAhead:
			m.duplicates--
		case packKnown:
			if r.Pack == NoPack {
				m.dead--
			} else {
				m.moved++
			}
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
		case Noise:
			result.Filtered++
			if firstTime(r) {
				at(r).filtered++
			}
		}
	}
	return minutes, result
}

//go:embed sql/upsert_minutes.sql
var upsertMinutesSQL string

//go:embed sql/move_minutes.sql
var moveMinutesSQL string

func queueMinutes(queue *pgx.Batch, minutes map[minuteKey]*minuteCount) {
	if len(minutes) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(minutes), func(a, b minuteKey) int {
		return cmp.Or(cmp.Compare(a.project, b.project), a.minute.Compare(b.minute))
	})
	n := len(keys)
	projects, times := make([]int64, n), make([]time.Time, n)
	events, duplicates, filtered := make([]int64, n), make([]int64, n), make([]int64, n)
	expired, dead, moved := make([]int64, n), make([]int64, n), make([]int64, n)
	anyMoved := false
	for i, k := range keys {
		m := minutes[k]
		projects[i], times[i] = k.project, k.minute
		events[i], duplicates[i], filtered[i] = m.events, m.duplicates, m.filtered
		expired[i], dead[i], moved[i] = m.expired, m.dead, m.moved
		anyMoved = anyMoved || m.moved > 0
	}
	queue.Queue(upsertMinutesSQL, projects, times, events, duplicates, filtered, expired, dead)
	if anyMoved {
		queue.Queue(moveMinutesSQL, projects, times, moved)
	}
}
