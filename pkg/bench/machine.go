package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// machine returns what figures depend on.
func (b *bench) machine(ctx context.Context) (map[string]string, error) {
	db, err := b.newDatabase(ctx)
	if err != nil {
		return nil, err
	}
	defer db.drop()
	var version, compression string
	if err := db.pool.QueryRow(ctx, `select current_setting('server_version'), current_setting('wal_compression')`).Scan(&version, &compression); err != nil {
		return nil, fmt.Errorf("ask Postgres for its version: %w", err)
	}
	fsync, err := syncLatency(b.data)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		"cores":     fmt.Sprintf("%d, %s", runtime.NumCPU(), cpuModel()),
		"kernel":    runtime.GOOS + " " + strings.TrimSpace(readSmall("/proc/sys/kernel/osrelease")),
		"Go":        runtime.Version() + " " + runtime.GOARCH,
		"Postgres":  version + ", fsync on, shared_buffers 1GB, max_wal_size 8GB, wal_compression " + compression,
		"NATS":      server.VERSION + ", sync always",
		"fsync":     fmt.Sprintf("%d µs for 8 KiB, median of %d", fsync.Microseconds(), syncTries),
		"load 1min": loadAverage() + " at the start",
	}, nil
}

// A cpuTime is what the machine's processors did since it started, in ticks.
type cpuTime struct{ total, steal float64 }

// machineTime reads it; zero where there is no /proc.
func machineTime() (t cpuTime) {
	line, _, _ := strings.Cut(readSmall("/proc/stat"), "\n")
	for i, field := range strings.Fields(line) {
		ticks, err := strconv.ParseFloat(field, 64)
		if err != nil || i > stealField { // "cpu" itself, and guests, which are counted in user already
			continue
		}
		t.total += ticks
		if i == stealField {
			t.steal = ticks
		}
	}
	return t
}

// stealField of the first line of /proc/stat is the time another machine on the same hardware took.
const stealField = 8

// since tells how much was stolen since before: rates of a run with much of it mean little.
func (t cpuTime) since(before cpuTime) string {
	return fmt.Sprintf("%.1f %% of the processors' time", 100*(t.steal-before.steal)/max(t.total-before.total, 1))
}

func cpuModel() string {
	for line := range strings.Lines(readSmall("/proc/cpuinfo")) {
		if name, model, found := strings.Cut(line, ":"); found && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return runtime.GOARCH
}

// readSmall returns the beginning of a file of /proc, nothing where there is none.
func readSmall(path string) string {
	text, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	return string(text[:min(len(text), 4<<10)])
}

// loadAverage tells how busy others keep the machine, before the run itself does.
func loadAverage() string {
	word, _, _ := strings.Cut(readSmall("/proc/loadavg"), " ")
	return word
}

const syncTries = 200

// syncLatency returns the median time of a write and fsync of 8 KiB where streams and tables lie: where it
// is near nothing, nothing is written to a disk.
func syncLatency(dir string) (time.Duration, error) {
	f, err := os.Create(filepath.Join(dir, "fsync"))
	if err != nil {
		return 0, fmt.Errorf("measure fsync: %w", err)
	}
	defer func() { _ = f.Close() }()
	block, took := make([]byte, 8<<10), make([]time.Duration, 0, syncTries)
	for range syncTries {
		start := time.Now()
		if _, err := f.WriteAt(block, 0); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		if err := f.Sync(); err != nil {
			return 0, fmt.Errorf("measure fsync: %w", err)
		}
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	return percentile(took, 0.5), nil
}
