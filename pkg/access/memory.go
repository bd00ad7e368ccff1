package access

import (
	"crypto/sha256"
	"sync"
	"time"
)

// What is good is believed for a while without asking the database again, so what was ended by another process works for
// that long at most. maxRemembered bounds the memory of it (some hundred bytes each).
const (
	believed      = 30 * time.Second
	maxRemembered = 4096
)

// A memory holds the good secrets seen lately, by their hashes. Safe for concurrent use.
type memory[T any] struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]remembered[T]
	turn int // counts how often all was forgotten
}

type remembered[T any] struct {
	value T
	until time.Time
}

func newMemory[T any]() *memory[T] { return &memory[T]{seen: map[[sha256.Size]byte]remembered[T]{}} }

// get returns a value, and the turn that put wants if it is not there.
func (m *memory[T]) get(hash [sha256.Size]byte, now time.Time) (value T, turn int, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	s, ok := m.seen[hash]
	return s.value, m.turn, ok && now.Before(s.until)
}

// put remembers a value, until at the latest where that is told. What was asked for before somebody forgot all may be of
// before their change, and is not kept.
func (m *memory[T]) put(hash [sha256.Size]byte, value T, turn int, now time.Time, until *time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if turn != m.turn {
		return
	}
	if len(m.seen) >= maxRemembered {
		// Rare: more good secrets in half a minute than most installations have.
		clear(m.seen)
	}
	end := now.Add(believed)
	if until != nil && until.Before(end) {
		end = *until
	}
	m.seen[hash] = remembered[T]{value, end}
}

func (m *memory[T]) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.turn++
	clear(m.seen)
}
