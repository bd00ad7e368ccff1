package ingest

// maxItemCount bounds what one container item may claim in the metrics.
const maxItemCount = 10000

// Items of other protocols than Sentry's that are counted and not kept.
const (
	itemNELSuccess      = "nel_success"
	itemFaroEvent       = "faro_event"
	itemFaroMeasurement = "faro_measurement"
	itemFaroTrace       = "faro_trace"
	itemFaroLog         = "faro_log"
	itemOTLPLog         = "otlp_log"
	itemOther           = "other"
)

// itemTypes are the envelope items that are counted by name; a type nobody knows is itemOther.
var itemTypes = []string{
	"event", "transaction", "feedback", "attachment", "session", "sessions", "client_report", "user_report", "span",
	"log", "trace_metric", "replay_event", "replay_recording", "replay_video", "check_in", "profile", "profile_chunk",
	"raw_security", "statsd", "form_data", "unreal_report", "minidump",
	itemNELSuccess, itemFaroEvent, itemFaroMeasurement, itemFaroTrace, itemFaroLog, itemOTLPLog, itemOther,
}

// Why an item of a kind that is kept was dropped, its event or envelope being taken all the same.
const (
	dropTooLarge = "too_large"
	dropTooMany  = "too_many"
	dropInvalid  = "invalid"
	dropNoEvent  = "no_event" // an attachment of nothing that is kept
)

// sidecarTypes are the items that can be dropped so, and dropReasons why.
var (
	sidecarTypes = []string{"attachment", "feedback", "user_report", "session", "sessions", "client_report"}
	dropReasons  = []string{dropTooLarge, dropTooMany, dropInvalid, dropNoEvent}
)

func (e *Edge) countItem(name string, n int) {
	if n == 0 {
		return
	}
	counter, ok := e.metrics.items[name]
	if !ok {
		counter = e.metrics.items[itemOther]
	}
	counter.Add(float64(min(n, maxItemCount)))
}

// drop counts an item that is let go, and tells its project.
func (r *request) drop(item, reason string) {
	r.edge.metrics.dropped[item][reason].Inc()
	r.edge.discards.add(discard{r.project, reason, categoryOf(item)}, 1)
}

// categoryOf is Sentry's data category of an item.
func categoryOf(item string) string {
	switch item {
	case "user_report":
		return "feedback"
	case "sessions":
		return "session"
	case "client_report":
		return "internal"
	}
	return item
}
