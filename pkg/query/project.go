package query

import (
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) projectRoutes() {
	a.get("/api/v1/projects", "projects", a.listProjects).doc(doc{what: "The projects that one may see", list: "projects", gives: projectView{}})
	a.onWhole(http.MethodPost, "/api/v1/projects", "projects", access.Admin, a.createProject).doc(doc{
		what: "Makes a project with a first key", takes: projectBody{Slug: "shop", Name: "Shop", Origins: []string{"https://shop.example"}}, gives: madeProject{},
		status: http.StatusCreated, fails: []int{http.StatusConflict},
	})
	a.get("/api/v1/projects/:project", "project", a.showProject).doc(doc{what: "A project", gives: store.Project{}})
	a.on(http.MethodPatch, "/api/v1/projects/:project", "project", access.Admin, a.changeProject).doc(doc{
		what: "Changes a project", more: "What is absent stays. A `retention_days` or `rate` of 0 is that of the installation.",
		takes: store.ProjectChange{Name: new("The shop"), Rate: new(50)}, gives: store.Project{}, fails: []int{http.StatusConflict},
	})
	a.get("/api/v1/projects/:project/stats", "stats", a.showStats).doc(doc{
		what: "What became of the events, over time", query: params(window, stepParam), gives: store.Stats{},
	})
	a.get("/api/v1/projects/:project/turns", "turns", a.showTurns).doc(doc{
		what: "New and regressed issues over time", more: "An issue that came back several times counts by its last time.",
		query: params(window, enumParam("step", "length of a point of the series", "hour", "day")), gives: store.Turns{},
	})
	a.get("/api/v1/projects/:project/sessions", "sessions", a.showSessions).doc(doc{
		what: "Crash-free rates by release",
		more: "The release with most sessions first, at most 100. A rate is null without a session; the release without a name is all beyond the first 200 of an hour.",
		query: params(window, textParam("release", "of this release"), textParam("environment", "of this environment"),
			enumParam("step", "length of a point of the series", "hour", "day")),
		gives: store.Sessions{},
	})
	a.get("/api/v1/projects/:project/drops", "drops", a.showDrops).doc(doc{
		what:  "What was not kept, over time",
		more:  "By `source` (filter: ours; client: the SDK; edge: refused by ingest), `reason` and `category`.",
		query: params(window, stepParam), gives: store.Drops{},
	})
	a.get("/api/v1/projects/:project/filtered", "filtered", a.listFiltered).doc(doc{
		what:  "The last 50 events that each noise filter dropped, newest first",
		query: params(enumParam("reason", "by this filter", filter.Names()...), paged), list: "filtered", gives: store.Filtered{},
	})
	a.get("/api/v1/projects/:project/filtered/:reason/:event", "filtered_event", a.showFiltered).doc(doc{
		what: "One of them in full", gives: detail.Filtered{},
	})
	a.get("/api/v1/projects/:project/settings", "settings", a.showSettings).doc(doc{what: "The settings of a project", gives: project.Settings{}})
	a.on(http.MethodPut, "/api/v1/projects/:project/settings", "settings", access.Admin, a.setSettings).doc(doc{
		what: "Replaces the settings of a project, whole",
		more: "What is absent stands as shipped. Workers obey within seconds.", takes: settingsExample, gives: project.Settings{},
	})
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
