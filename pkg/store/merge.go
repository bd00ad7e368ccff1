package store

import (
	"context"
	_ "embed" // the statements
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Merging changes the map from fingerprints to issues, and moves the counters to where it points. Workers read the map and
// add to the counters in one transaction each, in which they share a lock: merging takes it alone, so that what it counts
// is all there is, and nothing moves meanwhile. It waits for the transactions under way and stops those behind it, so it
// gives up soon.
const mergeAlone = `set local lock_timeout = '3s'; ` + writeAlone

// MaxMerged bounds how many issues one holds that were merged into it.
const MaxMerged = 1000

// A sight is what an issue tells of its events beside their counts.
type sight struct {
	FirstSeen    time.Time `json:"first_seen"`
	LastSeen     time.Time `json:"last_seen"`
	Level        int16     `json:"level"`
	Title        string    `json:"title"`
	Type         string    `json:"type"`
	Culprit      string    `json:"culprit"`
	FirstRelease string    `json:"first_release"`
	LastRelease  string    `json:"last_release"`
}

// with is what two issues tell together, by the rules of upsert_issues.sql.
func (a sight) with(b sight) sight {
	if b.FirstSeen.Before(a.FirstSeen) {
		a.Title, a.Type, a.Culprit = b.Title, b.Type, b.Culprit
	}
	if a.FirstRelease == "" || b.FirstRelease != "" && b.FirstSeen.Before(a.FirstSeen) {
		a.FirstRelease = b.FirstRelease
	}
	if b.LastRelease != "" && (a.LastRelease == "" || !b.LastSeen.Before(a.LastSeen)) {
		a.LastRelease = b.LastRelease
	}
	if !b.LastSeen.Before(a.LastSeen) {
		a.Level, a.LastSeen = b.Level, b.LastSeen
	}
	if b.FirstSeen.Before(a.FirstSeen) {
		a.FirstSeen = b.FirstSeen
	}
	return a
}

// A relative is an issue of those that are merged or unmerged, as it was before.
type relative struct {
	id            event.ID
	into          *event.ID // what it is merged into
	title         string
	events, users int64
	sight
	own *sight // of its own fingerprints, where something is merged into it
}

// alone is what the issue tells of its own fingerprints.
func (r *relative) alone() sight {
	if r.own != nil {
		return *r.own
	}
	return r.sight
}

//go:embed sql/lock_family.sql
var lockFamilySQL string

// family locks issues and all that is merged into them.
func family(ctx context.Context, tx pgx.Tx, project int64, ids [][16]byte) (map[event.ID]*relative, error) {
	rows, err := tx.Query(ctx, lockFamilySQL, project, ids)
	if err != nil {
		return nil, err
	}
	found := map[event.ID]*relative{}
	_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (none struct{}, err error) {
		r := &relative{}
		var whole, own []byte
		var into *[16]byte
		if err = row.Scan((*[16]byte)(&r.id), &into, &r.title, &r.events, &r.users, &whole, &own); err != nil {
			return none, err
		}
		if err = json.Unmarshal(whole, &r.sight); err == nil && own != nil {
			err = json.Unmarshal(own, &r.own)
		}
		r.into = (*event.ID)(into)
		found[r.id] = r
		return none, err
	})
	return found, err
}

//go:embed sql/merge_fingerprints.sql
var mergeFingerprintsSQL string

