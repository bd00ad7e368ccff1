package worker

import (
	"context"
	"crypto/rand"
	"maps"
	"sync"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/store"
)

// salts are the secrets of days by which addresses are hashed. Safe for concurrent use.
type salts struct {
	mu    sync.RWMutex
	days  map[event.Day][]byte
	spare []byte // for days whose secret is thrown away, or not there yet: known to nobody else
}

func newSalts() *salts {
	s := &salts{days: map[event.Day][]byte{}, spare: make([]byte, 32)}
	_, _ = rand.Read(s.spare) // never fails on the systems we run on
	return s
}

// of returns the secret of a day, by which nobody who has not read it can tell what was hashed.
func (s *salts) of(day event.Day) []byte {
	s.mu.RLock()
	defer s.mu.RUnlock()
	if salt, ok := s.days[day]; ok {
		return salt
	}
	return s.spare
}

func (s *salts) has(day event.Day) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.days[day]
	return ok
}

func (s *salts) add(day event.Day, salt []byte, oldest event.Day) {
	s.mu.Lock()
	defer s.mu.Unlock()
	maps.DeleteFunc(s.days, func(d event.Day, _ []byte) bool { return d < oldest })
	s.days[day] = salt
}

// loadSalts gets the secrets by which the records of projects that want it will be hashed, before anything of them
// is looked at: the same visitor must have the same hash whichever worker reads.
func (w *Worker) loadSalts(ctx context.Context, records []pack.Record) error {
	today := event.DayOf(w.now())
	for i := range records {
		r := &records[i]
		if !w.rulesOf(r.Project).salted {
			continue
		}
		day := event.DayOf(received(r))
		if day < today-store.SaltDays || day > today+1 || w.salts.has(day) {
			continue
		}
		salt, err := w.db.Salt(ctx, day)
		if err != nil {
			return err
		}
		w.salts.add(day, salt, today-store.SaltDays)
	}
	return nil
}
