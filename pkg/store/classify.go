package store

import (
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5/pgconn"
)

// ErrRejected means that Postgres will never take these rows: find the bad one and bury it. Every other
// error of a write is worth another try with the same rows.
var ErrRejected = errors.New("rejected by the database")

// errConflict means that a row's key was there, or came while we wrote: look again at what is there.
var errConflict = errors.New("key is there already")

// classify is the one place that knows SQLSTATEs of writes (Postgres, appendix A).
func classify(err error) error {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return err
	}
	switch {
	case pg.Code == "23505": // unique_violation
		return fmt.Errorf("%w: %w", errConflict, err)
	case pg.Code == "23514" && pg.ConstraintName == "":
		// "no partition of relation found for row" shares its code with a broken check. It is the
		// janitor's fault and not the event's: another try will do.
		return err
	case pg.Code[:2] == "22", // data_exception: text no encoding allows, numbers out of range
		pg.Code == "23502", pg.Code == "23514", // not_null_violation, check_violation
		pg.Code[:2] == "54": // program_limit_exceeded: a row larger than a page can point to
		return fmt.Errorf("%w: %w", ErrRejected, err)
	}
	return err
}
