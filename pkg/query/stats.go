package query

import (
	"cmp"
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) showStats(r *request) error {
	from, to, step := r.params.Time("from"), r.params.Time("to"), r.params.Text("step")
	if err := r.params.Done(); err != nil {
		return err
	}
	stats, err := a.db.Stats(r.ctx(), r.org(), r.project, from, to, cmp.Or(step, "hour"))
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, stats)
}

func (a *API) showTurns(r *request) error {
	from, to, step := r.params.Time("from"), r.params.Time("to"), r.params.Text("step")
	if err := r.params.Done(); err != nil {
		return err
	}
	turns, err := a.db.IssueTurns(r.ctx(), r.org(), r.project, from, to, cmp.Or(step, "hour"))
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, turns)
}

func (a *API) showDrops(r *request) error {
	from, to, step := r.params.Time("from"), r.params.Time("to"), r.params.Text("step")
	if err := r.params.Done(); err != nil {
		return err
	}
	drops, err := a.db.Drops(r.ctx(), r.org(), r.project, from, to, cmp.Or(step, "hour"))
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, drops)
}

func (a *API) showSessions(r *request) error {
	p := r.params
	f := store.SessionFilter{
		Project: r.project, From: p.Time("from"), To: p.Time("to"), Release: p.Text("release"), Environment: p.Text("environment"),
		Step: cmp.Or(p.Text("step"), "hour"),
	}
	if err := p.Done(); err != nil {
		return err
	}
	sessions, err := a.db.Sessions(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, sessions)
}
