package pages

import (
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A crumbView is one step of the way to an error.
type crumbView struct {
	Ago      string // before the error: "2.3 s"; empty where a time is not known
	At       *time.Time
	Kind     string // category, or type where there is none
	Level    string
	Message  string
	Data     []pair
	TheError bool
}

// newCrumbs prepares the breadcrumbs of an event, oldest first, with the error itself at their end. Their times and the
// error's are of the same clock: the client's.
func newCrumbs(e *event.Event) []crumbView {
	if len(e.Breadcrumbs) == 0 {
		return nil
	}
	crumbs := make([]crumbView, 0, len(e.Breadcrumbs)+1)
	for i := range e.Breadcrumbs {
		b := &e.Breadcrumbs[i]
		c := crumbView{At: b.Time, Kind: b.Category, Level: b.Level, Message: b.Message, Data: pairsOf(b.Data)}
		if c.Kind == "" {
			c.Kind = b.Type
		}
		if b.Time != nil && !e.Occurred.IsZero() {
			c.Ago = before(e.Occurred.Sub(*b.Time))
		}
		crumbs = append(crumbs, c)
	}
	occurred := e.Occurred
	return append(crumbs, crumbView{At: &occurred, Kind: "error", Level: e.Level.String(), Message: titleOf(e.Type, e.Message), TheError: true})
}

// before writes how long before the error something was.
func before(d time.Duration) string {
	sign := "−"
	if d < 0 {
		sign, d = "+", -d
	}
	switch {
	case d < 10*time.Second:
		return sign + strconv.FormatFloat(d.Seconds(), 'f', 2, 64) + " s"
	case d < 2*time.Minute:
		return sign + strconv.FormatFloat(d.Seconds(), 'f', 0, 64) + " s"
	case d < 2*time.Hour:
		return sign + strconv.Itoa(int(d.Minutes())) + " min"
	case d < 48*time.Hour:
		return sign + strconv.Itoa(int(d.Hours())) + " h"
	}
	return sign + strconv.Itoa(int(d.Hours()/24)) + " d"
}
