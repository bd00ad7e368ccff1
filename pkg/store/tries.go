package store

import (
	"context"
	"crypto/sha256"
	_ "embed" // the statements
	"encoding/hex"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// A TryLimit is how often something may be tried in vain within TryWindow.
type TryLimit struct {
	Subject string // an account, an address or both; stored as a hash
	Most    int
}

// TryWindow is the time within which tries count.
const TryWindow = 15 * time.Minute

func subjects(limits []TryLimit) (hashes []string, most []int) {
	for _, l := range limits {
		sum := sha256.Sum256([]byte(l.Subject))
		hashes, most = append(hashes, hex.EncodeToString(sum[:16])), append(most, l.Most)
	}
	return hashes, most
}

//go:embed sql/add_tries.sql
var addTriesSQL string

//go:embed sql/tries_wait.sql
var triesWaitSQL string

// Try writes a try down before it is made, so that many at once count like one after the other, and returns when it did.
// wait tells how long to wait where it is over a limit; then it must not be made, and does not count. One that succeeds is
// for Forgive.
func (s *Store) Try(ctx context.Context, limits []TryLimit) (at time.Time, wait time.Duration, err error) {
	hashes, most := subjects(limits)
	at, err = one(ctx, s, pgx.RowTo[time.Time], addTriesSQL, hashes)
	if err != nil {
		return at, 0, fmt.Errorf("count tries: %w", err)
	}
	seconds, err := one(ctx, s, pgx.RowTo[float64], triesWaitSQL, hashes, most, TryWindow)
	if err != nil || seconds <= 0 {
		return at, 0, wrap("count tries", err)
	}
	if _, err := s.db.Exec(ctx, "delete from tries where subject = any($1) and at = $2", hashes, at); err != nil {
		return at, 0, fmt.Errorf("count tries: %w", explain(err))
	}
	return at, time.Duration(seconds * float64(time.Second)), nil
}

// Forgive forgets the try of a moment, which was a success, and all before it at the first of the limits. The others
// keep what somebody else may have tried.
func (s *Store) Forgive(ctx context.Context, limits []TryLimit, at time.Time) error {
	hashes, _ := subjects(limits)
	_, err := s.db.Exec(ctx, "delete from tries where subject = any($1) and at = $2 or subject = $3", hashes, at, hashes[0])
	return wrap("forgive tries", explain(err))
}

//go:embed sql/known_address.sql
var knownAddressSQL string

// KnownAddress tells whether somebody was signed in from an address lately.
func (s *Store) KnownAddress(ctx context.Context, user int64, address string) (known bool, err error) {
	known, err = one(ctx, s, pgx.RowTo[bool], knownAddressSQL, user, address)
	return known, wrap("look for address", err)
}

// What was used or ended stays for a month: a sign-in tells from where somebody comes.
const (
	sweepTriesSQL   = "delete from tries where at < now() - interval '1 hour'"
	sweepSignInsSQL = "delete from sessions where expires_at < now() - interval '30 days'"
	sweepLinksSQL   = "delete from links where expires_at < now() - interval '30 days'"
)

// SweepAccess deletes what nobody asks for any more: old tries, ended sign-ins, links of last month.
func (s *Store) SweepAccess(ctx context.Context) error {
	for _, sql := range []string{sweepTriesSQL, sweepSignInsSQL, sweepLinksSQL} {
		if _, err := s.db.Exec(ctx, sql); err != nil {
			return fmt.Errorf("sweep: %w", explain(err))
		}
	}
	return nil
}
