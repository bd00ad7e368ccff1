package read

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Label reads a short text, cut to event.MaxText; a number is taken as it is written, anything else is "".
func Label(r *jsonx.Reader) string {
	if k := r.Kind(); k != jsonx.String && k != jsonx.Number {
		r.Skip()
		return ""
	}
	return event.Cut(r.Text(), event.MaxText)
}
