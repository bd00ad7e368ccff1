package store

import (
	"cmp"
	"context"
	_ "embed" // the statements
	"fmt"
	"maps"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/insert_project_users.sql
var insertProjectUsersSQL string

type dayUser struct {
	project int64
	day     int32
	user    int64
}

// dayUsers returns who met an error on a day, and is not known to be in the table.
func (m *memory) dayUsers(rows []*Row) map[dayUser]uint64 {
	users := map[dayUser]uint64{}
	for _, r := range rows {
		if r.UserHash == nil {
			continue
		}
		u := dayUser{r.Project, int32(r.Received.Unix() / (24 * 60 * 60)), *r.UserHash} // no event is older than 1970
		hash := m.seen.hash(uint64(u.project), uint64(u.day), uint64(u.user))           // any 64 bits will do
		if !m.seen.has(hash) {
			users[u] = hash
		}
	}
	return users
}

func queueDayUsers(queue *pgx.Batch, users map[dayUser]uint64) {
	if len(users) == 0 {
		return
	}
	keys := slices.SortedFunc(maps.Keys(users), func(a, b dayUser) int {
		return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.day, b.day), cmp.Compare(a.user, b.user))
	})
	n := len(keys)
	var projects []int64
	var days, lows, highs []int32
	hashes := make([]int64, n)
	for i, k := range keys {
		if hashes[i] = k.user; i == 0 || k.project != keys[i-1].project || k.day != keys[i-1].day {
			projects, days, lows, highs = append(projects, k.project), append(days, k.day), append(lows, int32(i+1)), append(highs, 0) // a batch holds thousands
		}
		highs[len(highs)-1] = int32(i + 1)
	}
	queue.Queue(insertProjectUsersSQL, projects, days, hashes, lows, highs)
}

//go:embed sql/sum_project_users.sql
var sumProjectUsersSQL string

// sumDays bounds how many days of projects one statement sums up.
const sumDays = 50

// SumDayUsers makes one row of what batches have appended of a day of a project before today, and returns how many days it
// summed up. One process at a time should do it.
func (s *Store) SumDayUsers(ctx context.Context, today event.Day) (days int64, err error) {
	for {
		tag, err := s.db.Exec(ctx, sumProjectUsersSQL, sumDays, int32(today))
		if err != nil {
			return days, fmt.Errorf("sum users of days: %w", explain(err))
		}
		days += tag.RowsAffected()
		if tag.RowsAffected() < sumDays {
			return days, nil
		}
	}
}
