package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/protocol"
	"github.com/trivetlabs/trivet/pkg/scrub"
)

// measureRead takes apart what the worker does with each event before the database: scrubbing, reading,
// filtering and grouping, one after the other over the same bodies, on one core of this process.
func (b *bench) measureRead(ctx context.Context) error {
	all := buildRequests("127.0.0.1:1")
	records := make([]pack.Record, len(all))
	now := time.Now().UTC()
	rng := rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) // ids of test events
	for i := range all {
		r := &all[i]
		record := pack.Record{
			ID: r.fill(r.bytes, now, rng), Project: int64(r.about.project), Received: now, Day: event.DayOf(now), Protocol: event.Sentry.String(),
			IP: "192.0.2.7", UA: r.about.agent, Raw: r.eventText(),
		}
		var err error
		if records[i], _, err = pack.Parse(record.Append(nil)); err != nil {
			return fmt.Errorf("read: %w", err)
		}
	}
	read := make([]*event.Event, len(records))
	filters := &project.Filters{}
	scrubber := scrub.New(project.Scrub{}, nil)
	for _, step := range []struct {
		name string
		do   func(i int) error
	}{
		{"scrub", func(i int) error { _, err := scrubber.Record(&records[i]); return err }},
		{"normalise", func(i int) (err error) { read[i], err = protocol.Normalise(&records[i]); return err }},
		{"filter", func(i int) error { filter.Reason(read[i], &records[i], filters); return nil }},
		{"group", func(i int) error { grouping.Of(read[i], nil); return nil }},
	} {
		start, cpu := time.Now(), ownCPU()
		for n := range b.plan.Read {
			if n%1000 == 0 && ctx.Err() != nil {
				return ctx.Err()
			}
			if err := step.do(n % len(records)); err != nil {
				return fmt.Errorf("%s: %w", step.name, err)
			}
		}
		b.add("read: "+step.name, sample{
			"rate": float64(b.plan.Read) / time.Since(start).Seconds(), "cpu_worker": (ownCPU() - cpu) * per / float64(b.plan.Read),
		})
	}
	return nil
}
