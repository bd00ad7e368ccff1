package query

import "net/http"

func (a *API) showGrouping(r *request) error {
	id, day, err := r.pathDay("event")
	if err != nil {
		return err
	}
	why, err := a.detail.Grouping(r.ctx(), r.org(), r.project, id, day)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, why)
}
