package queue

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/service"
)

// Times of the directory.
const (
	// resnapshot bounds how stale an edge can be when a change passed it by: a watch can miss what was
	// purged while the connection was down.
	resnapshot = 10 * time.Minute
	// shortestPause and longestPause pace new watches: without a pause a fleet of edges would make hundreds a second.
	shortestPause = 200 * time.Millisecond
	longestPause  = 5 * time.Second
)

// A Directory is this process's copy of all keys and write tokens. Lookups touch memory only and go on
// while NATS is away.
type Directory struct {
	entries  atomic.Pointer[sync.Map] // name → project.Entry; replaced whole by each snapshot
	snapshot atomic.Int64             // when the last full one was done, Unix seconds
	done     chan struct{}
}

// WatchDirectory starts following the bucket until ctx ends. Directory.Ready tells when the first full
// snapshot is in.
func (q *Queue) WatchDirectory(ctx context.Context, env service.Env) *Directory {
	d := &Directory{done: make(chan struct{})}
	d.entries.Store(&sync.Map{})
	promauto.With(env.Metrics).NewGaugeFunc(prometheus.GaugeOpts{
		Name: "directory_age_seconds", Help: "Seconds since the last full snapshot of the keys; -1 before the first.",
	}, d.age)
	go func() {
		defer close(d.done)
		pause := shortestPause
		for ctx.Err() == nil {
			started := time.Now()
			err := q.follow(ctx, d)
			if ctx.Err() != nil {
				return
			}
			if time.Since(started) > longestPause {
				pause = shortestPause
			}
			if err != nil {
				q.log.Warn().Err(err).Msg("watch of the project directory ended; serving the last copy and watching again")
			}
			select {
			case <-ctx.Done():
			case <-time.After(pause + rand.N(pause)): // jitter, not a secret
			}
			pause = min(2*pause, longestPause)
		}
	}()
	return d
}

// follow watches the bucket: first everything in it, which then replaces the copy at once, then changes. It
// returns nil when it is time for a new snapshot.
func (q *Queue) follow(ctx context.Context, d *Directory) error {
	if err := q.WaitConnected(ctx); err != nil {
		return err
	}
	kv, err := q.js.KeyValue(ctx, DirectoryBucket)
	if err != nil {
		return fmt.Errorf("open bucket %s: %w", DirectoryBucket, err)
	}
	ctx, cancel := context.WithCancel(ctx) // never a deadline: it would end the watch silently
	defer cancel()
	watch, err := kv.WatchAll(ctx)
	if err != nil {
		return fmt.Errorf("watch bucket %s: %w", DirectoryBucket, err)
	}
	defer func() { _ = watch.Stop() }()
	due := time.NewTimer(resnapshot)
	defer due.Stop()
	reconnected := q.nc.StatusChanged(nats.CONNECTED)
	defer q.nc.RemoveStatusListener(reconnected)
	fresh, complete := &sync.Map{}, false
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-due.C:
			return nil
		case <-reconnected:
			return nil // a watch takes up to 20 s to notice, and may have missed a purged change
		case update, ok := <-watch.Updates():
			switch {
			case !ok:
				return errors.New("the watch was closed")
			case update == nil: // the snapshot is complete
				d.entries.Store(fresh)
				d.snapshot.Store(time.Now().Unix())
				complete = true
			default:
				q.apply(fresh, update)
				if !complete {
					q.apply(d.entries.Load(), update) // a revocation need not wait for the rest
				}
			}
		}
	}
}

func (q *Queue) apply(entries *sync.Map, update jetstream.KeyValueEntry) {
	if update.Operation() != jetstream.KeyValuePut {
		entries.Delete(update.Key())
		return
	}
	var e project.Entry
	if err := json.Unmarshal(update.Value(), &e); err != nil {
		q.log.Error().Err(err).Str("entry", update.Key()).Msg("directory entry can't be read; it is ignored")
		return
	}
	entries.Store(update.Key(), e)
}

// Lookup returns the entry of a key or token by its directory name. It costs no I/O.
func (d *Directory) Lookup(name string) (project.Entry, bool) {
	v, ok := d.entries.Load().Load(name)
	if !ok {
		return project.Entry{}, false
	}
	return v.(project.Entry), true
}

