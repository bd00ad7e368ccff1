package worker

import (
	"errors"
	"fmt"
	"runtime"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// maxAhead is how far the clock of an edge may be before ours.
const maxAhead = 24 * time.Hour

// check tells whether an edge can have written a record now.
func (w *Worker) check(r *pack.Record) error {
	if err := r.Check(); err != nil {
		return err
	}
	if r.Received.After(w.now().Add(maxAhead)) {
		return fmt.Errorf("%w: received in the future", pack.ErrCorrupt)
	}
	return nil
}

// received is the record's, or the epoch for a header that lacks it: counters need some time.
func received(r *pack.Record) time.Time {
	if r.Received.IsZero() {
		return time.Unix(0, 0)
	}
	return r.Received
}

// addRecord adds the row of one event: to be inserted, filtered, expired, or dead. Nothing of the record leaves it
// before it is scrubbed.
func (w *Worker) addRecord(out *work, index int, packID event.ID, r *pack.Record) {
	row := store.Row{Pack: index, Project: r.Project, Received: received(r), Fallback: r.Fallback}
	err := w.check(r)
	if err == nil && r.Day < w.oldest() {
		row.Outcome = store.Expired
		out.batch.Rows = append(out.batch.Rows, row)
		return
	}
	rules, reason := w.rulesOf(r.Project), reasonCorrupt
	changed, scrubErr := clean(rules, r)
	if err == nil && scrubErr == nil {
		var anonymous bool
		anonymous, err = w.fill(&row, r, rules)
		reason, changed = reasonInvalid, changed || anonymous
	}
	switch {
	case scrubErr != nil:
		withhold(r)
		reason, err = reasonUnscrubbed, errors.Join(err, errWithheld)
		row.Record = r.Append(nil)
	case changed:
		out.scrubbed++
		row.Record = out.append(r)
	default:
		row.Record = r.Bytes
	}
	if errors.Is(err, pack.ErrNewer) {
		// A protocol of a newer edge: the event waits among the dead letters for a worker that knows it.
		err = fmt.Errorf("unknown protocol: %w", err)
	}
	if err != nil {
		row.Outcome = store.Dead
		out.letters = append(out.letters, queue.DeadLetter{
			Project: r.Project, EventID: r.ID, Pack: packID, Reason: reason, Error: err.Error(), Record: row.Record,
		})
	}
	out.batch.Rows = append(out.batch.Rows, row)
}

// errWithheld says why a dead letter has no body.
var errWithheld = errors.New("body withheld: it can't be scrubbed")

// withhold leaves of a record only what the edge itself put into its header.
func withhold(r *pack.Record) {
	*r = pack.Record{ID: r.ID, Project: r.Project, Day: r.Day, Fallback: r.Fallback, Received: r.Received, Protocol: r.Protocol, Group: r.Group, Kind: r.Kind}
}

// clean scrubs a record, behind a net: one that finds a fault in our code can't be scrubbed either.
func clean(rules *rules, r *pack.Record) (changed bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = caught("scrub", p)
		}
	}()
	return rules.scrubber.Record(r)
}

// caught makes an error of a panic. Only the runtime's own text goes into it: any other may hold some of the event.
func caught(doing string, p any) error {
	if fault, ok := p.(runtime.Error); ok {
		return fmt.Errorf("%s: panic: %w", doing, fault)
	}
	return fmt.Errorf("%s: panic with a %T", doing, p)
}

// fill makes the event of a scrubbed record, decides whether it is noise and groups it, behind a net: one event that
// finds a fault in our code must not stop its neighbours. anonymous tells that the visitor's address was taken out of
// the record, since the event may not show it.
func (w *Worker) fill(row *store.Row, r *pack.Record, rules *rules) (anonymous bool, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = caught("read event", p)
		}
	}()
	e, err := protocol.Normalise(r)
	if err != nil {
		return false, err
	}
	if r.IP != "" && (e.User == nil || e.User.IPAddress != r.IP) {
		r.IP, anonymous = "", true
	}
	row.Event, row.Title = e, grouping.Title(e)
	if row.Reason = filter.Reason(e, r, &rules.filters); row.Reason != "" {
		row.Outcome = store.Noise
		return anonymous, nil
	}
	row.Fingerprint, row.Version = grouping.Of(e, rules.grouping), grouping.Version
	if !w.known.has(r.Project, row.Fingerprint) {
		row.Earlier = earlier(e, row.Fingerprint, rules)
	}
	row.UserHash = event.UserHash(r.Project, e.User.Key())
	return anonymous, nil
}

// earlier returns what earlier groupings would have made of e. What a rule of the project decides is nobody's
// successor: people write rules to part what was one issue.
func earlier(e *event.Event, today event.ID, rules *rules) []event.ID {
	if len(rules.grouping) > 0 && grouping.Of(e, nil) != today {
		return nil
	}
	return grouping.Earlier(e)
}
