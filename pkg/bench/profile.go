package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	minProfile = time.Second // the least pprof takes
	maxProfile = 30 * time.Second
)

// profile takes CPU profiles of our processes during a window, if that is asked for: they say where the time
// goes when a target is missed. The func it returns waits for them; a profile that fails is only a message.
func (b *bench) profile(ctx context.Context, during string, window time.Duration, of ...*child) (wait func()) {
	if !b.profiles {
		return func() {}
	}
	done := make(chan struct{}, len(of))
	for _, c := range of {
		go func() {
			defer func() { done <- struct{}{} }()
			name := fmt.Sprintf("%s-%s-%d.pprof", during, c.name, b.round)
			if err := takeProfile(ctx, c, filepath.Join(b.out, name), min(max(window, minProfile), maxProfile)); err != nil {
				b.say("no profile of %s: %v", c.name, err)
			}
		}()
	}
	return func() {
		for range of {
			<-done
		}
	}
}

func takeProfile(ctx context.Context, c *child, path string, window time.Duration) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	defer func() { _ = f.Close() }()
	return get(ctx, fmt.Sprintf("http://%s/debug/pprof/profile?seconds=%.0f", c.ops, window.Seconds()), f)
}
