package pages

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/detail"
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/search"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) eventRoutes() []Route {
	return []Route{
		{Method: http.MethodGet, Path: "/projects/:project/events/:event", Name: "event", Need: access.Read, Handle: p.showEvent},
	}
}

// pathID reads an id of the path. What has not its form is not there.
func pathID(r *Request, name string) (event.ID, error) {
	id, err := event.ParseID(r.HTTP.Param(name))
	if err != nil {
		return id, store.ErrNotFound
	}
	return id, nil
}

// An eventSearch is what somebody looks for among the events of an issue; prev and next stay within it.
type eventSearch struct {
	Text  string
	Query search.Query
	Wrong *search.Error // what can't be understood; Query asks for everything then
	At    int           // character it is about, from 1
}

func readSearch(r *Request) eventSearch {
	s := eventSearch{Text: r.Params.Text("q")}
	query, err := search.Parse(s.Text)
	if err == nil {
		err = query.For(search.OfEvents)
	}
	if err != nil {
		s.Wrong = wrongSearch(err)
		s.At = utf8.RuneCountInString(s.Text[:min(max(0, s.Wrong.At), len(s.Text))]) + 1
		return s
	}
	s.Query = query
	return s
}

// Keep is what links add so that the search stays.
func (s eventSearch) Keep() string {
	if s.Text == "" {
		return ""
	}
	return "&q=" + url.QueryEscape(s.Text)
}

// showEvent shows one event in full, or answers it as text: ID.md for people to paste, ID.json for what the client sent.
func (p *Pages) showEvent(r *Request) error {
	name, form, _ := strings.Cut(r.HTTP.Param("event"), ".")
	id, err := event.ParseID(name)
	if err != nil || form != "" && form != "md" && form != "json" {
		return store.ErrNotFound
	}
	day, look := r.Params.Day(), readSearch(r)
	choice, err := readStackChoice(r)
	if err != nil {
		return err
	}
	ctx := r.HTTP.Request().Context()
	e, err := p.Detail.Event(ctx, r.Org(), r.Project.ID, id, day)
	if err != nil {
		return err
	}
	switch form {
	case "md":
		return answerText(r, markdown(newEventView(e, stackChoice{All: true}), p.eventURL(r, e)))
	case "json":
		return answerRaw(r, e)
	}
	return p.showOne(r, e, look, choice)
}

func readStackChoice(r *Request) (choice stackChoice, err error) {
	switch r.Params.Text("frames") {
	case "", "app":
	case "all":
		choice.All = true
	default:
		r.Params.Wrong("frames", "app or all")
	}
	switch r.Params.Text("stack") {
	case "", "frames":
	case "text":
		choice.AsText = true
	default:
		r.Params.Wrong("stack", "frames or text")
	}
	return choice, r.Params.Done()
}

// showOne shows an event with its issue and its neighbours in the search.
func (p *Pages) showOne(r *Request, e detail.Event, look eventSearch, choice stackChoice) error {
	ctx := r.HTTP.Request().Context()
	issue, err := p.DB.Issue(ctx, r.Org(), r.Project.ID, e.IssueID)
	if err != nil {
		return err
	}
	f := store.EventFilter{Project: r.Project.ID, Issue: e.IssueID, Query: look.Query}
	newer, older, err := p.DB.Neighbours(ctx, r.Org(), f, e.ID, e.Received)
	if err != nil {
		return err
	}
	view := newEventView(e, choice)
	view.linked(eventPath(r.Project.ID, e.ID, e.Day), look.Keep(), choice)
	return p.show(r, "event", struct {
		Event        *eventView
		Issue        store.Issue
		Search       eventSearch
		Newer, Older *store.EventRow
		Curl         string
	}{view, issue, look, newer, older, "curl -H \"Authorization: Bearer $TRIVET_TOKEN\" '" + p.origin(r) + apiEventPath(e) + "'"})
}

// linked fills in the links of a view to its own page.
func (v *eventView) linked(path, keep string, choice stackChoice) {
	v.Path = path
	with := func(all, text bool) string {
		link := path + keep
		if all {
			link += "&frames=all"
		}
		if text {
			link += "&stack=text"
		}
		return link
	}
	v.FramesAll, v.Text = with(!choice.All, false), with(choice.All, !choice.AsText)
}

// eventPath is where an event is shown. The day makes it found at once.
func eventPath(project int64, id event.ID, day event.Day) string {
	return fmt.Sprintf("/projects/%d/events/%s?day=%s", project, id, day)
}

func apiEventPath(e detail.Event) string { return "/api/v1" + eventPath(e.ProjectID, e.ID, e.Day) }

func (p *Pages) eventURL(r *Request, e detail.Event) string {
	return p.origin(r) + eventPath(e.ProjectID, e.ID, e.Day)
}

// origin is what people reach us by, for texts that leave the browser: the configured URL, else the one they asked.
func (p *Pages) origin(r *Request) string {
	if p.PublicURL != "" {
		return p.PublicURL
	}
	host := strings.Map(func(c rune) rune {
		if c|0x20 >= 'a' && c|0x20 <= 'z' || c >= '0' && c <= '9' || strings.ContainsRune(".:-[]", c) {
			return c
		}
		return -1
	}, r.HTTP.Request().Host)
	return r.HTTP.Scheme() + "://" + host
}

// answerText answers text that no browser takes for anything else.
func answerText(r *Request, text string) error {
	r.HTTP.Response().Header().Set("Content-Security-Policy", "sandbox; default-src 'none'; frame-ancestors 'none'")
	return r.HTTP.Blob(http.StatusOK, "text/plain; charset=utf-8", []byte(text))
}

// answerRaw answers what the client sent, as it is kept; what is no text is saved as a file.
func answerRaw(r *Request, e detail.Event) error {
	if e.Raw.Raw == nil {
		return store.ErrNotFound
	}
	if e.RawEncoding == "" {
		return answerText(r, *e.Raw.Raw)
	}
	r.HTTP.Response().Header().Set("Content-Disposition", `attachment; filename="`+e.ID.String()+`.base64"`)
	return answerText(r, *e.Raw.Raw)
}
