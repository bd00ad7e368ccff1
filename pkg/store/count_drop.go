package store

import (
	"bytes"
	"cmp"
	_ "embed"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/event"
)

//go:embed sql/upsert_drops.sql
var upsertDropsSQL string

// queueDrops counts what new packs lost to filters, and what their reports say of clients and edges.
func queueDrops(queue *pgx.Batch, b *Batch, states map[event.ID]packState) {
	type dropKey struct {
		minuteKey
		source, reason, category string
	}
	drops := map[dropKey]int64{}
	add := func(pack int, project int64, received time.Time, d *DropRow) {
		if b.state(pack, states) == packNew {
			drops[dropKey{minuteKey{project, received.UTC().Truncate(time.Minute)}, d.Source, d.Reason, d.Category}] += d.Quantity
		}
	}
	for i := range b.Rows {
		if r := &b.Rows[i]; r.Outcome == Noise {
			add(r.Pack, r.Project, r.Received, &DropRow{DroppedByFilter, r.Reason, CategoryError, 1})
		}
	}
	for i := range b.Sidecars {
		if a := &b.Sidecars[i]; a.Drop != nil {
			add(a.Pack, a.Project, a.Received, a.Drop)
		}
	}
	if len(drops) == 0 {
		return
	}
	var projects, quantities []int64
	var minutes []time.Time
	var sources, reasons, categories []string
	for k, n := range drops { // the statement sorts them
		projects, minutes, quantities = append(projects, k.project), append(minutes, k.minute), append(quantities, n)
		sources, reasons, categories = append(sources, k.source), append(reasons, k.reason), append(categories, k.category)
	}
	queue.Queue(upsertDropsSQL, projects, minutes, sources, reasons, categories, quantities)
}

// maxSamples is how many events of each filter are kept for people to see.
const maxSamples = 50

//go:embed sql/insert_samples.sql
var insertSamplesSQL string

//go:embed sql/delete_samples.sql
var deleteSamplesSQL string

type sampleKey struct {
	project int64
	reason  string
}

// queueSamples keeps the newest filtered events of new packs.
func queueSamples(queue *pgx.Batch, b *Batch, states map[event.ID]packState) {
	newest := map[sampleKey][]*Row{}
	for i := range b.Rows {
		if r := &b.Rows[i]; r.Outcome == Noise && b.state(r.Pack, states) == packNew {
			k := sampleKey{r.Project, r.Reason}
			newest[k] = append(newest[k], r)
		}
	}
	if len(newest) == 0 {
		return
	}
	var projects, ofProjects []int64
	var reasons, ofReasons, titles []string
	var ids [][16]byte
	var times []time.Time
	var records [][]byte
	keys := slices.SortedFunc(maps.Keys(newest), func(a, b sampleKey) int {
		return cmp.Or(cmp.Compare(a.project, b.project), cmp.Compare(a.reason, b.reason))
	})
	for _, k := range keys {
		rows := newest[k]
		slices.SortFunc(rows, func(a, b *Row) int {
			return cmp.Or(b.Received.Compare(a.Received), bytes.Compare(b.Event.ID[:], a.Event.ID[:]))
		})
		ofProjects, ofReasons = append(ofProjects, k.project), append(ofReasons, k.reason)
		for _, r := range rows[:min(len(rows), maxSamples)] {
			projects, reasons, ids = append(projects, k.project), append(reasons, k.reason), append(ids, r.Event.ID)
			times, titles, records = append(times, r.Received), append(titles, r.Title), append(records, r.Record)
		}
	}
	queue.Queue(insertSamplesSQL, projects, reasons, ids, times, titles, records)
	queue.Queue(deleteSamplesSQL, ofProjects, ofReasons, maxSamples)
}
