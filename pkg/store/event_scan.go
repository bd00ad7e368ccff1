package store

import (
	"context"
	_ "embed" // the statements
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/search"
)

//go:embed sql/events.sql
var eventsSQL string

//go:embed sql/events_reach.sql
var eventsReachSQL string

//go:embed sql/issue_events.sql
var issueEventsSQL string

//go:embed sql/issue_events_reach.sql
var issueEventsReachSQL string

//go:embed sql/event_fingerprints.sql
var eventFingerprintsSQL string

// An eventScan looks for the events of a filter step by step, so that one that hardly anything matches costs no more at
// once than one that everything matches.
type eventScan struct {
	f      EventFilter
	window      // of receipt
	newer  bool // from older to newer
	steps  int  // done

	list, reach string
	args        []any // of list: its own, then those of conditions
	reachArgs   int   // how many of them are reach's
	narrow      bool  // it doesn't show everything
	few         int   // fingerprints it is about, 0 where they are not known
	ready       bool
}

//go:embed sql/release_since.sql
var releaseSinceSQL string

// narrowRelease leaves out the time before the release that is asked for was first seen; all of it where there never was one.
func (e *eventScan) narrowRelease(ctx context.Context, tx pgx.Tx) error {
	release := e.f.Release
	for _, t := range e.f.Query.Terms {
		if t.Field == search.Release && t.Op == search.Equal && !t.Not {
			release = t.Value
		}
	}
	if release == "" || e.newer {
		return nil
	}
	var since *time.Time
	var all bool
	if err := tx.QueryRow(ctx, releaseSinceSQL, e.f.Project, release, maxProjectReleases).Scan(&since, &all); err != nil {
		return err
	}
	switch {
	case since != nil && since.After(e.from):
		e.from = *since
	case since == nil && all:
		e.from = e.to
	}
	return nil
}

// ownArgs is how many parameters the statements themselves have.
const ownArgs = 7

// How many events a step looks at, at least: the first ones cost what a page costs, and the later ones what nobody waits
// for twice.
var reaches = []int{2_000, 16_000, 60_000}

// maxFew is how many fingerprints are looked for one by one.
const maxFew = 200

func newEventScan(f EventFilter) (*eventScan, error) {
	span := defaultSpan
	if !f.Issue.IsZero() {
		span = 0
	}
	w, err := newWindow(f.From, f.To, span)
	if err != nil {
		return nil, err
	}
	c := f.newConditions(ownArgs)
	c.addEvent(f, false) // all of it, for its errors
	return &eventScan{f: f, window: w}, c.err
}

func (f EventFilter) newConditions(own int) *conditions {
	return &conditions{args: make([]any, own), project: f.Project, now: time.Now().UTC()}
}

// prepare chooses the statements: those of the issue, or of few fingerprints, read an index of each fingerprint.
func (e *eventScan) prepare(ctx context.Context, tx pgx.Tx) error {
	e.ready = true
	if err := e.narrowRelease(ctx, tx); err != nil {
		return err
	}
	c := e.f.newConditions(2)
	asked := c.addFingerprints(e.f)
	var few [][16]byte
	if asked && e.f.Issue.IsZero() {
		c.args[0], c.args[1] = e.f.Project, maxFew+1
		rows, err := tx.Query(ctx, strings.Replace(eventFingerprintsSQL, "/*fingerprints*/", c.take(), 1), modal(c.args)...)
		if err != nil {
			return err
		}
		if few, err = pgx.CollectRows(rows, pgx.RowTo[[16]byte]); err != nil {
			return err
		}
	}
	c = e.f.newConditions(ownArgs)
	switch {
	case !e.f.Issue.IsZero():
		c.addFingerprints(e.f)
		e.few = 1
	case asked && len(few) <= maxFew:
		c.where(false, "f.fingerprint = any(?)", few)
		e.few = max(1, len(few))
	}
	e.list, e.reach = eventsSQL, eventsReachSQL
	if e.few > 0 {
		narrowed := c.take()
		e.list = strings.Replace(issueEventsSQL, "/*fingerprints*/", narrowed, 1)
		e.reach = strings.Replace(issueEventsReachSQL, "/*fingerprints*/", narrowed, 1)
	}
	e.reachArgs = len(c.args)
	c.addEvent(e.f, e.few > 0)
	terms := c.take()
	e.list, e.args = strings.Replace(e.list, "/*terms*/", terms, 1), c.args
	e.narrow = terms != ""
	if e.newer {
		e.list, e.reach = reverse.Replace(e.list), reverse.Replace(e.reach)
	}
	return c.err
}

// reverse makes a statement go from older to newer events.
var reverse = strings.NewReplacer("received_at >= $2", "received_at <= $2", ") < ($3", ") > ($3", " desc", " asc", "max(", "min(")

// step returns the next events behind end, at most limit, and how far it has looked: all from there to end that match are
// among them, unless they are as many as limit.
func (e *eventScan) step(ctx context.Context, tx pgx.Tx, end position, limit int) (found []EventRow, reached time.Time, err error) {
	if !e.ready {
		if err := e.prepare(ctx, tx); err != nil {
			return nil, reached, err
		}
	}
	reached = e.from
	if e.newer {
		reached = e.to.Add(-time.Microsecond)
	}
	if e.narrow {
		n := reaches[min(e.steps, len(reaches)-1)]
		if e.few > 0 {
			n = max(200, n/e.few)
		}
		var at *time.Time
		if err := tx.QueryRow(ctx, e.reach, modal(e.own(reached, end, n)[:e.reachArgs])...).Scan(&at); err != nil {
			return nil, reached, err
		}
		if at != nil {
			reached = *at
		}
	}
	e.steps++
	rows, err := tx.Query(ctx, e.list, modal(e.own(reached, end, limit))...)
	if err != nil {
		return nil, reached, err
	}
	found, err = pgx.CollectRows(rows, scanEvent)
	return found, reached, err
}

// more tells whether something lies behind what was reached.
func (e *eventScan) more(reached time.Time) bool {
	if e.newer {
		return reached.Before(e.to.Add(-time.Microsecond))
	}
	return reached.After(e.from)
}

// own fills in the statements' own parameters.
func (e *eventScan) own(reached time.Time, end position, limit int) []any {
	first, last := days(reached, end.time())
	if e.newer {
		first, last = days(end.time(), reached)
	}
	args := append([]any(nil), e.args...)
	copy(args, []any{e.f.Project, reached, end.time(), [16]byte(end.id), first, last, limit})
	return args
}

// modal has a statement planned with its values each time: they decide which index helps.
func modal(args []any) []any { return append([]any{pgx.QueryExecModeCacheDescribe}, args...) }
