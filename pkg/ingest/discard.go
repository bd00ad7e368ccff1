package ingest

import (
	"cmp"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

const (
	// discardsEvery is how often projects are told what was refused.
	discardsEvery = 5 * time.Second
	// maxDiscards bounds the sums in memory; what comes on top is in the metrics only.
	maxDiscards = 10000
)

// Categories of a discard beside those of items.
const (
	categoryError  = "error"
	categoryReport = "report"
)

// A discard is what wasn't taken of a project's, and why: the code of a refusal, or why an item was dropped.
type discard struct {
	project          int64
	reason, category string
}

func (d discard) compare(other discard) int {
	return cmp.Or(cmp.Compare(d.project, other.project), cmp.Compare(d.reason, other.reason), cmp.Compare(d.category, other.category))
}

// discards sums what was not taken and tells it to the worker, best effort: of what was refused nothing is on
// disk. A sum that can't be published is kept and tried again, for the queue is away just when most is refused.
// Publishing counts nothing itself. Safe for concurrent use.
type discards struct {
	lanes *lanes
	now   func() time.Time
	stop  func()
	ended sync.WaitGroup

	mu   sync.Mutex
	sums map[discard]int
}

func startDiscards(lanes *lanes, now func() time.Time) *discards {
	stopped := make(chan struct{})
	d := &discards{lanes: lanes, now: now, stop: sync.OnceFunc(func() { close(stopped) }), sums: map[discard]int{}}
	d.ended.Go(func() { d.run(stopped) })
	return d
}

func (d *discards) run(stopped <-chan struct{}) {
	ticker := time.NewTicker(discardsEvery)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			d.flush()
		case <-stopped:
			d.flush()
			return
		}
	}
}

func (d *discards) add(what discard, n int) {
	if n == 0 {
		return
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, ok := d.sums[what]; ok || len(d.sums) < maxDiscards {
		d.sums[what] += n
	}
}

// flush publishes all sums as one pack.
func (d *discards) flush() {
	d.mu.Lock()
	sums := d.sums
	d.sums = make(map[discard]int, min(len(sums), 16))
	d.mu.Unlock()
	if len(sums) == 0 {
		return
	}
	records, n := encodeDiscards(sums, d.now())
	if err := d.lanes.commit(records, n); err != nil { // the lane has told of it
		for what, n := range sums {
			d.add(what, n)
		}
	}
}

// encodeDiscards returns a record for each project, in the form of Sentry's client reports.
func encodeDiscards(sums map[discard]int, now time.Time) (records *[]byte, n int) {
	all := make([]discard, 0, len(sums))
	for what := range sums {
		all = append(all, what)
	}
	slices.SortFunc(all, discard.compare)
	var out []byte
	received := now.UTC().Truncate(time.Microsecond)
	for len(all) > 0 {
		end := slices.IndexFunc(all, func(d discard) bool { return d.project != all[0].project })
		if end < 0 {
			end = len(all)
		}
		mine := all[:end]
		all = all[end:]
		raw := append(strconv.AppendInt([]byte(`{"timestamp":`), received.Unix(), 10), `,"discarded_events":[`...)
		for i, what := range mine {
			if i > 0 {
				raw = append(raw, ',')
			}
			raw = jsonx.AppendString(append(raw, `{"reason":`...), what.reason)
			raw = jsonx.AppendString(append(raw, `,"category":`...), what.category)
			raw = append(strconv.AppendInt(append(raw, `,"quantity":`...), int64(sums[what]), 10), '}')
		}
		record := pack.Record{
			ID: event.NewID(received), Project: mine[0].project, Day: event.DayOf(received), Received: received,
			Protocol: event.Sentry.String(), Kind: pack.EdgeReport, Raw: append(raw, "]}"...),
		}
		out = record.Append(out)
		n++
	}
	return &out, n
}

// close tells what is left; the lanes must still run. Calling it again is harmless.
func (d *discards) close() {
	d.stop()
	d.ended.Wait()
}
