package read

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// Open returns a Reader at the JSON object that a record holds. The error is event.ErrInvalid, wrapped.
func Open(rec *pack.Record) (*jsonx.Reader, error) {
	if err := rec.CheckJSON(); err != nil {
		return nil, fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	r := jsonx.NewReader(rec.Raw)
	if r.Kind() != jsonx.Object {
		return nil, fmt.Errorf("%w: not a JSON object", event.ErrInvalid)
	}
	return r, nil
}

// Start returns the event of a record before anything of it is read: it happened when it was received, until its
// client says otherwise.
func Start(rec *pack.Record, protocol event.Protocol) *event.Event {
	return &event.Event{
		ID: rec.ID, ProjectID: rec.Project, Day: rec.Day, Received: rec.Received, Occurred: rec.Received, Protocol: protocol,
	}
}

// Settle fills from the request what a client may tell beside its event instead of in it: release, environment
// and its own name.
func Settle(e *event.Event, rec *pack.Record) {
	if e.Release == "" {
		e.Release = rec.HTTP.Release
	}
	if e.Environment == "" {
		e.Environment = rec.HTTP.Environment
	}
	if e.SDK == nil {
		e.SDK = ParseSDK(rec.SDK)
	}
}
