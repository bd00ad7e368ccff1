package store_test

import (
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// TestWorkersAtOnceAgree lets four writers commit overlapping batches, each in an order of its own, some of
// them twice: no deadlock, and every sum as if there had been one.
func TestWorkersAtOnceAgree(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC()
	const events, writers, rounds, size = 600, 4, 12, 100
	all := make([]store.Row, events)
	for i := range all {
		all[i] = row(int64(1+i%3), i%40, event.NewID(now), now.Add(-time.Duration(i)*time.Second))
	}
	type job struct {
		id   event.ID
		rows []store.Row
	}
	random := rand.New(rand.NewPCG(1, 2)) // a seed that fails must fail again
	var jobs []job
	sent := map[event.ID]bool{}
	for range writers * rounds {
		j := job{id: event.NewID(now)}
		for _, i := range random.Perm(events)[:size] {
			j.rows = append(j.rows, all[i])
			sent[all[i].Event.ID] = true
		}
		jobs = append(jobs, j)
	}
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := w; i < len(jobs); i += writers {
				for range 1 + i%2 {
					// Each writer has events of its own, as each worker decodes its own.
					rows := slices.Clone(jobs[i].rows)
					slices.Reverse(rows)
					if _, err := db.Write(t.Context(), batch(jobs[i].id, rows...)); err != nil {
						t.Errorf("writer %d: %v", w, err)
						return
					}
				}
			}
		})
	}
	group.Wait()
	s := readSums(t, url)
	s.balance(t)
	if s.Rows != int64(len(sent)) {
		t.Errorf("%d rows, want %d", s.Rows, len(sent))
	}
}
