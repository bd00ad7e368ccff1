package sentry

import (
	"fmt"
	"math"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxBuckets is how many buckets of one sessions item count: one for each minute or so that a server gathered.
const maxBuckets = 100

// A Session is what one update of a session tells, or one bucket of sessions that a server counted itself.
type Session struct {
	ID          string    // sid as sent; "" for a bucket
	Release     string    // "" where the client names none: such a session belongs nowhere
	Environment string    // "" when unknown
	Started     time.Time // by the client's clock; zero when missing

	// How many began, met an error and crashed, each of the latter counted in the ones before it. Of an update
	// they are 0 or 1: Began with its first, the others with each from the error on.
	Began, Errored, Crashed int
}

// Sessions reads the payload of an item session or sessions. The error is event.ErrInvalid, wrapped: it is no JSON
// object. Shapes: Sentry's developer documentation, "Sessions"; an uncaught error is crashed to SDKs up to 10 and
// unhandled to those from 11 on.
func Sessions(payload []byte) ([]Session, error) {
	r, err := object(payload)
	if err != nil {
		return nil, fmt.Errorf("read session: %w", err)
	}
	var one Session
	var buckets []Session
	var status string
	errors, initial, aggregated := 0, false, false
	for key := range r.Fields() {
		switch string(key) {
		case "sid":
			one.ID = event.Cut(scalar(r), event.MaxText)
		case "init":
			initial, _ = r.Bool()
		case "started":
			one.Started = event.ReadTime(r)
		case "status":
			status = r.Str()
		case "errors":
			errors = r.Int()
		case "attrs":
			for key := range r.Fields() {
				switch string(key) {
				case "release":
					one.Release = event.Cut(scalar(r), event.MaxRelease)
				case "environment":
					one.Environment = event.Cut(scalar(r), event.MaxEnvironment)
				}
			}
		case "aggregates":
			aggregated = true
			for range r.Elements() {
				if b := bucket(r); b.Began > 0 && len(buckets) < maxBuckets {
					buckets = append(buckets, b)
				}
			}
		}
	}
	if aggregated {
		for i := range buckets { // attrs may stand behind them
			buckets[i].Release, buckets[i].Environment = one.Release, one.Environment
		}
		return buckets, nil
	}
	one.Began = toInt(initial)
	one.Crashed = toInt(status == "crashed" || status == "unhandled")
	one.Errored = max(one.Crashed, toInt(errors > 0 || status == "errored" || status == "abnormal"))
	return []Session{one}, nil
}

// bucket reads {started, exited, errored, abnormal, unhandled, crashed}: sessions that began in one minute, each by
// how it ended.
func bucket(r *jsonx.Reader) (b Session) {
	for key := range r.Fields() {
		switch string(key) {
		case "started":
			b.Started = event.ReadTime(r)
		case "exited":
			b.Began += quantity(r)
		case "errored", "abnormal":
			n := quantity(r)
			b.Began, b.Errored = b.Began+n, b.Errored+n
		case "crashed", "unhandled":
			n := quantity(r)
			b.Began, b.Errored, b.Crashed = b.Began+n, b.Errored+n, b.Crashed+n
		}
	}
	most := MaxQuantity // also where a hostile bucket names a member many times
	b.Began, b.Errored, b.Crashed = min(b.Began, most), min(b.Errored, most), min(b.Crashed, most)
	return b
}

// MaxQuantity is the most that one number of a client's counts for: a larger one is a mistake or a joke.
const MaxQuantity = 1_000_000

// quantity reads a count, 0 where there is none.
func quantity(r *jsonx.Reader) int {
	f, ok := r.Float()
	if !ok || math.IsNaN(f) {
		return 0
	}
	return int(min(max(f, 0), MaxQuantity))
}

func toInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

// object returns a Reader on a text that is one JSON object.
func object(text []byte) (*jsonx.Reader, error) {
	if err := jsonx.Check(text); err != nil {
		return nil, fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	r := jsonx.NewReader(text)
	if r.Kind() != jsonx.Object {
		return nil, fmt.Errorf("%w: not a JSON object", event.ErrInvalid)
	}
	return r, nil
}
