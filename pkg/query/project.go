package query

import "time"

// projectView is a project as its readers see it.
type projectView struct {
	ID        int64     `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

func (a *API) listProjects(r *request) error {
	if err := r.params.done(); err != nil {
		return err
	}
	own, err := a.db.OwnProjects(r.ctx(), r.token.OrganizationID, r.project)
	if err != nil {
		return err
	}
	views := make([]projectView, len(own))
	for i, p := range own {
		views[i] = projectView{p.ID, p.Slug, p.Name, p.CreatedAt}
	}
	return answerList(a, r, "projects", views, "")
}
