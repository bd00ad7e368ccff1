package query

import (
	"cmp"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) showStats(r *request) error {
	from, to, step := r.params.time("from"), r.params.time("to"), r.params.text("step")
	if err := r.params.done(); err != nil {
		return err
	}
	stats, err := a.db.Stats(r.ctx(), r.token.OrganizationID, r.project, from, to, cmp.Or(step, "hour"))
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, stats)
}

func (a *API) showDrops(r *request) error {
	from, to, step := r.params.time("from"), r.params.time("to"), r.params.text("step")
	if err := r.params.done(); err != nil {
		return err
	}
	drops, err := a.db.Drops(r.ctx(), r.token.OrganizationID, r.project, from, to, cmp.Or(step, "hour"))
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, drops)
}

func (a *API) showSessions(r *request) error {
	p := r.params
	f := store.SessionFilter{
		Project: r.project, From: p.time("from"), To: p.time("to"), Release: p.text("release"), Environment: p.text("environment"),
		Step: cmp.Or(p.text("step"), "hour"),
	}
	if err := p.done(); err != nil {
		return err
	}
	sessions, err := a.db.Sessions(r.ctx(), r.token.OrganizationID, f)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, sessions)
}
