package pages

import (
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) releasesRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/projects/:project/releases", Name: "releases", Need: access.Read, Handle: p.showReleases}}
}

var releaseSpans = []choice{{"7d", "7 d", 7 * day}, {"24h", "24 h", day}, {"30d", "30 d", 30 * day}, {"90d", "90 d", 90 * day}}

// A releaseRow is a release with its sessions, where clients tell of any.
type releaseRow struct {
	store.Release
	Health store.Health
	Good   string // crash-free sessions in percent; empty without sessions
	Class  string // of that figure: good, warn or bad
}

// showReleases lists the releases of a project, newest first.
func (p *Pages) showReleases(r *Request) error {
	at := here(r, "range", "from", "to")
	s := readSpan(r.Params, at, releaseSpans)
	cursor := r.Params.Text("cursor")
	if err := r.Params.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	if s.To.IsZero() {
		s.To = time.Now().UTC()
	}
	if s.From.IsZero() {
		s.From = s.To.Add(-7 * day)
	}
	releases, next, err := p.DB.Releases(ctx, r.Org(), r.Project.ID, s.From, s.To, store.DefaultLimit, cursor)
	if err != nil {
		return err
	}
	sessions, err := p.DB.Sessions(ctx, r.Org(), store.SessionFilter{Project: r.Project.ID, From: s.From, To: s.To, Step: "day"})
	if err != nil {
		return err
	}
	health := map[string]store.Health{}
	for _, h := range sessions.Releases {
		health[h.Release] = h.Health
	}
	rows, most := make([]releaseRow, len(releases)), int64(0)
	for i, release := range releases {
		rows[i] = newReleaseRow(release, health[release.Release])
		most = max(most, release.Events)
	}
	data := map[string]any{"Span": s, "Rows": rows, "Most": most, "Sessions": len(health) > 0, "Paged": cursor != "", "First": at.URL(), "Next": ""}
	if next != "" {
		data["Next"] = at.With("cursor", next)
	}
	return p.show(r, "releases", data)
}

func newReleaseRow(release store.Release, h store.Health) releaseRow {
	row := releaseRow{Release: release, Health: h}
	if h.CrashFreeRate == nil {
		return row
	}
	row.Good = decimal(*h.CrashFreeRate*100) + " %"
	switch {
	case *h.CrashFreeRate >= 0.995:
		row.Class = "good"
	case *h.CrashFreeRate >= 0.98:
		row.Class = "warn"
	default:
		row.Class = "bad"
	}
	return row
}
