// Package protocol makes an event of a record, whatever protocol it came by. It is the one place that
// knows them all; the worker calls it and nothing below.
package protocol

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/faro"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/native"
	"github.com/trivetlabs/trivet/pkg/otlp"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/report"
	"github.com/trivetlabs/trivet/pkg/sentry"
)

// Normalise reads the event of a record. Raw parts of the result share memory with rec.Raw. The error is
// event.ErrInvalid (never retry: dead letter) or pack.ErrNewer (a newer worker will know the protocol),
// wrapped.
func Normalise(rec *pack.Record) (e *event.Event, err error) {
	switch event.ParseProtocol(rec.Protocol) {
	case event.Sentry:
		e, err = sentry.Normalise(rec)
	case event.Native:
		e, err = native.Normalise(rec)
	case event.Logs:
		e, err = native.NormaliseLog(rec)
	case event.Faro:
		e, err = faro.Normalise(rec)
	case event.OTLP:
		e, err = otlp.Normalise(rec)
	case event.Report:
		e, err = report.Normalise(rec)
	default:
		return nil, fmt.Errorf("%w: protocol %q", pack.ErrNewer, rec.Protocol)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s event: %w", rec.Protocol, err)
	}
	visitor(e, rec)
	if e.Culprit == "" {
		e.Culprit = grouping.Culprit(e)
	}
	e.Hint = grouping.Hint(e)
	return e, nil
}
