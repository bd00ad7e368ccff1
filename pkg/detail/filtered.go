package detail

import (
	"context"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// Filtered is an event that a filter dropped, in full as far as its record is there.
type Filtered struct {
	*event.Event
	Reason string `json:"reason"`
	Title  string `json:"title"`
	Raw
	row store.EventRow
}

// Listed is f without what only its record tells.
func (f Filtered) Listed() Filtered {
	f.Event = listed(f.row)
	return f
}

// Filtered finds the sample that a filter kept. The errors are those of store.FilteredSample.
func (r *Reader) Filtered(ctx context.Context, organization, project int64, reason string, id event.ID) (Filtered, error) {
	found, err := r.db.FilteredSample(ctx, organization, project, reason, id)
	if err != nil {
		return Filtered{}, err
	}
	stored := store.Stored{
		EventRow: store.EventRow{ID: found.ID, ProjectID: project, Received: found.Received, Occurred: found.Received, Level: event.Error, Message: found.Title},
		Record:   found.Record, Problem: found.Problem,
	}
	if found.Record != nil {
		stored.Day, stored.Protocol = found.Record.Day, event.ParseProtocol(found.Record.Protocol)
	}
	view := Filtered{Event: read(r.log, &stored), Reason: found.Reason, Title: found.Title, Raw: newRaw(found.Record), row: stored.EventRow}
	if view.Event == nil {
		view.Event = listed(stored.EventRow)
	}
	neverNull(view.Event)
	return view, nil
}
