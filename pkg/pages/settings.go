package pages

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A settingsPage is one of a project's settings.
type settingsPage struct {
	name, path string // below /settings; empty for the first
	show, set  func(*Request) error
}

// settingsNames are the names and paths of the pages in order, for their tabs.
var settingsNames = []struct{ name, path string }{
	{"General", ""},
	{"Install", "/install"},
	{"Keys", "/keys"},
	{"Origins", "/origins"},
	{"Filters", "/filters"},
	{"Scrubbing", "/scrubbing"},
	{"Grouping", "/grouping"},
	{"Attachments", "/attachments"},
}

func (p *Pages) settingsRoutes() []Route {
	var routes []Route
	for _, page := range []settingsPage{
		{"general", "", p.showGeneral, p.setGeneral},
		{"install", "/install", p.showInstall, nil},
		{"keys", "/keys", p.showKeys, p.makeKey},
		{"origins", "/origins", p.showOrigins, p.setOrigins},
		{"filters", "/filters", p.showFilters, p.setFilters},
		{"scrubbing", "/scrubbing", p.showScrubbing, p.setScrubbing},
		{"grouping", "/grouping", p.showGrouping, p.setGrouping},
		{"attachments", "/attachments", p.showAttachments, p.setAttachments},
	} {
		path := "/projects/:project/settings" + page.path
		routes = append(routes, Route{Method: http.MethodGet, Path: path, Name: "settings_" + page.name, Need: access.Read, Handle: page.show})
		if page.set != nil {
			routes = append(routes, Route{Method: http.MethodPost, Path: path, Name: "settings_" + page.name, Need: access.Admin, Handle: page.set})
		}
	}
	return append(routes,
		Route{Method: http.MethodPost, Path: "/projects/:project/settings/keys/revoke", Name: "key_revoke", Need: access.Admin, Handle: p.revokeKey},
	)
}

// settingsPath is where a page of settings stands.
func settingsPath(of *store.Project, rest string) string {
	return "/projects/" + strconv.FormatInt(of.ID, 10) + "/settings" + rest
}

// settingsTabs are the links of the tabs; path is that of the page they stand on.
func settingsTabs(of *store.Project, path string) []link {
	path, _, _ = strings.Cut(path, "?")
	var links []link
	for _, page := range settingsNames {
		url := settingsPath(of, page.path)
		links = append(links, link{Name: page.name, URL: url, Current: path == url})
	}
	return links
}

// chosen are settings as a page shows them.
type chosen struct {
	Settings project.Settings
	Loaded   string // names the document that the form was made of
	Wrong    wrongs
}

// shownSettings are those of a page that has no parameters.
func (p *Pages) shownSettings(r *Request) (chosen, error) {
	if err := r.Params.Done(); err != nil {
		return chosen{}, err
	}
	return p.settingsOf(r)
}

// settingsOf reads the settings of a request's project.
func (p *Pages) settingsOf(r *Request) (chosen, error) {
	settings, err := p.DB.OwnSettings(r.HTTP.Request().Context(), r.Org(), r.Project.ID)
	if err != nil {
		return chosen{}, err
	}
	loaded, err := nameOf(&settings)
	return chosen{Settings: settings, Loaded: loaded, Wrong: wrongs{}}, err
}

// nameOf is a name for a document of settings: the same for the same, and another for another.
func nameOf(settings *project.Settings) (string, error) {
	text, err := json.Marshal(settings)
	if err != nil {
		return "", fmt.Errorf("name settings: %w", err)
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8]), nil
}

// changedMeanwhile is said where a form was made of settings that are not those of now.
const changedMeanwhile = "Somebody else has changed these settings since you opened the page. This is how they are now: please make your change again."

// setSettings reads a form of settings, lets fill put it into the settings of now, and stores them, unless fill returns
// true: then they are only to be tried. It returns the settings with what is wrong with them, and done where nothing is.
func (p *Pages) setSettings(r *Request, fields map[string]string, fill func(*web.Params, *project.Settings) (try bool)) (now chosen, done bool, err error) {
	form, err := r.Form()
	if err != nil {
		return now, false, err
	}
	if now, err = p.settingsOf(r); err != nil {
		return now, false, err
	}
	was, loaded := now.Settings, form.Text("loaded")
	try := fill(form, &now.Settings)
	switch err = form.Done(); {
	case err != nil:
	case loaded != now.Loaded:
		now.Settings, now.Wrong[""] = was, changedMeanwhile
		return now, false, nil
	case try:
		err = now.Settings.Validate()
	default:
		_, err = p.DB.SetOwnSettings(r.HTTP.Request().Context(), r.Org(), r.Viewer.Actor(), r.Project.ID, now.Settings)
	}
	if wrong := refusedFields(err, fields); wrong != nil {
		now.Wrong = wrong
		return now, false, nil
	}
	return now, err == nil, err
}

// again shows a form again with what is wrong with it; the status tells it to programs, too.
func (p *Pages) again(r *Request, name string, data any) error {
	return p.write(r, http.StatusBadRequest, name, "layout.html", data)
}
