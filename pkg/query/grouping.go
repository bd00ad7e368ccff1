package query

import (
	"net/http"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
)

// groupingView says why an event is in its issue.
type groupingView struct {
	Fingerprint event.ID `json:"fingerprint"` // what the event was grouped by when it was stored
	IssueID     event.ID `json:"issue_id"`
	Version     int      `json:"version"` // of the grouping that made the fingerprint; 0 when unknown
	// Current tells that today's code and rules give the same fingerprint. Where they do not, the explanation is of
	// another than the stored one: new events like this go by it, though they may still be of the same issue.
	Current     bool                  `json:"current"`
	Explanation *grouping.Explanation `json:"explanation"` // null when the record is gone
}

func (a *API) showGrouping(r *request) error {
	found, err := a.findEvent(r)
	if err != nil {
		return err
	}
	settings, err := a.db.OwnSettings(r.ctx(), r.token.OrganizationID, r.project)
	if err != nil {
		return err
	}
	view := groupingView{Fingerprint: found.Fingerprint, IssueID: found.IssueID, Version: found.Version}
	if e := a.read(&found); e != nil {
		why := grouping.Explain(e, settings.Grouping.Rules)
		view.Explanation, view.Current = &why, why.Fingerprint == found.Fingerprint
	}
	return a.answer(r.http, http.StatusOK, r.mask, view)
}
