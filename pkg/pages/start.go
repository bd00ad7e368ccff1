package pages

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func (p *Pages) startRoutes() []Route {
	const path = "/projects/:project/start"
	return []Route{
		{Method: http.MethodGet, Path: path, Name: "start", Need: access.Read, Handle: p.showStart},
		{Method: http.MethodPost, Path: path + "/test", Name: "start_test", Need: access.Write, Handle: p.sendTest},
	}
}

// A startPage leads from a new project to its first event.
type startPage struct {
	Key     string // that the recipes hold; empty where the project has no good one
	DSN     string
	Recipes []recipe
	Open    recipe          // that is shown
	Latest  *store.EventRow // null while it waits
	Release bool            // the latest events name their release
	Named   bool            // and their environment
	Origins []string
	Stream  string
	Target  string // where a browser posts a test error
	Tested  bool   // one was just sent
}

// looked is how many of the latest events the checklist goes by.
const looked = 20

func (p *Pages) showStart(r *Request) error {
	open, ctx := r.Params.Text("with"), r.HTTP.Request().Context()
	tested := strings.HasPrefix(r.Params.Text("said"), "test-sent")
	if err := r.Params.Done(); err != nil {
		return err
	}
	keys, err := p.DB.OwnKeys(ctx, r.Org(), r.Project.ID)
	if err != nil {
		return err
	}
	latest, _, err := p.DB.Events(ctx, r.Org(), store.EventFilter{Project: r.Project.ID, Limit: looked})
	if err != nil {
		return err
	}
	page := startPage{Key: goodKey(keys), Origins: r.Project.Origins, Stream: tailPath(r.Project.ID, nil), Tested: tested}
	if len(latest) > 0 {
		page.Latest = &latest[0]
	}
	for _, e := range latest {
		page.Release, page.Named = page.Release || e.Release != "", page.Named || e.Environment != ""
	}
	if page.Key != "" {
		if page.DSN, err = project.DSN(p.IngestURL, page.Key, r.Project.ID); err != nil {
			return err
		}
		ingest := strings.TrimRight(p.IngestURL, "/")
		page.Target = ingest + "/t/" + page.Key
		page.Recipes = firstRecipes(target{ingest, page.Key, page.DSN, r.Project.ID})
		page.Open = openRecipe(page.Recipes, open)
		p.allow(r, page.Target)
	}
	return p.show(r, "start", page)
}

// firstRecipes are the ways that most begin with; the settings of the project show the others.
func firstRecipes(to target) []recipe {
	return slices.DeleteFunc(recipes(to), func(r recipe) bool {
		return !slices.Contains([]string{"script", "sentry-browser", "fetch", "curl"}, r.ID)
	})
}

// allow lets this one page send to ingest, which may be another origin.
func (p *Pages) allow(r *Request, target string) {
	origin := web.Origin(target)
	if origin == "" {
		return
	}
	h := r.HTTP.Response().Header()
	const policy = "Content-Security-Policy"
	h.Set(policy, strings.Replace(h.Get(policy), "connect-src 'self'", "connect-src 'self' "+origin, 1))
}

// goodKey returns the newest key that is not revoked: an older one may be on its way out.
func goodKey(keys []store.Key) (good string) {
	for _, k := range keys {
		if k.RevokedAt == nil {
			good = k.PublicKey
		}
	}
	return good
}

// sendTest sends a test error as a client would, for who has no scripts or whose browser may not reach ingest.
func (p *Pages) sendTest(r *Request) error {
	form, err := r.Form()
	if err != nil {
		return err
	}
	if err := form.Done(); err != nil {
		return err
	}
	if err := r.Params.Done(); err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	keys, err := p.DB.OwnKeys(ctx, r.Org(), r.Project.ID)
	if err != nil {
		return err
	}
	path := strings.TrimSuffix(r.HTTP.Request().URL.Path, "/test")
	key := goodKey(keys)
	if key == "" || p.Send == nil {
		return r.To(path + "?said=test-failed")
	}
	body, err := json.Marshal(map[string]any{
		"type": "TestError", "message": "This is a test from Trivet's own pages", "level": "error", "environment": "test", "timestamp": time.Now().UTC(),
		"url": p.origin(r) + path, "tags": map[string]string{"trivet.test": "true"},
		"stack": "TestError: This is a test from Trivet's own pages\n    at sendTestError (" + p.origin(r) + "/start.js:1:1)",
	})
	if err != nil {
		return err
	}
	if err := p.Send(ctx, key, body); err != nil {
		p.Log.Warn().Err(err).Int64("project_id", r.Project.ID).Msg("test error not taken by ingest")
		return r.To(path + "?said=test-failed")
	}
	return r.To(path + "?said=test-sent")
}
