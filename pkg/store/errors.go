package store

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// What became of a call, as far as callers act differently. Every error of the control tables and of the
// reads is one of these, wrapped, or a fault of our own.
var (
	ErrNotFound    = errors.New("not found")          // it is not there, or belongs to another organization
	ErrExists      = errors.New("exists already")     // the name is taken
	ErrForbidden   = errors.New("may not do this")    // the caller's role does not reach
	ErrInvalid     = errors.New("invalid")            // the caller's values can never work
	ErrTimeout     = errors.New("took too long")      // a narrower question may help
	ErrUnavailable = errors.New("database not ready") // away or interrupted: trying again may help
)

// An InvalidError is an ErrInvalid that says which value is wrong and what is wanted instead. It may be
// shown to the caller: it never repeats the value.
type InvalidError struct{ What, Want string }

func (e *InvalidError) Error() string { return "invalid: " + e.What + ": want " + e.Want }

// Is makes it ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

func invalid(what, want string, args ...any) error {
	return &InvalidError{what, fmt.Sprintf(want, args...)}
}

// explain turns an error of pgx into one of the sentinels where the caller can act on it. It is the one
// place outside the write path that knows SQLSTATEs.
func explain(err error) error {
	var pg *pgconn.PgError
	var connect *pgconn.ConnectError
	switch {
	case err == nil, errors.Is(err, ErrNotFound), errors.Is(err, ErrExists), errors.Is(err, ErrForbidden), errors.Is(err, ErrInvalid),
		errors.Is(err, ErrTimeout), errors.Is(err, ErrUnavailable):
		return err
	case errors.Is(err, pgx.ErrNoRows):
		return ErrNotFound
	case errors.Is(err, context.DeadlineExceeded) && !errors.As(err, &connect):
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	case !errors.As(err, &pg):
		// No answer of the server: connecting, the connection, or the context.
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	switch pg.Code {
	case "57014": // query_canceled, by statement_timeout
		return fmt.Errorf("%w: %w", ErrTimeout, err)
	case "23505":
		return fmt.Errorf("%w: %w", ErrExists, err)
	case "23503":
		return fmt.Errorf("%w: %w", ErrNotFound, err)
	case "23514":
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	case "42P01", "3F000", "42704":
		// A table, schema or role that is missing: the database is not provisioned yet.
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	switch pg.Code[:2] {
	case "22":
		return fmt.Errorf("%w: %w", ErrInvalid, err)
	case "08", "25", "40", "53", "55", "57", "58":
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	return err
}

// wrap says what was being done when an error came, nil when none did.
func wrap(doing string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", doing, err)
	}
	return nil
}
