package query

import (
	"net/http"
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/filter"
)

func (a *API) listFiltered(r *request) error {
	reason, limit, cursor := r.params.Text("reason"), r.params.Limit(), r.params.Text("cursor")
	if names := filter.Names(); reason != "" && !slices.Contains(names, reason) {
		r.params.Wrong("reason", strings.Join(names, ", "))
	}
	if err := r.params.Done(); err != nil {
		return err
	}
	found, next, err := a.db.Filtered(r.ctx(), r.org(), r.project, reason, limit, cursor)
	if err != nil {
		return err
	}
	return answerList(a, r, "filtered", found, next)
}

func (a *API) showFiltered(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	id, err := r.pathID("event")
	if err != nil {
		return err
	}
	found, err := a.detail.Filtered(r.ctx(), r.org(), r.project, r.http.Param("reason"), id)
	if err != nil {
		return err
	}
	if err := a.answer(r.http, http.StatusOK, r.mask, found); err == nil {
		return nil
	}
	return a.answer(r.http, http.StatusOK, r.mask, found.Listed()) // some part of it that should be JSON is none
}
