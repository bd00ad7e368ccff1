//go:build !race

package ingest

// What a process may grow by, and how much it is made to do; the race detector needs more and is slower.
const (
	mayGrow     = 32 << 20
	bombText    = 32 << 20
	bombRounds  = 3
	unknownKeys = 100_000
)
