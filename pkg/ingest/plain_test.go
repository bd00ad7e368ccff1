//go:build !race

package ingest

// What a process may grow by, and how much it is made to do; the race detector needs more and is slower.
const (
	mayGrow     = 40 << 20 // from 20 MiB to less than the 64 that an edge may have
	bombText    = 32 << 20
	bombRounds  = 3
	unknownKeys = 100_000
)
