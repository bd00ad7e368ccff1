package store

import (
	"bytes"
	"cmp"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// A plan is a batch made ready to send: which rows are new, their blocks, and the bodies of both COPYs
// where a row is new.
type plan struct {
	fresh  []*Row // to be inserted, in the order of compareKeys
	known  []*Row // there already, or a second time in this batch
	events *copyBuffer
	blocks *copyBuffer
	fields *copyBuffer

	memory   *memory // by which the rest is found
	now      time.Time
	found    *found
	releases map[projectRelease]time.Time
	users    map[dayUser]uint64
}

// maxListText cuts what is only shown in lists; the record keeps it whole.
const maxListText = 500

// newPlan sorts the rows of b into new and known. there holds the keys that are in the database, nil when
// nobody has looked; m is what need not be written again.
func (s *Store) newPlan(b *Batch, there map[key]bool, m *memory, now time.Time) *plan {
	p := &plan{memory: m, now: now}
	seen := make(map[key]bool, len(b.Rows))
	for i := range b.Rows {
		r := &b.Rows[i]
		if r.Outcome != Insert {
			continue
		}
		if slices.ContainsFunc(r.keys(), func(k key) bool { return seen[k] || there[k] }) {
			p.known = append(p.known, r)
			continue
		}
		seen[r.key()] = true
		p.fresh = append(p.fresh, r)
	}
	if len(p.fresh) > 0 {
		p.encode(s.codec)
		p.fields = countFields(p.fresh)
	}
	p.found, p.releases, p.users = m.findWords(s.finder, p.fresh, now), m.releases.fresh(p.fresh), m.dayUsers(p.fresh)
	slices.SortFunc(p.known, compareKeys)
	return p
}

// moves tells whether a row is new though its pack was written before: then it was counted as something else.
func (p *plan) moves(b *Batch, states map[event.ID]packState) bool {
	return slices.ContainsFunc(p.fresh, func(r *Row) bool { return r.Pack != NoPack && b.state(r.Pack, states) == packKnown })
}

// compareKeys orders rows as they are inserted everywhere, or two workers with the same events would
// deadlock. The day comes first: COPY gathers rows by partition before it inserts them.
func compareKeys(a, b *Row) int {
	return cmp.Or(cmp.Compare(a.Event.Day, b.Event.Day), bytes.Compare(a.Event.ID[:], b.Event.ID[:]), cmp.Compare(a.Project, b.Project))
}

// encode lays the new rows' records into blocks, one for each project and day, so that isolation, retention
// and erasure never cross them, and writes both COPY bodies.
func (p *plan) encode(codec *pack.Codec) {
	bySpace := slices.Clone(p.fresh)
	slices.SortStableFunc(bySpace, func(a, b *Row) int {
		return cmp.Or(cmp.Compare(a.Project, b.Project), cmp.Compare(a.Event.Day, b.Event.Day))
	})
	type place struct {
		block      int64
		start, end int
	}
	places := make(map[*Row]place, len(p.fresh))
	p.blocks = newCopyBuffer(64 << 10)
	var records, frame []byte
	for start := 0; start < len(bySpace); {
		first := bySpace[start]
		block := newBlockID(first.Received)
		records = records[:0]
		end := start
		for ; end < len(bySpace) && end-start < maxBlockRecords && len(records) < maxBlockBytes; end++ {
			r := bySpace[end]
			if r.Project != first.Project || r.Event.Day != first.Event.Day {
				break
			}
			places[r] = place{block, len(records), len(records) + len(r.Record)}
			records = append(records, r.Record...)
		}
		frame = codec.Compress(frame[:0], records)
		p.blocks.row(4)
		p.blocks.int8(first.Project)
		p.blocks.int8(block)
		p.blocks.date(first.Event.Day)
		p.blocks.bytes(frame)
		start = end
	}
	slices.SortFunc(p.fresh, compareKeys)
	p.events = newCopyBuffer(512 * (len(p.fresh) + 1))
	for _, r := range p.fresh {
		at := places[r]
		p.events.event(r, at.block, at.start, at.end-at.start)
	}
}

// Reading one event inflates its block: a larger one saves bytes and costs that read.
const (
	maxBlockRecords = 256
	maxBlockBytes   = 1 << 20
)

// newBlockID returns an id that grows with time, so that new blocks append to their index, and that two
// workers don't choose at once: 41 bits of milliseconds, 22 random ones.
func newBlockID(now time.Time) int64 {
	return now.UnixMilli()<<22 | rand.Int64N(1<<22) // not a secret; a clash is a conflict and tried again
}

const copyBlocks = `copy trivet.blocks (project_id, block_id, day, data) from stdin (format binary)`

const copyEvents = `copy trivet.events (event_id, project_id, fingerprint, received_at, occurred_at, user_hash, block_id, day,
	block_start, block_length, level, protocol, handled, type, message, culprit, release, environment, browser, os, url, tags)
	from stdin (format binary)`

func (c *copyBuffer) event(r *Row, block int64, start, length int) {
	e := r.Event
	c.row(22)
	c.uuid(e.ID)
	c.int8(e.ProjectID)
	c.uuid(r.Fingerprint)
	c.time(r.Received)
	c.time(e.Occurred)
	if r.UserHash == nil {
		c.null()
	} else {
		c.int8(*r.UserHash)
	}
	c.int8(block)
	c.date(e.Day)
	c.int4(start)
	c.int4(length)
	c.int2(int16(e.Level))
	c.int2(int16(e.Protocol))
	c.boolean(e.Handled)
	c.text(e.Type)
	c.text(event.Cut(e.Message, maxListText))
	c.text(e.Culprit)
	c.text(e.Release)
	c.text(e.Environment)
	c.text(e.Browser)
	c.text(e.OS)
	c.text(event.Cut(e.URL, maxListText))
	c.tags(e.Tags)
}
