package pages

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/access"
)

func (p *Pages) homeRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/", Name: "home", Need: access.Read, Handle: p.showHome}}
}

// showHome lists all projects that the viewer may see.
func (p *Pages) showHome(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	projects, err := p.DB.Overview(r.HTTP.Request().Context(), r.Org(), r.Viewer.Project)
	if err != nil {
		return err
	}
	return p.show(r, "home", map[string]any{"Projects": projects})
}
