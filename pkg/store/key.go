package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// A Key is a public write-only key. It identifies, it is no secret.
type Key struct {
	PublicKey string     `json:"public_key"`
	ProjectID int64      `json:"project_id"`
	Label     string     `json:"label"`
	CreatedAt time.Time  `json:"created_at"`
	RevokedAt *time.Time `json:"revoked_at"` // nil while it is good
}

func scanKey(row pgx.CollectableRow) (k Key, err error) {
	err = row.Scan(&k.PublicKey, &k.ProjectID, &k.Label, &k.CreatedAt, &k.RevokedAt)
	return k, err
}

//go:embed sql/create_key.sql
var createKeySQL string

// CreateKey makes a new key of a project beside those it has. The error is ErrInvalid or ErrNotFound,
// wrapped, where the caller is wrong.
func (s *Store) CreateKey(ctx context.Context, projectID int64, label string) (Key, error) {
	if err := checkText("label", label); err != nil {
		return Key{}, fmt.Errorf("create key: %w", err)
	}
	k, err := one(ctx, s, scanKey, createKeySQL, project.NewKey(), projectID, label)
	if err != nil {
		return k, fmt.Errorf("create key of project %d: %w", projectID, err)
	}
	return k, nil
}

//go:embed sql/keys.sql
var keysSQL string

// Keys lists the keys of a project, revoked ones too, oldest first.
func (s *Store) Keys(ctx context.Context, projectID int64) ([]Key, error) {
	all, err := many(ctx, s, scanKey, keysSQL, projectID)
	if err != nil {
		return nil, fmt.Errorf("list keys of project %d: %w", projectID, err)
	}
	return all, nil
}

//go:embed sql/key.sql
var keySQL string

// Key returns one key. ErrNotFound when there is none.
func (s *Store) Key(ctx context.Context, publicKey string) (Key, error) {
	k, err := one(ctx, s, scanKey, keySQL, publicKey)
	if err != nil {
		return k, fmt.Errorf("find key: %w", err)
	}
	return k, nil
}

//go:embed sql/revoke_key.sql
var revokeKeySQL string

// RevokeKey makes a key refused from now on; one that is revoked already stays as it is. ErrNotFound when
// there is no such key.
func (s *Store) RevokeKey(ctx context.Context, publicKey string) (Key, error) {
	k, err := one(ctx, s, scanKey, revokeKeySQL, publicKey)
	if err != nil {
		return k, fmt.Errorf("revoke key: %w", err)
	}
	return k, nil
}

//go:embed sql/directory.sql
var directorySQL string

// Directory returns what every edge must know, by the names of its entries: all keys, and all tokens that
// may write to a project. Revoked ones are in it, marked: an entry is never taken out, because an edge
// that missed the deletion would go on accepting.
func (s *Store) Directory(ctx context.Context) (map[string]project.Entry, error) {
	rows, err := s.db.Query(ctx, directorySQL)
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", explain(err))
	}
	entries := map[string]project.Entry{}
	var publicKey, hash string
	var e project.Entry
	_, err = pgx.ForEachRow(rows, []any{&publicKey, &hash, &e.ProjectID, &e.Revoked, &e.Origins, &e.Rate}, func() error {
		name := project.KeyName(publicKey)
		if hash != "" {
			name = project.TokenNameOfHash(hash)
		}
		entries[name] = e
		e.Origins = nil
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read directory: %w", explain(err))
	}
	return entries, nil
}
