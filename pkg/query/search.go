package query

import (
	"fmt"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/openapi"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

// searchParam is a query in the language of searches.
var searchParam = queryParam("q", "a search, see docs/search.md: `is:unresolved level:error \"exact words\"`", openapi.Schema{"type": "string", "maxLength": search.MaxBytes})

// eventParams are what lists of events may be narrowed by beside a search.
var eventParams = params(levelParam, protocolParam, boolParam("handled", "caught by the page, or not"),
	textParam("type", "of this type of error"), textParam("release", "of this release"), textParam("environment", "of this environment"),
	textParam("browser", "of this browser"), textParam("os", "of this system"), textParam("url", "of this page"))

// issueParams are what lists of issues may be narrowed by and how they are sorted.
var issueParams = params(searchParam, window, levelParam, enumParam("status", "in this state", "unresolved", "resolved", "ignored"), textParam("type", "of this type of error"),
	textParam("first_release", "first seen in this release"), textParam("last_release", "last seen in this release"),
	enumParam("sort", "what is highest comes first", "last_seen", "first_seen", "events", "users"))

// issueFilter reads what issueParams tell. Errors of parameters beat those of the search.
func (r *request) issueFilter(cursor string, limit int) (store.IssueFilter, error) {
	p := r.params
	f := store.IssueFilter{
		Project: r.project, From: p.Time("from"), To: p.Time("to"), Level: p.Level("level"), Status: p.Text("status"), Type: p.Text("type"),
		FirstRelease: p.Text("first_release"), LastRelease: p.Text("last_release"), Sort: p.Text("sort"), Limit: limit, Cursor: cursor,
	}
	if r.viewer.User != nil {
		f.Me = r.viewer.User.ID
	}
	var err error
	f.Query, err = r.search()
	return f, err
}

// eventFilter reads what searchParam, window, the parameter issue and eventParams tell.
func (r *request) eventFilter(cursor string, limit int) (store.EventFilter, error) {
	p := r.params
	f := store.EventFilter{
		Project: r.project, Issue: p.ID("issue"), From: p.Time("from"), To: p.Time("to"),
		Level: p.Level("level"), Protocol: p.Protocol("protocol"), Handled: p.Bool("handled"), Type: p.Text("type"),
		Release: p.Text("release"), Environment: p.Text("environment"), Browser: p.Text("browser"), OS: p.Text("os"), URL: p.Text("url"),
		Limit: limit, Cursor: cursor,
	}
	var err error
	f.Query, err = r.search()
	return f, err
}

// search reads the parameter q; all others must have been read.
func (r *request) search() (search.Query, error) {
	text := r.params.Text("q")
	if err := r.params.Done(); err != nil {
		return search.Query{}, err
	}
	q, err := search.Parse(text)
	if err != nil {
		return q, fmt.Errorf("%w: %w", store.ErrInvalid, err)
	}
	return q, nil
}

// place tells which character of a text an error of a search is about, counted from 0.
func place(text string, e *search.Error) int {
	return utf8.RuneCountInString(text[:min(max(e.At, 0), len(text))])
}

// suggestions are values of a field that somebody may be about to write.
type suggestions struct {
	Values []string `json:"values"`
}

func (a *API) suggest(r *request) error {
	field, prefix, limit := r.params.Text("field"), r.params.Text("prefix"), r.params.Limit()
	if err := r.params.Done(); err != nil {
		return err
	}
	values, err := a.db.Suggest(r.ctx(), r.org(), r.project, field, prefix, limit)
	if err != nil {
		return err
	}
	return a.answer(r.http, 200, r.mask, suggestions{values})
}

// neighbours are the events beside one in a list.
type neighbours struct {
	Previous *store.EventRow `json:"previous"` // above it: later
	Next     *store.EventRow `json:"next"`     // below it: earlier
}

func (a *API) showNeighbours(r *request) error {
	day := r.params.Day()
	f, err := r.eventFilter("", 0)
	if err != nil {
		return err
	}
	id, err := r.pathID("event")
	if err != nil {
		return err
	}
	at, err := a.db.Place(r.ctx(), r.org(), r.project, id, day)
	if err != nil {
		return err
	}
	var found neighbours
	if found.Previous, found.Next, err = a.db.Neighbours(r.ctx(), r.org(), f, id, at); err != nil {
		return err
	}
	return a.answer(r.http, 200, r.mask, found)
}
