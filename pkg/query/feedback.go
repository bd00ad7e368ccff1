package query

import "github.com/trivetlabs/trivet/pkg/store"

func (a *API) listFeedback(r *request) error {
	p := r.params
	f := store.FeedbackFilter{
		Project: r.project, Event: p.id("event"), From: p.time("from"), To: p.time("to"), Limit: p.limit(), Cursor: p.text("cursor"),
	}
	if err := p.done(); err != nil {
		return err
	}
	feedback, next, err := a.db.Feedback(r.ctx(), r.token.OrganizationID, f)
	if err != nil {
		return err
	}
	return answerList(a, r, "feedback", feedback, next)
}
