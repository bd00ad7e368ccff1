package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// Health is what became of sessions.
type Health struct {
	Sessions int64 `json:"sessions"` // that began
	Errored  int64 `json:"errored"`  // of them, those that met an error, crashed ones included
	Crashed  int64 `json:"crashed"`  // of them, those that an unhandled error ended or hit
	// CrashFreeRate is 1 - crashed / sessions; nil without a session. Clients may tell of a crash and not of its
	// session's beginning: it is never below 0.
	CrashFreeRate *float64 `json:"crash_free_rate"`
}

func (h *Health) rate() {
	if h.Sessions > 0 {
		rate := 1 - float64(min(h.Crashed, h.Sessions))/float64(h.Sessions)
		h.CrashFreeRate = &rate
	}
}

func (h *Health) add(o Health) {
	h.Sessions += o.Sessions
	h.Errored += o.Errored
	h.Crashed += o.Crashed
}

// A HealthPoint is the sessions of one step.
type HealthPoint struct {
	Time time.Time `json:"time"` // its start
	Health
}

// ReleaseHealth is the sessions of one release. Series has a point for each step that has any.
type ReleaseHealth struct {
	Release string `json:"release"`
	Health
	Series []HealthPoint `json:"series"`
}

// Sessions is what became of the sessions of a project, the release with most of them first.
type Sessions struct {
	From     time.Time       `json:"from"`
	To       time.Time       `json:"to"`
	Step     string          `json:"step"`
	Releases []ReleaseHealth `json:"releases"`
	More     bool            `json:"more"` // there are further releases, with fewer sessions
}

// A SessionFilter says which sessions are asked for. Zero values ask for everything, but To is now and From 14 days
// before it; Step is hour or day.
type SessionFilter struct {
	Project     int64
	From, To    time.Time // of their beginning
	Release     string
	Environment string
	Step        string
}

// maxReleases bounds an answer: clients may name as many releases as they like.
const maxReleases = 100

//go:embed sql/sessions.sql
var sessionsSQL string

// Sessions counts sessions by release and step, of at most 100 releases. From and To are widened to whole steps in
// UTC. The error is ErrInvalid, ErrNotFound (of the project), ErrTimeout or ErrUnavailable, wrapped, where it is not
// ours.
func (s *Store) Sessions(ctx context.Context, organization int64, f SessionFilter) (Sessions, error) {
	w, _, err := stepped(f.From, f.To, 14*24*time.Hour, f.Step, "hour", "day")
	if err != nil {
		return Sessions{}, fmt.Errorf("count sessions: %w", err)
	}
	out := Sessions{From: w.from, To: w.to, Step: f.Step, Releases: []ReleaseHealth{}}
	err = s.read(ctx, organization, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sessionsSQL, f.Project, w.from, w.to, f.Step, f.Release, f.Environment, maxReleases+1)
		if err != nil {
			return err
		}
		var release string
		var p HealthPoint
		_, err = pgx.ForEachRow(rows, []any{&release, &p.Time, &p.Sessions, &p.Errored, &p.Crashed}, func() error {
			if n := len(out.Releases); n == 0 || out.Releases[n-1].Release != release {
				out.Releases = append(out.Releases, ReleaseHealth{Release: release})
			}
			last := &out.Releases[len(out.Releases)-1]
			point := p
			point.rate()
			last.Series = append(last.Series, point)
			last.add(p.Health)
			return nil
		})
		if err != nil || len(out.Releases) > 0 {
			return err
		}
		return visible(ctx, tx, f.Project)
	})
	if err != nil {
		return Sessions{}, fmt.Errorf("count sessions: %w", err)
	}
	if len(out.Releases) > maxReleases {
		out.Releases, out.More = out.Releases[:maxReleases], true
	}
	for i := range out.Releases {
		out.Releases[i].rate()
	}
	return out, nil
}
