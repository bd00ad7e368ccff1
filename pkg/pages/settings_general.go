package pages

import (
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// generalView is the page of a project's name and limits, with what was typed.
type generalView struct {
	Name, Slug, Retention, Rate string
	Wrong                       wrongs
}

func numberText(n *int) string {
	if n == nil || *n == 0 {
		return ""
	}
	return strconv.Itoa(*n)
}

func (p *Pages) showGeneral(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	own := r.Project
	return p.show(r, "settings_general", generalView{own.Name, own.Slug, numberText(own.RetentionDays), numberText(own.Rate), wrongs{}})
}

// projectFields are the fields of forms about projects, by what the store calls them.
var projectFields = map[string]string{"name": "name", "slug": "slug", "exists": "slug", "origin": "origins", "retention_days": "retention", "rate": "rate"}

func (p *Pages) setGeneral(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	name, slug := strings.TrimSpace(form.Text("name")), strings.TrimSpace(form.Text("slug"))
	retention, rate := formNumber(form, "retention"), formNumber(form, "rate")
	typed := generalView{name, slug, form.Text("retention"), form.Text("rate"), nil}
	if name == "" {
		form.Wrong("name", "a name")
	}
	if err = form.Done(); err == nil {
		change := store.ProjectChange{Name: &name, Slug: &slug, RetentionDays: &retention, Rate: &rate}
		_, err = p.DB.ChangeOwnProject(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), r.Project.ID, change)
	}
	if typed.Wrong = refusedFields(err, projectFields); typed.Wrong != nil {
		return p.again(r, "settings_general", typed)
	}
	if err != nil {
		return err
	}
	p.TellEdges(r.HTTP.Request().Context())
	return r.To(settingsPath(r.Project, "?said=saved"))
}

// originsView is the page of the origins that may send.
type originsView struct {
	Origins string // a line each
	Wrong   wrongs
}

func (p *Pages) showOrigins(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	return p.show(r, "settings_origins", originsView{strings.Join(r.Project.Origins, "\n"), wrongs{}})
}

func (p *Pages) setOrigins(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	typed := originsView{form.Long("origins", maxLines), nil}
	if err = form.Done(); err == nil {
		origins := append([]string{}, lines(typed.Origins)...)
		_, err = p.DB.ChangeOwnProject(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), r.Project.ID, store.ProjectChange{Origins: &origins})
	}
	if typed.Wrong = refusedFields(err, projectFields); typed.Wrong != nil {
		return p.again(r, "settings_origins", typed)
	}
	if err != nil {
		return err
	}
	p.TellEdges(r.HTTP.Request().Context())
	return r.To(settingsPath(r.Project, "/origins?said=saved"))
}

func (p *Pages) showAttachments(r *Request) error {
	now, err := p.shownSettings(r)
	if err != nil {
		return err
	}
	return p.show(r, "settings_attachments", attachmentsView{now})
}

// attachmentsView is the page of whether files are kept.
type attachmentsView struct{ chosen }

// Kept tells that files are kept.
func (v attachmentsView) Kept() bool { return v.Settings.Attachments == nil || *v.Settings.Attachments }

func (p *Pages) setAttachments(r *Request) error {
	now, done, err := p.setSettings(r, nil, func(form *web.Params, s *project.Settings) bool {
		kept := form.Text("attachments") == "keep"
		s.Attachments = nil
		if !kept {
			s.Attachments = &kept
		}
		return false
	})
	switch {
	case err != nil:
		return err
	case done:
		return r.To(settingsPath(r.Project, "/attachments?said=saved"))
	}
	return p.again(r, "settings_attachments", attachmentsView{now})
}
