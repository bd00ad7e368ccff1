package query

import (
	"net/http"
	"net/url"
	"strconv"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) memberRoutes() {
	const members, invitations = "/api/v1/members", "/api/v1/invitations"
	a.onWhole(http.MethodGet, members, "members", access.Read, a.listMembers).doc(doc{what: "The people of the organization, oldest first", list: "members", gives: store.Member{}})
	a.onWhole(http.MethodPatch, members+"/:user", "member", access.Admin, a.setRole).doc(doc{
		what: "Changes what a member may do", more: "viewer looks, member works on issues, admin changes projects, keys, tokens and members. Only an owner makes or unmakes owners; the last one stays.",
		takes: roleBody{Role: "viewer"}, gives: store.Member{},
	})
	a.onWhole(http.MethodDelete, members+"/:user", "member", access.Admin, a.removeMember).doc(doc{what: "Takes somebody out of the organization"})
	a.onWhole(http.MethodGet, invitations, "invitations", access.Admin, a.listInvitations).doc(doc{
		what: "The invitations that can still be used, oldest first", list: "invitations", gives: store.Invitation{},
	})
	a.onWhole(http.MethodPost, invitations, "invitations", access.Admin, a.invite).doc(doc{
		what: "Invites somebody", more: "The link in the answer works once and for a week; it is shown this once, and replaces an earlier one for the same e-mail.",
		takes: invitationBody{Email: "ada@example.org", Role: "member"}, gives: madeInvitation{}, status: http.StatusCreated, fails: []int{http.StatusConflict},
	})
	a.onWhole(http.MethodDelete, invitations+"/:email", "invitation", access.Admin, a.uninvite).doc(doc{what: "Takes an invitation back"})
}

func (a *API) listMembers(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	members, err := a.db.Members(r.ctx(), r.org())
	if err != nil {
		return err
	}
	return answerList(a, r, "members", members, "")
}

// pathUser reads the number of a person in the path.
func (r *request) pathUser() (int64, error) {
	id, err := strconv.ParseInt(r.http.Param("user"), 10, 64)
	if err != nil || id <= 0 {
		return 0, store.ErrNotFound
	}
	return id, nil
}

type roleBody struct {
	Role string `json:"role"`
}

func (a *API) setRole(r *request) error {
	body, err := takeBody[roleBody](r)
	if err != nil {
		return err
	}
	user, err := r.pathUser()
	if err != nil {
		return err
	}
	m, err := a.db.SetRole(r.ctx(), r.org(), r.viewer.Actor(), user, body.Role)
	if err != nil {
		return err
	}
	a.access.Forget()
	return a.answer(r.http, http.StatusOK, r.mask, m)
}

func (a *API) removeMember(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	user, err := r.pathUser()
	if err != nil {
		return err
	}
	if err := a.db.RemoveMember(r.ctx(), r.org(), r.viewer.Actor(), user); err != nil {
		return err
	}
	a.access.Forget()
	return r.http.NoContent(http.StatusNoContent)
}

func (a *API) listInvitations(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	open, err := a.db.Invitations(r.ctx(), r.org())
	if err != nil {
		return err
	}
	return answerList(a, r, "invitations", open, "")
}

type invitationBody struct {
	Email string `json:"email"`
	Role  string `json:"role"`
}

// madeInvitation is an invitation with its link, which is shown this once.
type madeInvitation struct {
	store.Invitation
	URL string `json:"url"`
}

func (a *API) invite(r *request) error {
	body, err := takeBody[invitationBody](r)
	if err != nil {
		return err
	}
	made, secret, err := a.db.Invite(r.ctx(), r.org(), r.viewer.Actor(), body.Email, body.Role)
	if err != nil {
		return err
	}
	return a.answer(r.http, http.StatusCreated, r.mask, madeInvitation{made, a.access.LinkURL(r.http.Request(), store.LinkInvitation, secret)})
}

func (a *API) uninvite(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	email, err := url.PathUnescape(r.http.Param("email"))
	if err != nil {
		return store.ErrNotFound
	}
	if err := a.db.Uninvite(r.ctx(), r.org(), r.viewer.Actor(), email); err != nil {
		return err
	}
	return r.http.NoContent(http.StatusNoContent)
}
