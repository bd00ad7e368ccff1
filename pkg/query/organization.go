package query

import (
	"context"
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/provision"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (a *API) organizationRoutes() {
	const path = "/api/v1/organization"
	a.onWhole(http.MethodGet, path, "organization", access.Read, a.showOrganization).doc(doc{what: "The organization that one belongs to", gives: store.Organization{}})
	a.onWhole(http.MethodPatch, path, "organization", access.Admin, a.renameOrganization).doc(doc{
		what: "Gives the organization another name", takes: organizationBody{Name: "Acme"}, gives: store.Organization{},
	})
	a.onWhole(http.MethodGet, "/api/v1/audit", "audit", access.Admin, a.listAudit).doc(doc{
		what: "What was changed in the organization, newest first", more: "Entries are never changed nor deleted.",
		query: params(textParam("action", "noun.verb, or a noun alone"), window, paged), list: "audit", gives: store.AuditEntry{},
	})
}

// onWhole adds a route about all of an organization: a token of one project is refused, whatever its scopes.
func (a *API) onWhole(method, path, name string, need access.Permission, handle func(*request) error) *operation {
	o := a.on(method, path, name, need, func(r *request) error {
		if r.viewer.Project != 0 {
			return web.Refused(web.ErrScope, "a token of the whole organization is needed here")
		}
		return handle(r)
	})
	o.whole = true
	return o
}

func (a *API) showOrganization(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	o, err := a.db.OwnOrganization(r.ctx(), r.org())
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, o)
}

type organizationBody struct {
	Name string `json:"name"`
}

func (a *API) renameOrganization(r *request) error {
	body, err := takeBody[organizationBody](r)
	if err != nil {
		return err
	}
	o, err := a.db.RenameOwnOrganization(r.ctx(), r.org(), r.viewer.Actor(), body.Name)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusOK, r.mask, o)
}

func (a *API) listAudit(r *request) error {
	p := r.params
	f := store.AuditFilter{Action: p.Text("action"), From: p.Time("from"), To: p.Time("to"), Limit: p.Limit(), Cursor: p.Text("cursor")}
	if err := p.Done(); err != nil {
		return err
	}
	entries, next, err := a.db.Audit(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return answerList(a, r, "audit", entries, next)
}

// takeBody reads the body of a route that takes no parameters.
func takeBody[T any](r *request) (body T, err error) {
	if err := r.params.Done(); err != nil {
		return body, err
	}
	return decodeBody[T](r, maxBody)
}

// tellTimeout bounds the copying of the directory within a request.
const tellTimeout = 3 * time.Second

// tellEdges copies keys and tokens that have just changed to where the edges read them. Where that fails the change
// stands, and the reconciler copies it within a minute.
func (a *API) tellEdges(r *request) {
	if a.queue == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.ctx()), tellTimeout)
	defer cancel()
	if _, err := provision.SyncDirectory(ctx, a.db, a.queue); err != nil {
		a.log.Warn().Err(err).Msg("edges not told of a change; they know within a minute")
	}
}
