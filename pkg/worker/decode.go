package worker

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/queue"
	"github.com/trivetlabs/trivet/pkg/store"
)

// work is a batch on its way: what goes into the transaction, what is buried after it, and what is then
// acknowledged.
type work struct {
	batch      store.Batch
	deliveries []queue.Delivery
	letters    []queue.DeadLetter
	foreign    int               // records of other projects, acknowledged unwritten
	packs      map[event.ID]bool // those in batch
}

// Reasons of dead letters.
const (
	reasonInvalid = "invalid" // no event can be made of the bytes
	reasonCorrupt = "corrupt" // the pack itself can't be read
)

// maxInflated is where a transaction stops taking packs: a hostile pack of a few kilobytes inflates to
// pack.MaxDecoded, and a batch may hold hundreds of them.
const maxInflated = 32 << 20

// decode makes rows of the first deliveries, of at least one and of no more than about maxInflated bytes, and
// returns those it left for the next transaction. A pack that only a newer worker can read is left out, to come
// again.
func (w *Worker) decode(deliveries []queue.Delivery) (out *work, rest []queue.Delivery) {
	out = &work{packs: make(map[event.ID]bool, len(deliveries))}
	inflated := 0
	for i, d := range deliveries {
		if inflated >= maxInflated {
			return out, deliveries[i:]
		}
		body, err := w.codec.Inflate(nil, d.Body)
		inflated += len(body)
		var records []pack.Record
		if err == nil {
			records, err = pack.Records(body)
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
		out.deliveries = append(out.deliveries, d)
		w.addPack(out, d, records)
		if err != nil {
			out.letters = append(out.letters, queue.DeadLetter{
				EventID: d.ID, Pack: d.ID, Reason: reasonCorrupt, Error: err.Error(), Record: d.Body,
			})
		}
	}
	return out, nil
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
		out.batch.Packs = append(out.batch.Packs, store.Pack{ID: d.ID, Day: day, Events: len(records), Look: w.cfg.Project != 0})
	}
	for i := range records {
		r := &records[i]
		if w.cfg.Project != 0 && r.Project != w.cfg.Project {
			out.foreign++
			continue
		}
		w.addRecord(out, index, d.ID, r)
	}
}

// maxAhead is how far the clock of an edge may be before ours.
const maxAhead = 24 * time.Hour

// hasPartition tells whether packs of a day can be remembered. Others are taken for known: nobody can have
// sent them just now.
func (w *Worker) hasPartition(day event.Day) bool {
	today := event.DayOf(w.now())
	return day >= today-store.PartitionsBack && day <= today+store.PartitionsAhead
}

// received is the record's, or the epoch for a header that lacks it: counters need some time.
func received(r *pack.Record) time.Time {
	if r.Received.IsZero() {
		return time.Unix(0, 0)
	}
	return r.Received
}

// addRecord adds the row of one record: to be inserted, expired, or dead.
func (w *Worker) addRecord(out *work, index int, packID event.ID, r *pack.Record) {
	row := store.Row{Pack: index, Project: r.Project, Received: received(r), Fallback: r.Fallback, Record: r.Bytes}
	err := r.Check()
	if err == nil && r.Received.After(w.now().Add(maxAhead)) {
		err = fmt.Errorf("%w: received in the future", pack.ErrCorrupt)
	}
	if err == nil && r.Day < w.oldest() {
		row.Outcome = store.Expired
		out.batch.Rows = append(out.batch.Rows, row)
		return
	}
	reason := reasonCorrupt
	if err == nil {
		reason, err = reasonInvalid, fill(&row, r)
	}
	if errors.Is(err, pack.ErrNewer) {
		// A protocol of a newer edge: the event waits among the dead letters for a worker that knows it.
		err = fmt.Errorf("unknown protocol %q: %w", r.Protocol, err)
	}
	if err != nil {
		row.Outcome = store.Dead
		out.letters = append(out.letters, queue.DeadLetter{
			Project: r.Project, EventID: r.ID, Pack: packID, Reason: reason, Error: err.Error(), Record: r.Bytes,
		})
	}
	out.batch.Rows = append(out.batch.Rows, row)
}

// fill makes the event of a record and groups it, behind a net: one event that finds a fault in our code
// must not stop its neighbours.
func fill(row *store.Row, r *pack.Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("read event: panic: %v", p)
		}
	}()
	e, err := protocol.Normalise(r)
	if err != nil {
		return err
	}
	row.Event, row.Fingerprint, row.Version, row.Title = e, grouping.Of(e, nil), grouping.Version, grouping.Title(e)
	row.UserHash = userHash(r.Project, e.User.Key())
	return nil
}

// userHash names a user of a project in 64 bits; nil for nobody.
func userHash(project int64, key string) *int64 {
	if key == "" {
		return nil
	}
	sum := sha256.Sum256(append(strconv.AppendInt(nil, project, 10), "/"+key...))
	hash := int64(binary.BigEndian.Uint64(sum[:8])) // any 64 bits will do
	return &hash
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

// decodeLetter makes the row of one dead letter, or a letter again when that can't be.
func (w *Worker) decodeLetter(d queue.Delivery) *work {
	out := &work{deliveries: []queue.Delivery{d}, batch: store.Batch{Careful: true}}
	r, rest, err := pack.Parse(d.Body)
	if err != nil || len(rest) > 0 {
		out.letters = append(out.letters, queue.DeadLetter{Reason: reasonCorrupt})
		return out
	}
	w.addRecord(out, store.NoPack, event.ID{}, &r)
	return out
}
