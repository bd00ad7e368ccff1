package query

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (a *API) logRoutes() {
	list := a.get("/api/v1/logs", "logs", a.listLogs).doc(doc{
		what: "Logs of the token's project, newest first, as a bare array", more: "The next page is in the `Link` header, `rel=\"next\"`.",
		query: paged, gives: []logView{},
	})
	one := a.get("/api/v1/logs/:log", "log", a.showLog).doc(doc{what: "One log", gives: logView{}})
	list.logs, one.logs = true, true
	a.add(http.MethodPost, "/api/v1/logs", "logs", a.passOn).doc(doc{
		what: "Writes a log", more: "With a key, or with a token of a project that has `write`. It is there to be read within seconds.",
		takes: logBody{Content: "card declined", Meta: map[string]any{"order": 4711}}, gives: logView{}, status: http.StatusCreated, anyone: true,
		fails: []int{http.StatusUnsupportedMediaType, http.StatusTooManyRequests},
	})
	a.add(http.MethodOptions, "/api/v1/logs", "logs", a.passOn) // preflights of pages that post logs
}

// logBody is what mittens' clients send.
type logBody struct {
	Content string         `json:"content"`
	Meta    map[string]any `json:"meta,omitempty"`
}

// logView is a log as mittens' clients know it.
type logView struct {
	ID      event.ID        `json:"id"`
	Content string          `json:"content"`
	Meta    json.RawMessage `json:"meta"`
}

// newLogView reads a log from what its client sent, whole; where that is gone, from the row.
func newLogView(l store.Stored) logView {
	view := logView{ID: l.ID, Content: l.Message, Meta: json.RawMessage("null")}
	if l.Record == nil || jsonx.Check(l.Record.Raw) != nil {
		return view
	}
	content, meta, _ := native.CheckLog(l.Record.Raw)
	view.Content = content
	if meta != nil {
		view.Meta = jsonx.Clean(meta)
	}
	return view
}

// listLogs answers a bare array, as mittens does; the next page is in the Link header.
func (a *API) listLogs(r *request) error {
	limit, cursor := r.params.Limit(), r.params.Text("cursor")
	if err := r.params.Done(); err != nil {
		return err
	}
	if limit == 0 {
		limit = store.MaxLimit // mittens' clients ask for no page
	}
	logs, next, err := a.db.Logs(r.ctx(), r.org(), r.project, limit, cursor)
	if err != nil {
		return err
	}
	views := make([]logView, len(logs))
	for i := range logs {
		views[i] = newLogView(logs[i])
	}
	if next != "" {
		query := r.http.QueryParams()
		query.Set("cursor", next)
		r.http.Response().Header().Set("Link", "<"+a.links+"/api/v1/logs?"+query.Encode()+`>; rel="next"`)
	}
	return a.answer(r.http, http.StatusOK, r.mask, views)
}

func (a *API) showLog(r *request) error {
	if err := r.params.Done(); err != nil {
		return err
	}
	id, err := r.pathID("log")
	if err != nil {
		return err
	}
	found, err := a.db.Event(r.ctx(), r.org(), r.project, id, nil)
	if err != nil {
		return err
	}
	if found.Protocol != event.Logs {
		return store.ErrNotFound
	}
	return a.answer(r.http, http.StatusOK, r.mask, newLogView(found))
}

// parsePublicURL returns what links begin with: nothing, so that they are relative, when the URL is not set.
func parsePublicURL(public string) (string, error) {
	if public == "" {
		return "", nil
	}
	u, err := url.Parse(public)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" {
		return "", errors.New("QUERY_PUBLIC_URL must be like https://host[:port][/path]")
	}
	return u.Scheme + "://" + u.Host + trimSlash(u.EscapedPath()), nil
}
