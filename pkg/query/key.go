package query

import (
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) keyRoutes() {
	const keys, tokens = "/api/v1/projects/:project/keys", "/api/v1/tokens"
	a.get(keys, "keys", a.listKeys).doc(doc{what: "The keys of a project, revoked ones too, oldest first", list: "keys", gives: store.Key{}})
	a.on(http.MethodPost, keys, "keys", access.Admin, a.createKey).doc(doc{
		what: "Makes another key of a project", takes: keyBody{Label: "web"}, gives: store.Key{}, status: http.StatusCreated,
	})
	a.on(http.MethodDelete, keys+"/:key", "key", access.Admin, a.revokeKey).doc(doc{
		what: "Revokes a key", more: "Ingest refuses it within seconds. It stays in the list.", gives: store.Key{},
	})
	a.onWhole(http.MethodGet, tokens, "tokens", access.Admin, a.listTokens).doc(doc{
		what: "The tokens of the organization, revoked ones too, oldest first", list: "tokens", gives: store.Token{},
	})
	a.onWhole(http.MethodPost, tokens, "tokens", access.Admin, a.createToken).doc(doc{
		what: "Makes a token", more: "Its secret is in the answer this once. A token makes none that may do more, or for longer, than itself.",
		takes: tokenBody{Label: "dashboard", Scopes: []string{store.ScopeRead}}, gives: madeToken{}, status: http.StatusCreated, fails: []int{http.StatusNotFound},
	})
	a.onWhole(http.MethodDelete, tokens+"/:token", "token", access.Admin, a.revokeToken).doc(doc{
		what: "Revokes a token", more: "It may read for 30 seconds more. It stays in the list.", gives: store.Token{},
	})
}

func (a *API) listKeys(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	keys, err := a.db.OwnKeys(r.ctx(), r.org(), r.project)
	if err != nil {
		return err
	}
	return answerList(a, r, "keys", keys, "")
}

type keyBody struct {
	Label string `json:"label,omitempty"`
}

func (a *API) createKey(r *request) error {
	body, err := takeBody[keyBody](r)
	if err != nil {
		return err
	}
	key, err := a.db.CreateOwnKey(r.ctx(), r.org(), r.viewer.Actor(), r.project, body.Label)
	if err != nil {
		return err
	}
	a.tellEdges(r)
	return a.answer(r.http, http.StatusCreated, r.mask, key)
}

func (a *API) revokeKey(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	key, err := a.db.RevokeOwnKey(r.ctx(), r.org(), r.viewer.Actor(), r.project, r.http.Param("key"))
	if err != nil {
		return err
	}
	a.tellEdges(r)
	return a.answer(r.http, http.StatusOK, r.mask, key)
}

func (a *API) listTokens(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	tokens, err := a.db.OwnTokens(r.ctx(), r.org())
	if err != nil {
		return err
	}
	return answerList(a, r, "tokens", tokens, "")
}

// tokenBody is a token to be made.
type tokenBody struct {
	Label     string     `json:"label,omitempty"`
	Scopes    []string   `json:"scopes"`
	ProjectID int64      `json:"project_id,omitempty"` // 0: all of the organization
	ExpiresAt *time.Time `json:"expires_at,omitempty"` // never where it is absent
}

// madeToken is a token with its secret, which is shown this once.
type madeToken struct {
	store.Token
	Secret string `json:"token"`
}

func (a *API) createToken(r *request) error {
	body, err := takeBody[tokenBody](r)
	if err != nil {
		return err
	}
	t := store.Token{Label: body.Label, Scopes: body.Scopes, ProjectID: body.ProjectID, ExpiresAt: body.ExpiresAt}
	if r.viewer.User != nil {
		t.CreatedBy = &r.viewer.User.ID
	}
	made, secret, err := a.db.CreateOwnToken(r.ctx(), r.org(), r.viewer.Actor(), t)
	if err != nil {
		return err
	}
	a.tellEdges(r)
	return a.answer(r.http, http.StatusCreated, r.mask, madeToken{made, secret})
}

func (a *API) revokeToken(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	id, err := r.pathID("token")
	if err != nil {
		return err
	}
	t, err := a.db.RevokeOwnToken(r.ctx(), r.org(), r.viewer.Actor(), id)
	if err != nil {
		return err
	}
	a.access.Forget()
	a.tellEdges(r)
	return a.answer(r.http, http.StatusOK, r.mask, t)
}
