package query

import (
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
)

func (a *API) projectRoutes() {
	a.get("/api/v1/projects", "projects", a.listProjects)
	a.get("/api/v1/projects/:project/stats", "stats", a.showStats)
	a.get("/api/v1/projects/:project/sessions", "sessions", a.showSessions)
	a.get("/api/v1/projects/:project/drops", "drops", a.showDrops)
	a.get("/api/v1/projects/:project/filtered", "filtered", a.listFiltered)
	a.get("/api/v1/projects/:project/filtered/:reason/:event", "filtered_event", a.showFiltered)
	a.get("/api/v1/projects/:project/settings", "settings", a.showSettings)
	a.on(http.MethodPut, "/api/v1/projects/:project/settings", "settings", access.Admin, a.setSettings)
}

// projectView is a project as its readers see it.
type projectView struct {
	ID        int64     `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

func (a *API) listProjects(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	own, err := a.db.OwnProjects(r.ctx(), r.org(), r.project)
	if err != nil {
		return err
	}
	views := make([]projectView, len(own))
	for i, p := range own {
		views[i] = projectView{p.ID, p.Slug, p.Name, p.CreatedAt}
	}
	return answerList(a, r, "projects", views, "")
}
