package pages

import (
	"net/http"
	"net/url"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) feedbackRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/projects/:project/feedback", Name: "feedback", Need: access.Read, Handle: p.showFeedback}}
}

// showFeedback lists what visitors wrote.
func (p *Pages) showFeedback(r *Request) error {
	f := store.FeedbackFilter{Project: r.Project.ID, From: r.Params.Time("from"), To: r.Params.Time("to"), Cursor: r.Params.Text("cursor")}
	if err := r.Params.Done(); err != nil {
		return err
	}
	found, next, err := p.DB.Feedback(r.HTTP.Request().Context(), r.Org(), f)
	if err != nil {
		return err
	}
	var links struct{ First, Next string }
	if f.Cursor != "" {
		links.First = pageLink(r, "")
	}
	if next != "" {
		links.Next = pageLink(r, next)
	}
	type item struct {
		store.Feedback
		Link  string
		Event string
	}
	items := make([]item, len(found))
	for i, one := range found {
		items[i] = item{Feedback: one, Link: webLink(one.URL)}
		if one.EventID != nil {
			items[i].Event = one.EventID.String()
		}
	}
	return p.show(r, "feedback", struct {
		Items    []item
		Links    struct{ First, Next string }
		From, To string
	}{items, links, r.Params.Text("from"), r.Params.Text("to")})
}

// pageLink is this page at a cursor, the first one where it is empty.
func pageLink(r *Request, cursor string) string {
	query := url.Values{}
	for name, values := range r.HTTP.QueryParams() {
		if name != "cursor" && name != "said" {
			query[name] = values
		}
	}
	if cursor != "" {
		query.Set("cursor", cursor)
	}
	return r.HTTP.Request().URL.Path + "?" + query.Encode()
}
