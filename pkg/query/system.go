package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/system"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (a *API) systemRoutes() {
	a.on(http.MethodGet, "/api/v1/system", "system", access.Admin, a.showSystem).doc(doc{
		what: "How the installation is", more: "Of all organizations together: a token of one project is refused.", gives: system.State{},
	})
}

// showSystem tells how the installation is. It is of all organizations together, so a token of one project gets nothing.
func (a *API) showSystem(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	if r.viewer.Project != 0 {
		return web.Refused(web.ErrScope, "a token of the whole organization is needed here")
	}
	state := system.Look(r.ctx(), system.Source{DB: a.db, Queue: a.queue, Dir: a.dir})
	return a.answer(r.http, http.StatusOK, r.mask, state)
}
