package store

import (
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
)

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

// queueUsers inserts who met what, and leaves in newUsers who of them was new to each fingerprint.
func queueUsers(queue *pgx.Batch, rows []*Row, newUsers map[groupKey][]int64) {
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
		var user int64
		_, err := pgx.ForEachRow(rows, []any{&k.project, &fingerprint, &user}, func() error {
			k.fingerprint = fingerprint
			newUsers[k] = append(newUsers[k], user)
			return nil
		})
		return err
	})
}
