package store

import (
	"context"
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A group is what the new rows of one fingerprint add to its issue.
type group struct {
	groupKey
	version     int16
	events      int64
	first, last *Row // by receipt
	firstNamed  *Row // the first and last that name a release, nil when none does
	lastNamed   *Row
	earlier     []event.ID // what earlier groupings made of its events, see maxEarlier
}

// maxEarlier bounds how many issues of earlier groupings are looked for: a new version may join many.
const maxEarlier = 16

// groupRows gathers new rows by fingerprint, sorted.
func groupRows(rows []*Row) []*group {
	byKey := map[groupKey]*group{}
	for _, r := range rows {
		k := groupKey{r.Project, r.Fingerprint}
		g := byKey[k]
		if g == nil {
			g = &group{groupKey: k, version: r.Version, first: r, last: r}
			byKey[k] = g
		}
		g.events++
		for _, id := range r.Earlier {
			if len(g.earlier) < maxEarlier && id != k.fingerprint && !slices.Contains(g.earlier, id) {
				g.earlier = append(g.earlier, id)
			}
		}
		if r.Received.Before(g.first.Received) {
			g.first = r
		}
		if !r.Received.Before(g.last.Received) {
			g.last = r
		}
		if r.Event.Release == "" {
			continue
		}
		if g.firstNamed == nil || r.Received.Before(g.firstNamed.Received) {
			g.firstNamed = r
		}
		if g.lastNamed == nil || !r.Received.Before(g.lastNamed.Received) {
			g.lastNamed = r
		}
	}
	return slices.SortedFunc(maps.Values(byKey), func(a, b *group) int { return compareGroups(a.groupKey, b.groupKey) })
}

//go:embed sql/insert_fingerprints.sql
var insertFingerprintsSQL string

//go:embed sql/select_fingerprints.sql
var selectFingerprintsSQL string

// queueFingerprints makes sure that every fingerprint belongs to an issue, a new one to that of an earlier
// grouping or else to one of its own, and leaves the map in issueOf.
func queueFingerprints(queue *pgx.Batch, groups []*group, issueOf map[groupKey]event.ID) {
	n := len(groups)
	projects, fingerprints, versions := make([]int64, n), make([][16]byte, n), make([]int16, n)
	of, ofProjects, earlier := []int32{}, []int64{}, [][16]byte{}
	for i, g := range groups {
		projects[i], fingerprints[i], versions[i] = g.project, g.fingerprint, g.version
		for _, id := range g.earlier {
			of, ofProjects, earlier = append(of, int32(i+1)), append(ofProjects, g.project), append(earlier, id)
		}
	}
	queue.Queue(insertFingerprintsSQL, projects, fingerprints, versions, of, ofProjects, earlier)
	queue.Queue(selectFingerprintsSQL, projects, fingerprints).Query(func(rows pgx.Rows) error {
		var project int64
		var fingerprint, issue [16]byte
		_, err := pgx.ForEachRow(rows, []any{&project, &fingerprint, &issue}, func() error {
			issueOf[groupKey{project, fingerprint}] = issue
			return nil
		})
		return err
	})
}

//go:embed sql/upsert_issues.sql
var upsertIssuesSQL string

// issueRows are the arrays of one upsert, an element for each issue.
type issueRows struct {
	projects                                             []int64
	issues                                               [][16]byte
	events, users                                        []int64
	firstSeen, lastSeen                                  []time.Time
	levels                                               []int16
	titles, types, culprits, firstReleases, lastReleases []string
}

// upsertIssues adds the groups to their issues, and who is new to one once. It returns how many issues are new, and which may have to be reopened.
func upsertIssues(ctx context.Context, tx pgx.Tx, groups []*group, issueOf map[groupKey]event.ID, newUsers map[groupKey][]int64) (created int, due []groupKey, err error) {
	byIssue := map[groupKey]*group{}
	users := map[groupKey]int64{}
	for _, g := range groups {
		issue, ok := issueOf[g.groupKey]
		if !ok {
			return 0, nil, fmt.Errorf("upsert issues: fingerprint %s of project %d is not in the map", g.fingerprint, g.project)
		}
		k := groupKey{g.project, issue}
		users[k] += int64(len(newUsers[g.groupKey]))
		if byIssue[k] == nil {
			byIssue[k] = g
		} else {
			byIssue[k] = joinGroups(byIssue[k], g) // fingerprints of a merged issue
		}
	}
	var rows issueRows
	for _, k := range slices.SortedFunc(maps.Keys(byIssue), compareGroups) {
		rows.add(k, byIssue[k], users[k])
	}
	queue := &pgx.Batch{}
	queue.Queue(upsertIssuesSQL, rows.projects, rows.issues, rows.events, rows.users, rows.firstSeen, rows.lastSeen,
		rows.levels, rows.titles, rows.types, rows.culprits, rows.firstReleases, rows.lastReleases).Query(func(result pgx.Rows) error {
		var isNew bool
		var project *int64
		var issue *[16]byte
		_, err := pgx.ForEachRow(result, []any{&isNew, &project, &issue}, func() error {
			if isNew {
				created++
			}
			if project != nil {
				due = append(due, groupKey{*project, *issue})
			}
			return nil
		})
		return err
	})
	queueSettle(queue, issueOf, newUsers, users)
	if err := tx.SendBatch(ctx, queue).Close(); err != nil {
		return 0, nil, fmt.Errorf("upsert issues: %w", err)
	}
	return created, due, nil
}

func (r *issueRows) add(k groupKey, g *group, users int64) {
	r.projects, r.issues = append(r.projects, k.project), append(r.issues, k.fingerprint)
	r.events, r.users = append(r.events, g.events), append(r.users, users)
	r.firstSeen, r.lastSeen = append(r.firstSeen, g.first.Received), append(r.lastSeen, g.last.Received)
	r.levels = append(r.levels, int16(g.last.Event.Level))
	r.titles, r.types = append(r.titles, g.first.Title), append(r.types, g.first.Event.Type)
	r.culprits = append(r.culprits, g.first.Event.Culprit)
	first, last := "", ""
	if g.firstNamed != nil {
		first, last = g.firstNamed.Event.Release, g.lastNamed.Event.Release
	}
	r.firstReleases, r.lastReleases = append(r.firstReleases, first), append(r.lastReleases, last)
}

func joinGroups(a, b *group) *group {
	out := *a
	out.events += b.events
	if b.first.Received.Before(out.first.Received) {
		out.first = b.first
	}
	if b.last.Received.After(out.last.Received) {
		out.last = b.last
	}
	if out.firstNamed == nil || b.firstNamed != nil && b.firstNamed.Received.Before(out.firstNamed.Received) {
		out.firstNamed = b.firstNamed
	}
	if out.lastNamed == nil || b.lastNamed != nil && b.lastNamed.Received.After(out.lastNamed.Received) {
		out.lastNamed = b.lastNamed
	}
	return &out
}
