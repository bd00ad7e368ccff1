package store_test

import (
	"bytes"
	"sync"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

func TestEveryWorkerHasTheSameSaltOfADay(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	today := event.DayOf(time.Now())
	got := make([][]byte, 8)
	var group sync.WaitGroup
	for i := range got {
		group.Go(func() {
			salt, err := db.Salt(t.Context(), today)
			if err != nil {
				t.Error(err)
			}
			got[i] = salt
		})
	}
	group.Wait()
	for i := range got {
		if len(got[i]) != 32 || !bytes.Equal(got[i], got[0]) {
			t.Errorf("salt %d is another one", i)
		}
	}
	if tomorrow, err := db.Salt(t.Context(), today+1); err != nil || bytes.Equal(tomorrow, got[0]) {
		t.Errorf("that of the next day is the same, or %v", err)
	}
}
