package store

import (
	"context"
	_ "embed" // the statements
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// What somebody of an organization does with its projects, keys and tokens; each change is in the audit, by the same
// transaction. Another organization's things are ErrNotFound.

// firstKey is what the key is called that a project is made with.
const firstKey = "first key"

// CreateOwnProject makes a project with a first key. The error is ErrInvalid or ErrExists, wrapped, where the caller is
// wrong.
func (s *Store) CreateOwnProject(ctx context.Context, organization int64, by Actor, p Project) (made Project, key Key, err error) {
	p.OrganizationID = organization
	if err := p.complete(); err != nil {
		return Project{}, Key{}, wrap("create own project", err)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) (err error) {
		if made, err = oneIn(ctx, tx, scanProject, createProjectSQL, organization, p.Slug, p.Name, p.Origins, p.RetentionDays, p.Rate); err != nil {
			return err
		}
		if key, err = oneIn(ctx, tx, scanKey, createKeySQL, project.NewKey(), made.ID, firstKey); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "project.create", made.Slug, map[string]any{"project_id": made.ID, "name": made.Name, "key": key.PublicKey})
	})
	return made, key, wrap("create own project", err)
}

// OwnProject finds one project of an organization, ErrNotFound when it has none of that number.
func (s *Store) OwnProject(ctx context.Context, organization, id int64) (p Project, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		p, err = oneIn(ctx, tx, scanProject, projectSQL, id)
		return err
	})
	return p, wrap("find own project", err)
}

// A ProjectChange says what of a project becomes different. Nil members stay as they are.
type ProjectChange struct {
	Name          *string   `json:"name,omitempty"`
	Slug          *string   `json:"slug,omitempty"`
	Origins       *[]string `json:"origins,omitempty"`
	RetentionDays *int      `json:"retention_days,omitempty"` // 12 to 3650; 0: as the installation keeps
	Rate          *int      `json:"rate,omitempty"`           // events a second; 0: the installation's
}

// apply makes p what the change says, and tells what it says.
func (c ProjectChange) apply(p *Project) (detail map[string]any) {
	detail = map[string]any{}
	if c.Name != nil {
		p.Name, detail["name"] = *c.Name, *c.Name
	}
	if c.Slug != nil {
		p.Slug, detail["slug"] = *c.Slug, *c.Slug
	}
	if c.Origins != nil {
		p.Origins, detail["origins"] = *c.Origins, *c.Origins
	}
	if c.RetentionDays != nil {
		p.RetentionDays, detail["retention_days"] = orNone(*c.RetentionDays), *c.RetentionDays
	}
	if c.Rate != nil {
		p.Rate, detail["rate"] = orNone(*c.Rate), *c.Rate
	}
	return detail
}

func orNone(n int) *int {
	if n == 0 {
		return nil
	}
	return &n
}

//go:embed sql/lock_project.sql
var lockProjectSQL string

//go:embed sql/change_project.sql
var changeProjectSQL string

// ChangeOwnProject changes a project; the edges know of origins and rate when the directory is next copied. The error is
// ErrInvalid, ErrExists (the slug) or ErrNotFound, wrapped, where the caller is wrong.
func (s *Store) ChangeOwnProject(ctx context.Context, organization int64, by Actor, id int64, c ProjectChange) (p Project, err error) {
	err = s.change(ctx, organization, func(tx pgx.Tx) (err error) {
		if p, err = oneIn(ctx, tx, scanProject, lockProjectSQL, id); err != nil {
			return err
		}
		slug := p.Slug
		detail := c.apply(&p)
		if err := p.complete(); err != nil || len(detail) == 0 {
			return err
		}
		if p, err = oneIn(ctx, tx, scanProject, changeProjectSQL, id, p.Name, p.Slug, p.Origins, p.RetentionDays, p.Rate); err != nil {
			return err
		}
		detail["project_id"] = id
		return note(ctx, tx, organization, by, "project.change", slug, detail)
	})
	if err != nil {
		return Project{}, fmt.Errorf("change own project: %w", err)
	}
	return p, nil
}

// oneIn is one, in a transaction.
func oneIn[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) (value T, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return value, err
	}
	return pgx.CollectExactlyOneRow(rows, scan)
}

// manyIn is many, in a transaction.
func manyIn[T any](ctx context.Context, tx pgx.Tx, scan pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scan)
}
