package postgres

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/rs/zerolog"
)

// throwawayPrefix begins the names of the temporary folders of throwaway servers.
const throwawayPrefix = "trivet-throwaway"

// youngDir is far more than lies between the making of a folder and its lock.
const youngDir = time.Minute

// Throwaway starts a server for tests in a new temporary folder, Fast and empty. The func it returns stops
// the server and removes the folder. Folders that killed processes left behind are removed first.
func Throwaway(ctx context.Context, log zerolog.Logger) (*Server, func(), error) {
	binaries, err := find(ctx, anyMajor)
	if err != nil {
		return nil, nil, err
	}
	sweep(log)
	dir, err := os.MkdirTemp("", throwawayPrefix)
	if err != nil {
		return nil, nil, fmt.Errorf("start throwaway postgres: %w", err)
	}
	remove := func() {
		if err := os.RemoveAll(dir); err != nil {
			log.Warn().Err(err).Msg("temporary folder not removed; the next throwaway server tries again")
		}
	}
	s, err := Start(ctx, Config{Dir: dir, Binaries: binaries, Fast: true, Log: log})
	if err != nil {
		remove()
		return nil, nil, err
	}
	return s, func() { s.Close(); remove() }, nil
}

// sweep removes the folders of throwaway servers whose processes are gone. A young one may be about to be
// locked by its maker.
func sweep(log zerolog.Logger) {
	found, err := filepath.Glob(filepath.Join(os.TempDir(), throwawayPrefix+"*"))
	if err != nil {
		return
	}
	for _, dir := range found {
		if info, err := os.Stat(dir); err != nil || time.Since(info.ModTime()) < youngDir {
			continue
		}
		lock, err := lockDir(dir)
		if err != nil {
			continue // in use, or another account's
		}
		if livePostmaster(filepath.Join(dir, "data")) == 0 {
			if err := os.RemoveAll(dir); err != nil {
				log.Warn().Err(err).Msg("old temporary folder not removed")
			}
		}
		unlock(lock)
	}
}
