package query

import "github.com/trivetlabs/trivet/pkg/store"

func (a *API) listFeedback(r *request) error {
	p := r.params
	f := store.FeedbackFilter{
		Project: r.project, Event: p.ID("event"), From: p.Time("from"), To: p.Time("to"), Limit: p.Limit(), Cursor: p.Text("cursor"),
	}
	if err := p.Done(); err != nil {
		return err
	}
	feedback, next, err := a.db.Feedback(r.ctx(), r.org(), f)
	if err != nil {
		return err
	}
	return answerList(a, r, "feedback", feedback, next)
}
