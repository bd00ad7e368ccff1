package worker

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
)

func TestAReplayEndsAtItsLastPack(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	for i := range 10 {
		b.publish(t, typeError(i))
	}
	for _, last := range []uint64{3, 7} {
		done, err := b.Replay(t.Context(), 2, last, func(Replayed) {})
		if err != nil || done.Packs != last-1 {
			t.Errorf("2 to %d: %+v, %v, want %d packs", last, done, err, last-1)
		}
	}
	b.wantCounts(t, [6]int64{6, 6, 6, 6, 0, 0})
}

func TestAReplayRefusesWhatOnlyANewerWorkerCanRead(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	r := typeError(1)
	newer := strings.Replace(string(r.Append(nil)), `"v":1`, `"v":99`, 1)
	b.publishFrame(t, pack.NewCodec().Compress(nil, []byte(newer)), 1)
	if done, err := b.Replay(t.Context(), 1, 1, func(Replayed) {}); !errors.Is(err, pack.ErrNewer) || done.Packs != 0 {
		t.Errorf("got %+v, %v, want %v", done, err, pack.ErrNewer)
	}
}

func TestOneTransactionInflatesABoundedNumberOfBytes(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	// Hostile packs: a few kilobytes each, 8 MiB when inflated.
	var body []byte
	for range 8 {
		r := record(`{"message":"` + strings.Repeat("x", 1<<20-100) + `"}`)
		body = r.Append(body)
	}
	frame := pack.NewCodec().Compress(nil, body)
	var all []queue.Delivery
	for range 20 {
		all = append(all, queue.Delivery{ID: event.NewID(time.Now()), Body: frame, Records: 8, Attempts: 1})
	}
	packs := 0
	for rest := slices.Clone(all); len(rest) > 0; {
		var work *work
		var err error
		if work, rest, err = b.decode(t.Context(), rest); err != nil {
			t.Fatal(err)
		}
		if n := len(work.deliveries); n < 1 || n > maxInflated/(8<<20)+1 {
			t.Fatalf("%d packs in one transaction", n)
		}
		for _, d := range work.deliveries {
			if d.ID != all[packs].ID {
				t.Fatalf("pack %d is out of order", packs)
			}
			packs++
		}
	}
	if packs != len(all) {
		t.Errorf("%d packs, want %d", packs, len(all))
	}
}
