package pages

import (
	"net/http"
	"strconv"
	"strings"
	"unicode"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) newProjectRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/projects/new", Name: "project_new", Need: access.Admin, Handle: p.showNewProject},
		{Method: http.MethodPost, Path: "/projects/new", Name: "project_new", Need: access.Admin, Handle: p.makeProject},
	}
}

// newProjectView is the form of a new project, with what was typed.
type newProjectView struct {
	Name, Slug, Origins string
	Wrong               wrongs
}

func (p *Pages) showNewProject(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	return p.show(r, "project_new", newProjectView{Wrong: wrongs{}})
}

// makeProject makes a project with a first key, and leads to what is to be done with it.
func (p *Pages) makeProject(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	typed := newProjectView{strings.TrimSpace(form.Text("name")), strings.TrimSpace(form.Text("slug")), form.Long("origins", maxLines), nil}
	if typed.Name == "" {
		form.Wrong("name", "a name")
	}
	slug := typed.Slug
	if slug == "" {
		slug = slugOf(typed.Name)
	}
	var made store.Project
	if err = form.Done(); err == nil {
		made, _, err = p.DB.CreateOwnProject(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), store.Project{Name: typed.Name, Slug: slug, Origins: lines(typed.Origins)})
	}
	if typed.Wrong = refusedFields(err, projectFields); typed.Wrong != nil {
		return p.again(r, "project_new", typed)
	}
	if err != nil {
		return err
	}
	p.TellEdges(r.HTTP.Request().Context())
	return r.To("/projects/" + strconv.FormatInt(made.ID, 10) + "/start")
}

// maxSlug is the longest short name.
const maxSlug = 63

// slugOf makes a short name of a name: its letters and digits in lower case, a dash for what is between them.
func slugOf(name string) string {
	var out strings.Builder
	dash := false
	for _, r := range strings.ToLower(name) {
		if r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) {
			dash = out.Len() > 0
			continue
		}
		if dash {
			out.WriteByte('-')
			dash = false
		}
		out.WriteRune(r)
	}
	slug := out.String()
	if slug == "" {
		return "project"
	}
	return strings.TrimRight(slug[:min(len(slug), maxSlug)], "-")
}
