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
// them twice, with noise and with what comes beside events: no deadlock, and every sum as if there had been one.
func TestWorkersAtOnceAgree(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	now := time.Now().UTC()
	const events, writers, rounds, size = 600, 4, 12, 100
	all := make([]store.Row, events)
	for i := range all {
		all[i] = row(int64(1+i%3), i%40, event.NewID(now), now.Add(-time.Duration(i)*time.Second))
		if i%5 == 0 {
			all[i].Outcome, all[i].Reason = store.Noise, []string{"crawler", "extension"}[i%2]
		}
	}
	type job struct {
		id       event.ID
		rows     []store.Row
		sidecars []store.Sidecar
	}
	random := rand.New(rand.NewPCG(1, 2)) // a seed that fails must fail again
	var jobs []job
	sent, marked, files := map[event.ID]bool{}, map[event.ID]bool{}, map[event.ID]bool{}
	var filtered, began, dropped int64
	for range writers * rounds {
		j := job{id: event.NewID(now)}
		for _, i := range random.Perm(events)[:size] {
			j.rows = append(j.rows, all[i])
			if all[i].Outcome == store.Noise {
				filtered++
			} else {
				sent[all[i].Event.ID] = true
			}
			id := event.ID{1, byte(i % 100)}
			at := now.Add(-time.Duration(i%100%7) * time.Hour) // the same of each session
			switch i % 4 {
			case 0:
				j.sidecars = append(j.sidecars, session(id, at, 1, 1, i%2), session(event.ID{}, at, 2, 0, 0))
				began, marked[id] = began+3, true
			case 1:
				j.sidecars = append(j.sidecars, attached(id, now, "abc"), wrote(id, now, "It broke."))
				files[id] = true
			case 2:
				j.sidecars = append(j.sidecars, store.Sidecar{Project: int64(1 + i%3), Received: at, Drop: &store.DropRow{
					Source: store.DroppedByClient, Reason: "before_send", Category: []string{"error", "session", "span"}[i%3], Quantity: 2,
				}})
				dropped += 2
			}
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
					sidecars := slices.Clone(jobs[i].sidecars)
					slices.Reverse(sidecars)
					if _, err := db.Write(t.Context(), beside(jobs[i].id, sidecars, rows...)); err != nil {
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
	if s.Rows != int64(len(sent)) || s.Filtered != filtered {
		t.Errorf("%d rows and %d filtered, want %d and %d", s.Rows, s.Filtered, len(sent), filtered)
	}
	a, n := readSidecars(t, url), int64(len(files))
	if a.Sessions != began || a.Errored != int64(len(marked)) || a.Crashed != a.Marks-a.Errored || a.Attachments != n || a.Feedback != n || a.ByClient != dropped {
		t.Errorf("got %+v, want %d sessions, %d errored, %d files and texts, %d dropped", a, began, len(marked), n, dropped)
	}
	var samples, most int64
	queryRow(t, url, `select count(*), max(n) from (select count(*) as n from trivet.filtered_samples group by project_id, reason) as samples`, &samples, &most)
	if samples != 3*2 || most > 50+writers*50 {
		t.Errorf("samples of %d filters, at most %d of one", samples, most)
	}
}
