package detail

import (
	"context"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
)

// A Grouping says why an event is in its issue.
type Grouping struct {
	Fingerprint event.ID `json:"fingerprint"` // what the event was grouped by when it was stored
	IssueID     event.ID `json:"issue_id"`
	Version     int      `json:"version"` // of the grouping that made the fingerprint; 0 when unknown
	// Current tells that today's code and rules give the same fingerprint. Where they do not, the explanation is of
	// another than the stored one: new events like this go by it, though they may still be of the same issue.
	Current     bool                  `json:"current"`
	Explanation *grouping.Explanation `json:"explanation"` // null when the record is gone
}

// Grouping tells why an event is in its issue. The errors are those of store.Event.
func (r *Reader) Grouping(ctx context.Context, organization, project int64, id event.ID, day *event.Day) (Grouping, error) {
	found, err := r.db.Event(ctx, organization, project, id, day)
	if err != nil {
		return Grouping{}, err
	}
	settings, err := r.db.OwnSettings(ctx, organization, project)
	if err != nil {
		return Grouping{}, err
	}
	view := Grouping{Fingerprint: found.Fingerprint, IssueID: found.IssueID, Version: found.Version}
	if e := read(r.log, &found); e != nil {
		why := grouping.Explain(e, settings.Grouping.Rules)
		view.Explanation, view.Current = &why, why.Fingerprint == found.Fingerprint
	}
	return view, nil
}
