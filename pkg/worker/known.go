package worker

import (
	"sync"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/store"
)

// knownFingerprints is how many of the latest fingerprints are surely remembered, in a few megabytes.
const knownFingerprints = 1 << 15

// known remembers fingerprints that are in the tables: only of the others anybody asks what an earlier grouping
// would have made of them. It forgets the oldest. Safe for concurrent use.
type known struct {
	mu             sync.Mutex
	recent, before map[fingerprint]struct{}
}

type fingerprint struct {
	project int64
	id      event.ID
}

func newKnown() *known { return &known{recent: map[fingerprint]struct{}{}} }

func (k *known) has(project int64, id event.ID) bool {
	f := fingerprint{project, id}
	k.mu.Lock()
	defer k.mu.Unlock()
	if _, ok := k.recent[f]; ok {
		return true
	}
	_, ok := k.before[f]
	if ok {
		k.add(f) // it is in use
	}
	return ok
}

// wrote remembers the fingerprints of rows that were committed, all of them new.
func (k *known) wrote(rows []store.Row) {
	k.mu.Lock()
	defer k.mu.Unlock()
	for i := range rows {
		if r := &rows[i]; r.Outcome == store.Insert {
			k.add(fingerprint{r.Project, r.Fingerprint})
		}
	}
}

func (k *known) add(f fingerprint) {
	if len(k.recent) >= knownFingerprints {
		k.recent, k.before = map[fingerprint]struct{}{}, k.recent
	}
	k.recent[f] = struct{}{}
}
