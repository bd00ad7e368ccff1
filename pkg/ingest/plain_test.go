//go:build !race

package ingest

// What a process may grow by, and how much it is made to do; the race detector needs more and is slower.
const (
	mayGrow     = 32 << 20
	maySwell    = 320 << 20 // a third of what they take when all are cut at once
	bombText    = 32 << 20
	bombRounds  = 3
	unknownKeys = 100_000
)
