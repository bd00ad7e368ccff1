package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/system"
)

func (a *API) systemRoutes() {
	a.onWhole(http.MethodGet, "/api/v1/system", "system", access.Admin, a.showSystem).doc(doc{
		what: "How the installation is", more: "Of all organizations together: a token of one project is refused.", gives: system.State{},
	})
}

// showSystem tells how the installation is.
func (a *API) showSystem(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	state := system.Look(r.ctx(), system.Source{DB: a.db, Queue: a.queue, Dir: a.dir})
	return a.answer(r.http, http.StatusOK, r.mask, state)
}
