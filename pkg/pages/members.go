package pages

import (
	"net/http"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) memberRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/members", Name: "members", Need: access.Read, Handle: p.showMembers},
		{Method: http.MethodPost, Path: "/members/invite", Name: "member_invite", Need: access.Admin, Handle: p.invite},
		{Method: http.MethodPost, Path: "/members/uninvite", Name: "member_uninvite", Need: access.Admin, Handle: p.uninvite},
		{Method: http.MethodPost, Path: "/members/role", Name: "member_role", Need: access.Admin, Handle: p.setRole},
		{Method: http.MethodPost, Path: "/members/remove", Name: "member_remove", Need: access.Admin, Handle: p.removeMember},
	}
}

// membersView is the page of the organization's people, with what was typed.
type membersView struct {
	Members     []memberRow
	Invitations []store.Invitation
	Roles       []roleChoice // that the viewer may give
	Email, Role string
	Wrong       wrongs
	Link        string // of the invitation just made: shown this once
	Invited     store.Invitation
}

// memberRow is a person and what the viewer may do about them.
type memberRow struct {
	store.Member
	Own    bool // it is the viewer
	Change bool // the viewer may change the role and take them out
}

// A roleChoice is a role and what it may do.
type roleChoice struct{ Name, About string }

var allRoles = []roleChoice{
	{"viewer", "looks"}, {"member", "works on issues"}, {"admin", "changes projects, keys, tokens and members"}, {"owner", "also makes owners"},
}

// membersOf reads the people of the organization, and the invitations for who may make them.
func (p *Pages) membersOf(r *Request) (membersView, error) {
	if err := whole(r); err != nil {
		return membersView{}, err
	}
	ctx := r.HTTP.Request().Context()
	view := membersView{Role: string(access.RoleMember), Wrong: wrongs{}}
	members, err := p.DB.Members(ctx, r.Org())
	if err != nil {
		return view, err
	}
	owner, admin := r.Viewer.May(access.Owner), r.Viewer.May(access.Admin)
	for _, m := range members {
		own := r.Viewer.User != nil && r.Viewer.User.ID == m.ID
		view.Members = append(view.Members, memberRow{m, own, admin && (owner || m.Role != string(access.RoleOwner))})
	}
	for _, role := range allRoles {
		if owner || role.Name != string(access.RoleOwner) {
			view.Roles = append(view.Roles, role)
		}
	}
	if admin {
		view.Invitations, err = p.DB.Invitations(ctx, r.Org())
	}
	return view, err
}

func (p *Pages) showMembers(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	view, err := p.membersOf(r)
	if err != nil {
		return err
	}
	return p.show(r, "members", view)
}

// invite makes an invitation and shows its link in the answer to the form, so that it stands in no URL and no history.
func (p *Pages) invite(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	email, role := strings.TrimSpace(form.Text("email")), form.Text("role")
	mayGive(r, form, role)
	var made store.Invitation
	var secret string
	if err = form.Done(); err == nil {
		made, secret, err = p.DB.Invite(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), email, role)
	}
	wrong := refusedFields(err, map[string]string{"email": "email", "exists": "email", "role": "role"})
	if wrong == nil && err != nil {
		return err
	}
	view, err := p.membersOf(r)
	if err != nil {
		return err
	}
	if wrong != nil {
		view.Wrong, view.Email, view.Role = wrong, email, role
		return p.again(r, "members", view)
	}
	view.Link, view.Invited = p.origin(r)+"/join/"+secret, made
	return p.show(r, "members", view)
}

// mayGive refuses a role that the viewer can't give: only owners make owners.
func mayGive(r *Request, form *web.Params, role string) {
	if role == string(access.RoleOwner) && !r.Viewer.May(access.Owner) {
		form.Wrong("role", "a role below owner: only owners make owners")
	}
}

func (p *Pages) uninvite(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	email := form.Text("email")
	if err := form.Done(); err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	if err := p.DB.Uninvite(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), email); err != nil {
		return err
	}
	return r.To("/members?said=uninvited")
}

func (p *Pages) setRole(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	user, role := int64(formNumber(form, "user")), form.Text("role")
	mayGive(r, form, role)
	return p.changeMember(r, form, user, "role", func() error {
		_, err := p.DB.SetRole(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), user, role)
		return err
	})
}

func (p *Pages) removeMember(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	user := int64(formNumber(form, "user"))
	return p.changeMember(r, form, user, "removed", func() error {
		return p.DB.RemoveMember(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), user)
	})
}

// changeMember changes a member, whose page then says so, or says what is wrong. Owners are changed by owners alone.
func (p *Pages) changeMember(r *Request, form *web.Params, user int64, said string, change func() error) error {
	view, err := p.membersOf(r)
	if err != nil {
		return err
	}
	if err = form.Done(); err == nil {
		err = store.ErrNotFound
		for _, m := range view.Members {
			switch {
			case m.ID != user:
			case !m.Change:
				return web.Refused(web.ErrScope, "owner is needed")
			default:
				err = change()
			}
		}
	}
	if wrong := refusedFields(err, nil); wrong != nil {
		if _, general := wrong[""]; !general {
			wrong = wrongs{"": form.Done().Error()}
		}
		view.Wrong = wrong
		return p.again(r, "members", view)
	}
	if err != nil {
		return err
	}
	p.Access.Forget() // they may be signed in, here too
	return r.To("/members?said=member-" + said)
}
