package pages

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"io/fs"
	"net/http"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

//go:embed templates
var templateFiles embed.FS

// templates are the pages by file name without extension. Each is the layout, all parts and its own file, which defines
// "title" and "main".
type templates map[string]*template.Template

func readTemplates(a *assets) (templates, error) {
	base, err := template.New("layout.html").Funcs(functions(a)).Funcs(textFunctions()).ParseFS(templateFiles, "templates/layout.html", "templates/parts/*.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	names, err := fs.Glob(templateFiles, "templates/*.html")
	if err != nil {
		return nil, fmt.Errorf("read templates: %w", err)
	}
	all := templates{}
	for _, name := range names {
		own, err := base.Clone()
		if err == nil {
			own, err = own.ParseFS(templateFiles, name)
		}
		if err != nil {
			return nil, fmt.Errorf("read templates: %w", err)
		}
		all[strings.TrimSuffix(strings.TrimPrefix(name, "templates/"), ".html")] = own
	}
	return all, nil
}

// A view is what every template gets: the frame of the page and, under Data, what its handler made.
type view struct {
	Viewer  *access.Viewer
	Project *store.Project
	Path    string // of this page
	Said    string // what the form before has done
	Zone    *time.Location
	Theme   string // light, dark, or empty for the system's
	Keys    bool   // single-key shortcuts are on
	Header  *header
	Data    any
}

// May is for templates: forms nobody may send are not shown.
func (v view) May(need string) bool { return v.Viewer.May(access.Permission(need)) }

// show answers with a page. Nothing is written before all of it is known to be good.
func (p *Pages) show(r *Request, name string, data any) error {
	return p.write(r, http.StatusOK, name, "layout.html", data)
}

// part answers with one template of a page: what htmx puts into it.
func (p *Pages) part(r *Request, name, part string, data any) error {
	return p.write(r, http.StatusOK, name, part, data)
}

func (p *Pages) write(r *Request, status int, name, part string, data any) error {
	v := view{Viewer: r.Viewer, Project: r.Project, Path: r.HTTP.Request().URL.RequestURI(), Zone: zoneOf(r), Keys: true, Data: data}
	if r.Params != nil {
		v.Said = said[r.Params.Text("said")]
	}
	if r.Viewer != nil && r.Viewer.User != nil {
		chosen := r.Viewer.User.Preferences
		v.Theme, v.Keys = chosen.Theme, chosen.Shortcuts == nil || *chosen.Shortcuts
	}
	if cookie, err := r.HTTP.Cookie("theme"); err == nil && (cookie.Value == "light" || cookie.Value == "dark") {
		v.Theme = cookie.Value // what was chosen in this browser, by the button
	}
	if part == "layout.html" {
		v.Header = p.header(r)
	}
	var body bytes.Buffer
	if err := p.templates[name].ExecuteTemplate(&body, part, v); err != nil {
		return fmt.Errorf("make page %s: %w", name, err)
	}
	return r.HTTP.HTMLBlob(status, body.Bytes())
}

// zoneOf is the time zone that the viewer has chosen; without a choice scripts show the browser's.
func zoneOf(r *Request) *time.Location {
	if r.Viewer == nil || r.Viewer.User == nil {
		return time.UTC
	}
	zone, err := time.LoadLocation(r.Viewer.User.Preferences.TimeZone)
	if err != nil {
		return time.UTC
	}
	return zone
}

// said are the words that a page may begin with after a form: the URL names one, so that nobody can put in their own.
var said = map[string]string{
	"issues_changed":   "Done.",
	"issues_merged":    "The chosen issues are one now.",
	"none_chosen":      "No issue was chosen: tick those you mean first.",
	"merge_two":        "Merging needs two issues or more, all of one project.",
	"saved":            "Saved. Workers obey within seconds.",
	"key-made":         "The key is good at once.",
	"key-revoked":      "The key is refused from now on.",
	"allowed":          "Such events are kept from now on.",
	"retrying":         "The workers try it within seconds. What fails again stays here.",
	"retrying-some":    "The workers try those before these within seconds. There are more: try all again for the rest.",
	"token-revoked":    "The token is refused within half a minute.",
	"uninvited":        "The invitation is taken back.",
	"member-role":      "The role is changed.",
	"member-removed":   "They are no member any more.",
	"resolved":         "Resolved.",
	"ignored":          "Ignored.",
	"reopened":         "Reopened.",
	"assigned":         "Assigned.",
	"merged":           "Merged: the other issue's events count here now.",
	"unmerged":         "It is an issue of its own again.",
	"merged-away":      "The issue you asked for was merged into this one.",
	"commented":        "Comment written.",
	"uncommented":      "Comment taken out.",
	"no-event":         "There is no such event any more.",
	"test-sent":        "A test error was sent. It should appear below within seconds.",
	"test-failed":      "Ingest did not take the test error. Is it running, and is the key good?",
	"signed-out":       "You are signed out.",
	"signed-out-there": "Signed out there. What runs elsewhere may take half a minute to know.",
	"set-up":           "Welcome. This Trivet is yours now.",
	"joined":           "Welcome. You are a member now.",
	"password-changed": "Your password is changed, and every other browser signed out.",
	"account-saved":    "Saved.",
}

// Refuse answers an error as a page.
func (p *Pages) Refuse(r *Request, row web.Refusal, detail string) error {
	return p.write(r, row.Status, "error", "layout.html", map[string]any{"Status": row.Status, "Message": row.Message, "Detail": detail})
}
