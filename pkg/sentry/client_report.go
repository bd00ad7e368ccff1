package sentry

import (
	"fmt"
	"slices"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxDiscarded is how many entries of one client report count; SDKs send a handful.
const maxDiscarded = 100

// A Discarded is one entry of a client report: so many things were not sent, and why.
type Discarded struct {
	Reason   string // as sent
	Category string // one of Sentry's data categories, Other for anything else
	Quantity int    // 1 to MaxQuantity
}

// Other stands for a reason or category that nobody knows: what clients may write must not make a table grow.
const Other = "other"

// reasons are those of the SDKs (sentry-javascript, packages/core/src/types/clientreport.ts; Sentry's developer
// documentation, "Client Reports").
var reasons = []string{
	"backpressure", "before_send", "buffer_overflow", "cache_overflow", "event_processor", "ignored", "insufficient_data", "internal_sdk_error",
	"invalid", "network_error", "no_parent_span", "queue_overflow", "ratelimit_backoff", "sample_rate", "send_error", "too_large",
}

// KnownReason returns the reason of a client report where it is one of the SDKs', else Other.
func KnownReason(reason string) string { return known(reasons, reason) }

// categories are Sentry's data categories, as rate limits and client reports name them.
var categories = []string{
	"attachment", "check_in", "default", "error", "feedback", "internal", "log_byte", "log_item", "metric", "metric_bucket", "monitor",
	"profile", "profile_chunk", "profile_chunk_ui", "replay", "report", "security", "session", "span", "statsd", "trace_metric", "transaction", "user_report_v2",
}

func known(list []string, name string) string {
	if _, found := slices.BinarySearch(list, name); found {
		return name
	}
	return Other
}

// ClientReport reads the payload of an item client_report: {"discarded_events":[{reason, category, quantity}]}.
// Entries without a quantity, and those past the hundredth, are left out. The error is event.ErrInvalid, wrapped: it
// is no JSON object.
func ClientReport(payload []byte) ([]Discarded, error) {
	r, err := object(payload)
	if err != nil {
		return nil, fmt.Errorf("read client report: %w", err)
	}
	var all []Discarded
	for key := range r.Fields() {
		if string(key) != "discarded_events" {
			continue
		}
		for range r.Elements() {
			if d := discarded(r); d.Quantity > 0 && len(all) < maxDiscarded {
				all = append(all, d)
			}
		}
	}
	return all, nil
}

func discarded(r *jsonx.Reader) (d Discarded) {
	d.Category = Other
	for key := range r.Fields() {
		switch string(key) {
		case "reason":
			d.Reason = r.Str()
		case "category":
			d.Category = known(categories, r.Str())
		case "quantity":
			d.Quantity = quantity(r)
		}
	}
	return d
}
