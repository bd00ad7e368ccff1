package ingest

import (
	"fmt"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/faro"
)

// textType is how Grafana's own collector answers.
var textType = []string{"text/plain; charset=utf-8"}

// splitFaro takes the exceptions and error logs of a Faro payload; the rest is counted by kind. Most of what
// Faro sends holds no error.
func splitFaro(r *request, text []byte) (b batch, err error) {
	body, err := faro.Split(text)
	if err != nil {
		return b, err
	}
	r.sdk = body.SDK
	key := short(r.http.Header.Get("Idempotency-Key")) // the same on each attempt, since Faro 2.12
	b.records = make([]sent, len(body.Errors))
	for i := range body.Errors {
		one := &body.Errors[i]
		switch {
		case len(one.Raw) > maxEvent:
			return b, refused(event.ErrTooLarge, fmt.Sprintf("error %d over 1 MiB", i+1))
		case key == "":
			b.records[i] = r.newSent("", one.Timestamp, one.Raw)
		default:
			b.records[i] = r.named("faro/"+key+"/"+one.ID, one.Timestamp, one.Raw)
		}
	}
	r.edge.countItem(itemFaroEvent, body.Events)
	r.edge.countItem(itemFaroMeasurement, body.Measurements)
	r.edge.countItem(itemFaroTrace, body.Traces)
	r.edge.countItem(itemFaroLog, body.Logs)
	b.reply, b.replyType = []byte("ok"), textType
	return b, nil
}
