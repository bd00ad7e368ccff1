package pages

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

func (p *Pages) feedbackRoutes() []Route {
	return []Route{{Method: http.MethodGet, Path: "/projects/:project/feedback", Name: "feedback", Need: access.Read, Handle: p.showFeedback}}
}

// showFeedback lists what visitors wrote.
func (p *Pages) showFeedback(r *Request) error {
	at := here(r, "from", "to")
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
		links.First = at.URL()
	}
	if next != "" {
		links.Next = at.With("cursor", next)
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
	}{items, links, at.Get("from"), at.Get("to")})
}