// MergeIssues makes the fingerprints of issues count for into, with all that was merged into them before, and returns it as
// it is then. The error is ErrNotFound where one is not there or is merged already, ErrInvalid, ErrTimeout or ErrUnavailable
// (workers are writing: try again), wrapped, where it is not ours.
func (s *Store) MergeIssues(ctx context.Context, organization, project int64, by Actor, into event.ID, issues []event.ID) (merged Issue, err error) {
	ids, err := checkIssues(issues)
	if err == nil && slices.Contains(ids, [16]byte(into)) {
		err = invalid("ids", "other issues than the one they are merged into")
	}
	if err != nil {
		return Issue{}, fmt.Errorf("merge issues: %w", err)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, mergeAlone); err != nil {
			return err
		}
		all, err := family(ctx, tx, project, append([][16]byte{into}, ids...))
		if err != nil {
			return err
		}
		target := all[into]
		if target == nil || target.into != nil {
			return ErrNotFound
		}
		sum, moved := target.sight, []*relative{}
		entries, merges := []entry{}, []mergedIssue{}
		for _, id := range ids {
			r := all[id]
			if r == nil || r.into != nil {
				return ErrNotFound
			}
			sum = sum.with(r.sight)
			entries = append(entries, entry{r.id, "merge", mergeDetail{Into: &mergedIssue{into, target.title}}})
			merges = append(merges, mergedIssue{r.id, r.title})
		}
		for _, r := range all {
			if r.into == nil && r != target || r.into != nil && *r.into != into {
				moved = append(moved, r)
			}
		}
		if len(all)-1 > MaxMerged {
			return invalid("ids", "at most %d issues in one", MaxMerged)
		}
		if _, err := tx.Exec(ctx, mergeFingerprintsSQL, project, [16]byte(into), ids); err != nil {
			return err
		}
		for _, r := range moved {
			if err := r.set(ctx, tx, project, &into, nil, r.alone()); err != nil {
				return err
			}
		}
		own := target.alone()
		if err := target.count(ctx, tx, project); err != nil {
			return err
		}
		if err := target.set(ctx, tx, project, nil, &own, sum); err != nil {
			return err
		}
		entries = append(entries, entry{into, "merge", mergeDetail{Issues: merges}})
		if err := insertActivity(ctx, tx, project, by, entries); err != nil {
			return err
		}
		merged, err = oneIssue(ctx, tx, project, into)
		return err
	})
	return merged, wrap("merge issues", err)
}

// mergeDetail is what the activity holds of merging and unmerging.
type mergeDetail struct {
	Into   *mergedIssue  `json:"into,omitempty"`   // at what was merged
	From   *mergedIssue  `json:"from,omitempty"`   // at what was unmerged
	Issues []mergedIssue `json:"issues,omitempty"` // at the one that took or gave them
}

type mergedIssue struct {
	ID    event.ID `json:"id"`
	Title string   `json:"title"`
}

//go:embed sql/count_family.sql
var countFamilySQL string

// count counts the fingerprints that the issue has now.
func (r *relative) count(ctx context.Context, tx pgx.Tx, project int64) error {
	return tx.QueryRow(ctx, countFamilySQL, project, [16]byte(r.id)).Scan(&r.events, &r.users)
}

//go:embed sql/set_merged.sql
var setMergedSQL string

// set stores the issue's counts and where and what it is now.
func (r *relative) set(ctx context.Context, tx pgx.Tx, project int64, into *event.ID, own *sight, is sight) error {
	var ownText []byte
	if own != nil {
		var err error
		if ownText, err = json.Marshal(own); err != nil {
			return err
		}
	}
	_, err := tx.Exec(ctx, setMergedSQL, project, [16]byte(r.id), (*[16]byte)(into), ownText, r.events, r.users,
		is.FirstSeen, is.LastSeen, is.Level, is.Title, is.Type, is.Culprit, is.FirstRelease, is.LastRelease)
	return err
}

func oneIssue(ctx context.Context, tx pgx.Tx, project int64, id event.ID) (Issue, error) {
	found, err := issuesByID(ctx, tx, project, [][16]byte{id})
	if err == nil && len(found) == 0 {
		err = ErrNotFound
	}
	if err != nil {
		return Issue{}, err
	}
	return found[0], nil
}

//go:embed sql/merged_issues.sql
var mergedIssuesSQL string

// MergedIssues lists what was merged into an issue, at most 1,000: the counts are those of today, the rest is as it was when
// they were merged. An issue that is not there has none. The error is ErrTimeout or ErrUnavailable, wrapped, where it is not
// ours.
func (s *Store) MergedIssues(ctx context.Context, organization, project int64, into event.ID) (merged []Issue, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, mergedIssuesSQL, project, [16]byte(into), MaxMerged)
		if err != nil {
			return err
		}
		merged, err = pgx.CollectRows(rows, scanIssue)
		return err
	})
	return merged, wrap("list merged issues", err)
}
