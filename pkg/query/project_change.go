package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) showProject(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	p, err := a.db.OwnProject(r.ctx(), r.org(), r.project)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, p)
}

// projectBody is a project to be made.
type projectBody struct {
	Slug          string   `json:"slug"`
	Name          string   `json:"name,omitempty"`           // the slug where it is empty
	Origins       []string `json:"origins,omitempty"`        // whose pages may send; none means all
	RetentionDays *int     `json:"retention_days,omitempty"` // as the installation keeps where it is absent
	Rate          *int     `json:"rate,omitempty"`           // events a second; the installation's where it is absent
}

// madeProject is a project with the key it was made with.
type madeProject struct {
	store.Project
	Key store.Key `json:"key"`
}

func (a *API) createProject(r *request) error {
	body, err := takeBody[projectBody](r)
	if err != nil {
		return err
	}
	p, key, err := a.db.CreateOwnProject(r.ctx(), r.org(), r.viewer.Actor(), store.Project{
		Slug: body.Slug, Name: body.Name, Origins: body.Origins, RetentionDays: body.RetentionDays, Rate: body.Rate,
	})
	if err != nil {
		return err
	}
	a.tellEdges(r)
	return a.answer(r.http, http.StatusCreated, r.mask, madeProject{p, key})
}

func (a *API) changeProject(r *request) error {
	change, err := takeBody[store.ProjectChange](r)
	if err != nil {
		return err
	}
	p, err := a.db.ChangeOwnProject(r.ctx(), r.org(), r.viewer.Actor(), r.project, change)
	if err != nil {
		return err
	}
	a.tellEdges(r)
	return a.answer(r.http, http.StatusOK, r.mask, p)
}
