//go:build race

package ingest

// See plain_test.go.
const (
	mayGrow     = 192 << 20
	maySwell    = 1 << 30
	bombText    = 9 << 20
	bombRounds  = 1
	unknownKeys = 10_000
)
