// Package filter tells noise from errors: what no developer of the site can mend. Pure.
package filter

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// Reason returns why e is dropped in a project of these settings, "" when it is not.
func Reason(e *event.Event, rec *pack.Record, settings *project.Filters) string { return "" }

// Names returns the names of the filters, which are the reasons.
func Names() []string { return nil }
