package worker

import (
	"encoding/json"
	"sync"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/queue"
)

// tellRate bounds what followers of one project are told in a second: nobody reads faster.
const tellRate = 200

// told counts what followers were told in the running second. Safe for concurrent use.
type told struct {
	mu     sync.Mutex
	second int64
	events map[int64]int // by project
}

// may tells whether one more event of a project may be told, and counts it.
func (t *told) may(project int64, now time.Time) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	if second := now.Unix(); t.second != second || t.events == nil {
		t.second, t.events = second, map[int64]int{}
	}
	t.events[project]++
	return t.events[project] <= tellRate
}

// tell tells those who follow projects which events of committed work are new. What can't be told is in the tables.
func (w *Worker) tell(work *work) {
	followed := map[int64]bool{}
	now := w.now()
	for i := range work.batch.Rows {
		r := &work.batch.Rows[i]
		if r.Issue == (event.ID{}) {
			continue
		}
		wanted, ok := followed[r.Project]
		if !ok {
			wanted = w.q.Followed(r.Project)
			followed[r.Project] = wanted
		}
		if !wanted || !w.told.may(r.Project, now) {
			continue
		}
		body, err := json.Marshal(r.Listed())
		if err == nil {
			err = w.q.Tell(queue.Told{Project: r.Project, Event: body})
		}
		if err != nil {
			w.log.Debug().Err(err).Msg("followers are not told")
			return
		}
	}
}
