package pages

import (
	"net/http"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/system"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) systemRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/system", Name: "system", Need: access.Admin, Handle: p.showSystem}}
}

// systemView is the page of how the installation is.
type systemView struct {
	system.State
	Tables []tableRow
	Alone  bool // this organization has the installation for itself, and sees its machines
}

type tableRow struct {
	Table       string
	Partitions  int
	Bytes, Rows int64
	Of          int64 // the biggest
}

// Delay is for how long the oldest unwritten pack has waited.
func (v systemView) Delay() time.Duration {
	if v.Queue == nil || v.Queue.Unwritten == nil {
		return 0
	}
	return v.At.Sub(*v.Queue.Unwritten)
}

func (p *Pages) showSystem(r *Request) error {
	if err := r.Params.Done(); err != nil {
		return err
	}
	if err := whole(r); err != nil {
		return err
	}
	view := systemView{State: system.Look(r.HTTP.Request().Context(), system.Source{DB: p.DB, Queue: p.Queue, Dir: p.Dir})}
	if d := view.Database; d != nil {
		view.Alone = d.Organizations == 1
		for _, t := range d.Tables {
			view.Tables = append(view.Tables, tableRow{t.Table, t.Partitions, t.Bytes, t.Rows, d.Tables[0].Bytes})
		}
	}
	return p.show(r, "system", view)
}

// whole refuses who may see one project only: the page is of the organization.
func whole(r *Request) error {
	if r.Viewer.Project != 0 {
		return web.Refused(web.ErrScope, "a token of the whole organization is needed here")
	}
	return nil
}
