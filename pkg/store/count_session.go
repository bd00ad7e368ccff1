package store

import (
	_ "embed"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/upsert_sessions.sql
var upsertSessionsSQL string

// maxHourReleases bounds how many pairs of release and environment an hour of a project tells apart, for any client may
// name any. Two workers at once may go a batch beyond it.
const maxHourReleases = 200

// A releaseKey names an hour of a release.
type releaseKey struct {
	project              int64
	release, environment string
	hour                 time.Time
}

type releaseCount struct{ sessions, errored, crashed int64 }

// A markKey names a session that met an error, or crashed.
type markKey struct {
	id      event.ID
	project int64
	day     event.Day
	crashed bool
}

// queueSessions counts sessions. That one met an error is told with each of its updates: a mark in the tables sees
// to it that it counts once, however often its packs come. What began, and buckets, count with new packs.
func queueSessions(queue *pgx.Batch, b *Batch, states map[event.ID]packState) {
	counts, marks := map[releaseKey]*releaseCount{}, map[markKey]releaseKey{}
	for i := range b.Sidecars {
		a := &b.Sidecars[i]
		if a.Session == nil {
			continue
		}
		s := a.Session
		k := releaseKey{a.Project, s.Release, s.Environment, s.Started.UTC().Truncate(time.Hour)}
		single := !s.ID.IsZero()
		if single && s.Errored > 0 {
			marks[markKey{s.ID, a.Project, s.Day, false}] = k
		}
		if single && s.Crashed > 0 {
			marks[markKey{s.ID, a.Project, s.Day, true}] = k
		}
		if b.state(a.Pack, states) != packNew {
			continue
		}
		if counts[k] == nil {
			counts[k] = &releaseCount{}
		}
		counts[k].sessions += int64(s.Began)
		if !single {
			counts[k].errored += int64(s.Errored)
			counts[k].crashed += int64(s.Crashed)
		}
	}
	var m sessionMarks
	for k, of := range marks {
		m.add(k, of)
	}
	var h releaseHours
	for k, n := range counts {
		if *n != (releaseCount{}) {
			h.add(k, n)
		}
	}
	if len(m.ids)+len(h.hours) == 0 {
		return
	}
	queue.Queue(upsertSessionsSQL, m.projects, m.ids, m.days, m.crashed, m.releases, m.environments, m.hours,
		h.projects, h.releases, h.environments, h.hours, h.sessions, h.errored, h.crashed, maxHourReleases)
}

// sessionMarks are the arrays of the marks in a statement, which sorts them.
type sessionMarks struct {
	projects               []int64
	ids                    [][16]byte
	days                   []int32
	crashed                []bool
	releases, environments []string
	hours                  []time.Time
}

func (m *sessionMarks) add(k markKey, of releaseKey) {
	m.projects, m.ids = append(m.projects, k.project), append(m.ids, k.id)
	m.days, m.crashed = append(m.days, int32(k.day)), append(m.crashed, k.crashed)
	m.releases, m.environments, m.hours = append(m.releases, of.release), append(m.environments, of.environment), append(m.hours, of.hour)
}

// releaseHours are the arrays of the sums.
type releaseHours struct {
	projects                   []int64
	releases, environments     []string
	hours                      []time.Time
	sessions, errored, crashed []int64
}

func (h *releaseHours) add(k releaseKey, n *releaseCount) {
	h.projects, h.releases = append(h.projects, k.project), append(h.releases, k.release)
	h.environments, h.hours = append(h.environments, k.environment), append(h.hours, k.hour)
	h.sessions, h.errored, h.crashed = append(h.sessions, n.sessions), append(h.errored, n.errored), append(h.crashed, n.crashed)
}
