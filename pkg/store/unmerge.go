package store

import (
	"context"
	_ "embed" // the statements
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/unmerge_fingerprints.sql
var unmergeFingerprintsSQL string

// UnmergeIssue makes what was merged an issue of its own again: merged is an issue whose MergedInto is set, else it is
// ErrInvalid. Both count exactly what their fingerprints have, and their seen times follow what has come since. It returns
// the issue as it is then, in the state in which it was merged. Other errors are those of MergeIssues.
func (s *Store) UnmergeIssue(ctx context.Context, organization, project int64, by Actor, merged event.ID) (again Issue, err error) {
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, mergeAlone); err != nil {
			return err
		}
		before, err := oneIssue(ctx, tx, project, merged)
		switch {
		case err != nil:
			return err
		case before.MergedInto == nil:
			return invalid("issue", "one that is merged into another")
		}
		all, err := family(ctx, tx, project, [][16]byte{*before.MergedInto})
		if err != nil {
			return err
		}
		child, parent := all[merged], all[*before.MergedInto]
		delete(all, merged)
		if _, err := tx.Exec(ctx, unmergeFingerprintsSQL, project, [16]byte(parent.id), [16]byte(merged)); err != nil {
			return err
		}
		if err := child.settle(ctx, tx, project, child.sight, nil); err != nil {
			return err
		}
		own, rest := parent.own, parent.alone()
		for _, r := range all {
			if r != parent {
				rest = rest.with(r.sight)
			}
		}
		if len(all) == 1 {
			own = nil
		}
		if err := parent.settle(ctx, tx, project, rest, own); err != nil {
			return err
		}
		if err := insertActivity(ctx, tx, project, by, []entry{
			{merged, "unmerge", mergeDetail{From: &mergedIssue{parent.id, parent.title}}},
			{parent.id, "unmerge", mergeDetail{Issues: []mergedIssue{{merged, child.title}}}},
		}); err != nil {
			return err
		}
		again, err = oneIssue(ctx, tx, project, merged)
		return err
	})
	return again, wrap("unmerge issue", err)
}

// settle counts the fingerprints that the issue has now, and stores it with what is known of it and what has come since.
func (r *relative) settle(ctx context.Context, tx pgx.Tx, project int64, known sight, own *sight) error {
	if err := r.count(ctx, tx, project); err != nil {
		return err
	}
	now, err := since(ctx, tx, project, r.id, known)
	if err != nil {
		return err
	}
	return r.set(ctx, tx, project, nil, own, now)
}

//go:embed sql/later_events.sql
var laterEventsSQL string

// since adds to what is known of an issue what the events of its fingerprints tell beside it. Of events that are not kept
// any more the hour is known.
func since(ctx context.Context, tx pgx.Tx, project int64, id event.ID, known sight) (sight, error) {
	_, before := days(known.FirstSeen, known.FirstSeen)
	after, _ := days(known.LastSeen, known.LastSeen)
	var first, last, hour *time.Time
	var firstRelease, lastRelease, laterFirst string
	var level int16
	err := tx.QueryRow(ctx, laterEventsSQL, project, [16]byte(id), known.FirstSeen, known.LastSeen, before, after).
		Scan(&first, &firstRelease, &last, &level, &lastRelease, &laterFirst, &hour)
	if err != nil {
		return known, err
	}
	now := known
	if now.FirstRelease == "" {
		now.FirstRelease = laterFirst
	}
	if firstRelease != "" {
		now.FirstRelease = firstRelease
	}
	if lastRelease != "" {
		now.LastRelease = lastRelease
	}
	if first != nil {
		now.FirstSeen = *first
	}
	if last != nil {
		now.LastSeen, now.Level = *last, level
	}
	if hour != nil && hour.After(now.LastSeen) {
		now.LastSeen = *hour
	}
	return now, nil
}