// Ready returns nil once the first full snapshot is in.
func (d *Directory) Ready() error {
	if d.snapshot.Load() == 0 {
		return errors.New("the first snapshot of the project directory is not in yet")
	}
	return nil
}

// Wait returns when the watch has ended after its context.
func (d *Directory) Wait() { <-d.done }

func (d *Directory) age() float64 {
	if at := d.snapshot.Load(); at != 0 {
		return time.Since(time.Unix(at, 0)).Seconds()
	}
	return -1
}

// SyncDirectory is SyncDirectoryFrom for a caller that knows what stands in the directory.
func (q *Queue) SyncDirectory(ctx context.Context, want map[string]project.Entry) (changed int, err error) {
	return q.SyncDirectoryFrom(ctx, func(context.Context) (map[string]project.Entry, error) { return want, nil })
}

// SyncDirectoryFrom makes the bucket say what read returns and returns how many entries it changed. Entries that
// read doesn't know are marked revoked, never deleted: a deletion can be missed by an edge that is away.
// The bucket is read before read is called, and no entry is overwritten that another process has changed
// since: else a stale answer could revoke a key that was made just now, or revive one that was revoked.
func (q *Queue) SyncDirectoryFrom(ctx context.Context, read func(context.Context) (map[string]project.Entry, error)) (changed int, err error) {
	kv, err := q.js.KeyValue(ctx, DirectoryBucket)
	if err != nil {
		return 0, fmt.Errorf("open bucket %s: %w", DirectoryBucket, err)
	}
	for range maxOvertaken {
		var n int
		n, err = q.syncOnce(ctx, kv, read)
		changed += n
		if !errors.Is(err, jetstream.ErrKeyExists) && !errors.Is(err, jetstream.ErrKeyRevisionMismatch) {
			break
		}
	}
	return changed, err
}

// maxOvertaken is how often one sync starts again because another process wrote the same entry.
const maxOvertaken = 3

func (q *Queue) syncOnce(ctx context.Context, kv jetstream.KeyValue, read func(context.Context) (map[string]project.Entry, error)) (changed int, err error) {
	have, err := readDirectory(ctx, kv)
	if err != nil {
		return 0, err
	}
	want, err := read(ctx)
	if err != nil {
		return 0, err
	}
	put := func(name string, e project.Entry) error {
		value, err := json.Marshal(e)
		if err != nil {
			return fmt.Errorf("encode entry: %w", err)
		}
		old, there := have[name]
		switch {
		case !there:
			_, err = kv.Create(ctx, name, value)
		case bytes.Equal(value, old.Value()):
			return nil
		default:
			_, err = kv.Update(ctx, name, value, old.Revision())
		}
		if err != nil {
			return fmt.Errorf("put entry: %w", err)
		}
		changed++
		return nil
	}
	for name, e := range want {
		if err := put(name, e); err != nil {
			return changed, err
		}
	}
	for name, old := range have {
		if _, ok := want[name]; ok {
			continue
		}
		var e project.Entry
		if err := json.Unmarshal(old.Value(), &e); err != nil {
			q.log.Error().Err(err).Str("entry", name).Msg("directory entry can't be read; it is revoked")
		}
		e.Revoked = true
		if err := put(name, e); err != nil {
			return changed, err
		}
	}
	return changed, nil
}

// readDirectory returns every entry as it stands in the bucket.
func readDirectory(ctx context.Context, kv jetstream.KeyValue) (map[string]jetstream.KeyValueEntry, error) {
	ctx, cancel := context.WithTimeout(ctx, apiTimeout)
	defer cancel()
	watch, err := kv.WatchAll(ctx)
	if err != nil {
		return nil, fmt.Errorf("read bucket %s: %w", DirectoryBucket, err)
	}
	defer func() { _ = watch.Stop() }()
	have := map[string]jetstream.KeyValueEntry{}
	for update := range watch.Updates() {
		if update == nil {
			return have, nil
		}
		if update.Operation() == jetstream.KeyValuePut {
			have[update.Key()] = update
		}
	}
	return nil, fmt.Errorf("read bucket %s: the watch ended early", DirectoryBucket)
}
