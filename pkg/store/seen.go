package store

import (
	"math/bits"
	"math/rand/v2"
	"sync/atomic"
)

// seen remembers, by hashes, what is in the tables for good: what every event would write again need not be sent again.
// It forgets at random what there is no room for, which only costs a statement that changes nothing. Safe for
// concurrent use.
type seen struct {
	seed uint64
	sets [][seenWays]atomic.Uint64 // one cache line each
}

const (
	seenSets = 1 << 16 // with seenWays: half a million hashes in 4 MiB
	seenWays = 8
)

func newSeen() *seen {
	return &seen{seed: rand.Uint64(), sets: make([][seenWays]atomic.Uint64, seenSets)} // nobody can choose what collides
}

func (s *seen) has(hash uint64) bool {
	set := &s.sets[hash%seenSets]
	for i := range set {
		if set[i].Load() == hash {
			return true
		}
	}
	return false
}

func (s *seen) add(hash uint64) {
	if s.has(hash) {
		return
	}
	set := &s.sets[hash%seenSets]
	at := rand.IntN(seenWays) // any will do
	for i := range set {
		if set[i].Load() == 0 {
			at = i
			break
		}
	}
	set[at].Store(hash)
}

// hash names a thing by numbers, never 0.
func (s *seen) hash(numbers ...uint64) uint64 {
	h := s.seed
	for _, n := range numbers {
		hi, lo := bits.Mul64(h^n, 0x9e3779b97f4a7c15)
		h = hi ^ lo ^ bits.RotateLeft64(n, 29)
	}
	return max(h, 1)
}
