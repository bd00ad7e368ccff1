package useragent

import (
	"hash/maphash"
	"sync/atomic"
)

// slots is how many agents are remembered: those of nearly all visitors of a busy site, in about 1 MB at the
// most. A client that makes up new ones only pushes others out of their slots.
const slots = 1024

// A memory is a table in which each agent has one place, taken over by the next that falls on it: no lock, no
// list, no growth.
type memory struct {
	seed  maphash.Seed
	slots [slots]atomic.Pointer[entry]
}

type entry struct {
	headers Headers
	agent   Agent
}

// known changes how fast Parse is and nothing else.
var known = &memory{seed: maphash.MakeSeed()}

func (m *memory) parse(h Headers) Agent {
	slot := &m.slots[maphash.Comparable(m.seed, h)%slots]
	if e := slot.Load(); e != nil && e.headers == h {
		return e.agent
	}
	e := &entry{headers: h, agent: parse(h)}
	slot.Store(e)
	return e.agent
}
