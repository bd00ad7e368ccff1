package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/jackc/pgx/v5"
)

// An Organization is a tenant.
type Organization struct {
	ID        int64     `json:"id"`
	Slug      string    `json:"slug"`
	Name      string    `json:"name"`
	CreatedAt time.Time `json:"created_at"`
}

func scanOrganization(row pgx.CollectableRow) (o Organization, err error) {
	err = row.Scan(&o.ID, &o.Slug, &o.Name, &o.CreatedAt)
	return o, err
}

//go:embed sql/create_organization.sql
var createOrganizationSQL string

// CreateOrganization makes an organization; an empty name becomes the slug. The error is ErrInvalid or
// ErrExists, wrapped, where the caller is wrong.
func (s *Store) CreateOrganization(ctx context.Context, slug, name string) (Organization, error) {
	if name == "" {
		name = slug
	}
	if err := checkNames(slug, name); err != nil {
		return Organization{}, fmt.Errorf("create organization: %w", err)
	}
	o, err := one(ctx, s, scanOrganization, createOrganizationSQL, slug, name)
	if err != nil {
		return o, fmt.Errorf("create organization %s: %w", slug, err)
	}
	return o, nil
}

//go:embed sql/organizations.sql
var organizationsSQL string

// Organizations lists all, oldest first.
func (s *Store) Organizations(ctx context.Context) ([]Organization, error) {
	all, err := many(ctx, s, scanOrganization, organizationsSQL)
	if err != nil {
		return nil, fmt.Errorf("list organizations: %w", err)
	}
	return all, nil
}

//go:embed sql/organization.sql
var organizationSQL string

// Organization finds one by its slug, ErrNotFound when there is none.
func (s *Store) Organization(ctx context.Context, slug string) (Organization, error) {
	o, err := one(ctx, s, scanOrganization, organizationSQL, slug)
	if err != nil {
		return o, fmt.Errorf("find organization: %w", err)
	}
	return o, nil
}

// one runs a statement of the control tables, as the owner of the tables, that gives exactly one row.
func one[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], sql string, args ...any) (value T, err error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return value, explain(err)
	}
	value, err = pgx.CollectExactlyOneRow(rows, scan)
	return value, explain(err)
}

// many is one for any number of rows; none is an empty list, never nil.
func many[T any](ctx context.Context, s *Store, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := s.db.Query(ctx, sql, args...)
	if err != nil {
		return nil, explain(err)
	}
	values, err := pgx.CollectRows(rows, scan)
	return values, explain(err)
}

const maxName = 200

var slugForm = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,62}$`)

func checkNames(slug, name string) error {
	if !slugForm.MatchString(slug) {
		return invalid("slug", "1 to 63 of a-z, 0-9 and -, not starting with -")
	}
	return checkName(name)
}

// checkName refuses a name for people that nobody could see.
func checkName(name string) error {
	if strings.TrimSpace(name) == "" {
		return invalid("name", "some text")
	}
	return checkText("name", name)
}

// checkText refuses what Postgres text can't hold and what nobody could read in a table.
func checkText(what, s string) error {
	if len(s) > maxName || !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return invalid(what, "at most %d bytes of UTF-8 without control characters", maxName)
	}
	return nil
}
