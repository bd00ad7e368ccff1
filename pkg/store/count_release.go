package store

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

// maxProjectReleases is how many releases of a project are kept: clients may name as many as they like. Workers that write at
// once may go over it by a few.
const maxProjectReleases = 10_000

type projectRelease struct {
	project int64
	release string
}

// releases remembers when releases that are in the table were first seen, at the latest. Safe for concurrent use.
type releases struct {
	mu    sync.Mutex
	first map[projectRelease]time.Time
}

// rememberedReleases bounds it, at some 200 bytes each; then it starts again.
const rememberedReleases = 20_000

// fresh returns the first receipt of each release of new rows that is not in the table, or not as of so early.
func (r *releases) fresh(rows []*Row) map[projectRelease]time.Time {
	told := map[projectRelease]time.Time{}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, row := range rows {
		if row.Event.Release == "" {
			continue
		}
		k := projectRelease{row.Project, row.Event.Release}
		if first, ok := r.first[k]; ok && !row.Received.Before(first) {
			continue
		}
		if first, ok := told[k]; !ok || row.Received.Before(first) {
			told[k] = row.Received
		}
	}
	return told
}

// wrote remembers what was committed.
func (r *releases) wrote(told map[projectRelease]time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.first == nil || len(r.first)+len(told) > rememberedReleases {
		r.first = map[projectRelease]time.Time{}
	}
	for k, at := range told {
		if first, ok := r.first[k]; !ok || at.Before(first) {
			r.first[k] = at
		}
	}
}

//go:embed sql/upsert_releases.sql
var upsertReleasesSQL string

// queueReleases writes down releases and when they were first seen.
func queueReleases(queue *pgx.Batch, told map[projectRelease]time.Time) {
	if len(told) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(told), func(a, b projectRelease) int {
		return cmp.Or(cmp.Compare(a.project, b.project), told[a].Compare(told[b]), cmp.Compare(a.release, b.release))
	})
	n := len(keys)
	projects, places, names, times := make([]int64, n), make([]int32, n), make([]string, n), make([]time.Time, n)
	for i, k := range keys {
		projects[i], names[i], times[i], places[i] = k.project, k.release, told[k], 1
		if i > 0 && keys[i-1].project == k.project {
			places[i] = places[i-1] + 1
		}
	}
	queue.Queue(upsertReleasesSQL, projects, names, times, places, maxProjectReleases)
}
