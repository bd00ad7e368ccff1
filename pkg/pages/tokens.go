package pages

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) tokenRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/tokens", Name: "tokens", Need: access.Admin, Handle: p.showTokens},
		{Method: http.MethodPost, Path: "/tokens", Name: "tokens", Need: access.Admin, Handle: p.makeToken},
		{Method: http.MethodPost, Path: "/tokens/revoke", Name: "token_revoke", Need: access.Admin, Handle: p.revokeToken},
	}
}

// tokensView is the page of the organization's tokens, with what was typed.
type tokensView struct {
	Tokens   []tokenRow
	Projects []store.Project
	Label    string
	Scopes   []string
	Project  int64
	Days     string
	Wrong    wrongs
	Secret   string // of the token just made: shown this once
	Made     store.Token
}

// Has tells that a scope is ticked.
func (v tokensView) Has(scope string) bool { return slices.Contains(v.Scopes, scope) }

// tokenRow is a token with the name of its project.
type tokenRow struct {
	store.Token
	ProjectName string // empty: all
}

// State is what can be done with the token.
func (t tokenRow) State() string {
	switch {
	case t.RevokedAt != nil:
		return "revoked"
	case t.ExpiresAt != nil && t.ExpiresAt.Before(time.Now()):
		return "expired"
	}
	return "good"
}

// tokensOf reads all tokens, good ones first, newest first.
func (p *Pages) tokensOf(r *Request) (tokensView, error) {
	if err := whole(r); err != nil {
		return tokensView{}, err
	}
	ctx := r.HTTP.Request().Context()
	view := tokensView{Scopes: []string{store.ScopeRead}, Wrong: wrongs{}}
	tokens, err := p.DB.OwnTokens(ctx, r.Org())
	if err != nil {
		return view, err
	}
	if view.Projects, err = p.DB.OwnProjects(ctx, r.Org(), 0); err != nil {
		return view, err
	}
	names := map[int64]string{}
	for _, own := range view.Projects {
		names[own.ID] = own.Name
	}
	for _, t := range slices.Backward(tokens) {
		view.Tokens = append(view.Tokens, tokenRow{t, names[t.ProjectID]})
	}
	slices.SortStableFunc(view.Tokens, func(a, b tokenRow) int { return order(a.State() != "good") - order(b.State() != "good") })
	return view, nil
}

func order(last bool) int {
	if last {
		return 1
	}
	return 0
}

func (p *Pages) showTokens(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	view, err := p.tokensOf(r)
	if err != nil {
		return err
	}
	return p.show(r, "tokens", view)
}

// makeToken makes a token and shows its secret in the answer to the form, so that it stands in no URL and no history.
func (p *Pages) makeToken(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	wanted := store.Token{Label: strings.TrimSpace(form.Text("label")), Scopes: form.All("scope"), ProjectID: int64(formNumber(form, "project"))}
	days := formNumber(form, "days")
	if days > maxTokenDays {
		form.Wrong("days", "at most "+strconv.Itoa(maxTokenDays))
	} else if days > 0 {
		end := time.Now().AddDate(0, 0, days).UTC()
		wanted.ExpiresAt = &end
	}
	for _, scope := range wanted.Scopes {
		if !r.Viewer.May(access.Permission(scope)) {
			form.Wrong("scope", "no more than you may do yourself")
		}
	}
	var made store.Token
	var secret string
	if err = form.Done(); err == nil {
		made, secret, err = p.DB.CreateOwnToken(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), wanted)
	}
	wrong := refusedFields(err, map[string]string{"label": "label", "scopes": "scope", "project": "project", "expires_at": "days"})
	if wrong == nil && err != nil {
		return err
	}
	view, err := p.tokensOf(r)
	if err != nil {
		return err
	}
	if wrong != nil {
		view.Wrong, view.Label, view.Scopes, view.Project, view.Days = wrong, wanted.Label, wanted.Scopes, wanted.ProjectID, form.Text("days")
		return p.again(r, "tokens", view)
	}
	p.TellEdges(r.HTTP.Request().Context())
	view.Secret, view.Made = secret, made
	return p.show(r, "tokens", view)
}

// maxTokenDays is ten years: longer is never.
const maxTokenDays = 3650

func (p *Pages) revokeToken(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	id := form.ID("id")
	if err := form.Done(); err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	if _, err := p.DB.RevokeOwnToken(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), id); err != nil {
		return err
	}
	p.Access.Forget()
	p.TellEdges(r.HTTP.Request().Context())
	return r.To("/tokens?said=token-revoked")
}
