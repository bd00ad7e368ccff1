package pages

import (
	"context"
	"net/url"

	"github.com/trivetlabs/trivet/pkg/store"
)

// fillActivity reads what happened to an issue, newest first.
func (p *Pages) fillActivity(ctx context.Context, r *Request, page *issuePage, cursor string) error {
	found, next, err := p.DB.Activities(ctx, r.Org(), r.Project.ID, page.Issue.ID, 0, cursor)
	if err != nil {
		return err
	}
	me := r.Viewer.Actor()
	for _, a := range found {
		view := newActivity(a)
		view.Own = a.Kind == "comment" && a.Actor.Kind == me.Kind && a.Actor.ID == me.ID && me.Kind != store.ActorOperator
		page.Activity = append(page.Activity, view)
	}
	here := page.Path + "?tab=" + tabActivity
	if next != "" {
		page.Next = here + "&cursor=" + url.QueryEscape(next)
	}
	if cursor != "" {
		page.First = here
	}
	return nil
}
