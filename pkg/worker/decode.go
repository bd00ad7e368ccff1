package worker

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// work is a batch on its way: what goes into the transaction, what is buried after it, and what is then
// acknowledged.
type work struct {
	batch      store.Batch
	deliveries []queue.Delivery
	letters    []queue.DeadLetter
	foreign    int                // events of other projects, acknowledged unwritten
	packs      map[event.ID]bool  // those in batch
	scrubbed   int                // records of which something was taken out
	sidecars   map[sidecarKey]int // what became of records beside events
	room       []byte             // for records that were rewritten
}

// recordRoom is how much of it is made at once.
const recordRoom = 256 << 10

// append writes a record that was changed and returns its bytes.
func (w *work) append(r *pack.Record) []byte {
	if need := len(r.Raw) + 4<<10; cap(w.room)-len(w.room) < need { // a header of ordinary length besides
		w.room = make([]byte, 0, max(need, recordRoom))
	}
	start := len(w.room)
	w.room = r.Append(w.room)
	return w.room[start:len(w.room):len(w.room)]
}

// Reasons of dead letters.
const (
	reasonInvalid    = "invalid"    // no event can be made of the bytes
	reasonCorrupt    = "corrupt"    // the pack itself can't be read
	reasonUnscrubbed = "unscrubbed" // the bytes can't be scrubbed, and are withheld
	reasonRejected   = "rejected"   // Postgres refuses the row
)

// maxInflated is where a transaction stops taking packs: a hostile pack of a few kilobytes inflates to
// pack.MaxDecoded, and a batch may hold hundreds of them.
const maxInflated = 32 << 20

// decode makes rows of the first deliveries, of at least one and of no more than about maxInflated bytes, and
// returns those it left for the next transaction. A pack that only a newer worker can read is left out, to come
// again. The error is one of the database, which is asked for what is needed before anything is looked at.
func (w *Worker) decode(ctx context.Context, deliveries []queue.Delivery) (out *work, rest []queue.Delivery, err error) {
	out = &work{packs: make(map[event.ID]bool, len(deliveries))}
	inflated := 0
	for i, d := range deliveries {
		if inflated >= maxInflated {
			return out, deliveries[i:], nil
		}
		body, err := w.codec.Inflate(nil, d.Body)
		inflated += len(body)
		var records []pack.Record
		if err == nil {
			records, err = pack.Records(body)
		}
		if !allKnown(records) {
			err = fmt.Errorf("%w: kind of record", pack.ErrNewer)
		}
		if errors.Is(err, pack.ErrNewer) {
			w.newer.Store(&problem{fmt.Errorf("pack %s: %w", d.ID, err)})
			w.log.Error().Err(err).Uint64("sequence", d.Sequence).Msg("pack is left for a newer worker")
			continue
		}
		if d.ID.IsZero() { // put into the stream by somebody else: name it by what it is
			d.ID = event.NamedID(0, string(d.Body))
		}
		if d.Attempts > 1 {
			out.batch.Careful = true
		}
		if err := w.loadSalts(ctx, records); err != nil {
			return nil, nil, err
		}
		out.deliveries = append(out.deliveries, d)
		w.addPack(out, d, records)
		if err != nil {
			out.letters = append(out.letters, queue.DeadLetter{
				EventID: d.ID, Pack: d.ID, Reason: reasonCorrupt,
				// What can't be read can't be scrubbed. The stream keeps it for whoever wants to see.
				Error: fmt.Sprintf("%v; body withheld, see %s sequence %d", err, queue.Events, d.Sequence),
			})
		}
	}
	return out, nil, nil
}

// allKnown tells whether this worker knows what every record is.
func allKnown(records []pack.Record) bool {
	for i := range records {
		if k := records[i].Kind; k != pack.Event && !slices.Contains(kinds, k) {
			return false
		}
	}
	return true
}

// addPack adds the rows of one pack. Its day is that of its first record, which is the same in every
// delivery.
func (w *Worker) addPack(out *work, d queue.Delivery, records []pack.Record) {
	if len(records) == 0 {
		return
	}
	index := store.NoPack
	if day := event.DayOf(received(&records[0])); !out.packs[d.ID] && w.hasPartition(day) {
		out.packs[d.ID] = true // the same one a second time in this batch is known
		index = len(out.batch.Packs)
		out.batch.Packs = append(out.batch.Packs, store.Pack{ID: d.ID, Day: day, Events: events(records), Look: w.cfg.Project != 0})
	}
	for i := range records {
		r := &records[i]
		foreign := w.cfg.Project != 0 && r.Project != w.cfg.Project
		switch {
		case r.Kind != pack.Event && !foreign:
			w.addSidecar(out, index, r)
		case r.Kind == pack.Event && foreign:
			out.foreign++
		case r.Kind == pack.Event:
			w.addRecord(out, index, d.ID, r)
		}
	}
}

// events counts the records that are events: only they are accepted, stored, filtered or lost.
func events(records []pack.Record) (n int) {
	for i := range records {
		if records[i].Kind == pack.Event {
			n++
		}
	}
	return n
}

// hasPartition tells whether packs of a day can be remembered. Others are taken for known: nobody can have
// sent them just now.
func (w *Worker) hasPartition(day event.Day) bool {
	today := event.DayOf(w.now())
	return day >= today-store.PartitionsBack && day <= today+store.PartitionsAhead
}

// bury makes a dead letter of a row that was to be inserted.
func (w *work) bury(r *store.Row, reason string, cause error) {
	var packID event.ID
	if r.Pack != store.NoPack {
		packID = w.batch.Packs[r.Pack].ID
	}
	w.letters = append(w.letters, queue.DeadLetter{
		Project: r.Project, EventID: r.Event.ID, Pack: packID, Reason: reason, Error: cause.Error(), Record: r.Record,
	})
}

// decodeLetter makes the row of one dead letter, or a letter again when that can't be. The error is one of the
// database.
func (w *Worker) decodeLetter(ctx context.Context, d queue.Delivery) (*work, error) {
	out := &work{deliveries: []queue.Delivery{d}, batch: store.Batch{Careful: true}}
	r, refused := letterRecord(d.Body)
	if refused != "" {
		out.letters = append(out.letters, queue.DeadLetter{Reason: refused})
		return out, nil
	}
	if err := w.loadSalts(ctx, []pack.Record{r}); err != nil {
		return nil, err
	}
	w.addRecord(out, store.NoPack, event.ID{}, &r)
	return out, nil
}

// letterRecord reads the event of a dead letter, or tells why it can never be tried again.
func letterRecord(body []byte) (r pack.Record, refused string) {
	r, rest, err := pack.Parse(body)
	switch {
	case err != nil || len(rest) > 0 || r.Kind != pack.Event:
		return r, reasonCorrupt
	case len(r.Raw) == 0: // withheld: there is nothing to make an event of
		return r, reasonUnscrubbed
	}
	return r, ""
}
