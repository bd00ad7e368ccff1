package event

import (
	"encoding/json"
	"fmt"
	"math"
	"time"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// A Day is a UTC calendar day, counted from 1970-01-01: the partition of an event.
type Day int32

// DayOf returns the UTC day of t.
func DayOf(t time.Time) Day {
	return Day(math.Floor(float64(t.Unix()) / 86400))
}

// ParseDay reads YYYY-MM-DD.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, fmt.Errorf("day: not a date like 2006-01-02")
	}
	return DayOf(t), nil
}

// Time returns the start of the day.
func (d Day) Time() time.Time { return time.Unix(int64(d)*86400, 0).UTC() }

func (d Day) String() string { return d.Time().Format(time.DateOnly) }

// MarshalJSON writes YYYY-MM-DD.
func (d Day) MarshalJSON() ([]byte, error) { return json.Marshal(d.String()) }

// How far a client's clock may put an event away from its receipt and still choose its partition. The
// past bound must stay under every retention, or an event would be expired on arrival.
const (
	MaxPast   = 7 * 24 * time.Hour
	MaxFuture = 5 * time.Minute
)

// Partition returns the day an event belongs to for ever, from the client's raw timestamp so that a
// retry lands on the same day, or from the time of receipt where the client's is missing (zero) or out of
// bounds; fallback tells that the latter happened and a retry may have landed on a neighbouring day.
func Partition(client, received time.Time) (day Day, fallback bool) {
	if client.IsZero() || client.Before(received.Add(-MaxPast)) || client.After(received.Add(MaxFuture)) {
		return DayOf(received), true
	}
	return DayOf(client), false
}

// ReadTime reads a client's timestamp in any form that is seen in the wild: RFC 3339 with or without a
// zone (then UTC), seconds since 1970 with fractions, or milliseconds when the number is over 1e11.
// The zero time means that it is none of these.
func ReadTime(r *jsonx.Reader) time.Time {
	switch r.Kind() {
	case jsonx.String:
		s := r.Str()
		if t := ParseTime(s); !t.IsZero() {
			return t
		}
		f, ok := jsonx.NewReader([]byte(s)).Float()
		return unixTime(f, ok)
	case jsonx.Number:
		return unixTime(r.Float())
	default:
		r.Skip()
		return time.Time{}
	}
}

// ParseTime reads RFC 3339 with or without a zone, the zero time when s is neither.
func ParseTime(s string) time.Time {
	for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
		if t, err := time.Parse(layout, s); err == nil {
			return clampYear(t.UTC())
		}
	}
	return time.Time{}
}

func unixTime(f float64, ok bool) time.Time {
	if !ok || math.IsNaN(f) || f <= 0 {
		return time.Time{}
	}
	if f > 1e11 {
		f /= 1000
	}
	if f > 253402300799 { // the last second of the year 9999
		return time.Time{}
	}
	whole, frac := math.Modf(f)
	// Microseconds are what Postgres keeps; a float64 of today's seconds holds no more either.
	return time.Unix(int64(whole), int64(math.Round(frac*1e6))*1000).UTC()
}

// clampYear drops times that neither Postgres nor a chart can show.
func clampYear(t time.Time) time.Time {
	if t.Year() < 1 || t.Year() > 9999 {
		return time.Time{}
	}
	return t
}
