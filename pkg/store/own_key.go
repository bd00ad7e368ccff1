package store

import (
	"context"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// OwnKeys lists the keys of a project, revoked ones too, oldest first.
func (s *Store) OwnKeys(ctx context.Context, organization, project int64) (keys []Key, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		if keys, err = manyIn(ctx, tx, scanKey, keysSQL, project); err != nil || len(keys) > 0 {
			return err
		}
		return visible(ctx, tx, project)
	})
	return keys, wrap("list own keys", err)
}

// maxKeys bounds the keys of a project and the tokens of an organization, which every edge holds in memory. Revoked
// ones count: their entries stay.
const maxKeys = 200

// CreateOwnKey makes a key beside those a project has, at most 200 with the revoked ones.
func (s *Store) CreateOwnKey(ctx context.Context, organization int64, by Actor, projectID int64, label string) (key Key, err error) {
	if err := checkText("label", label); err != nil {
		return Key{}, wrap("create own key", err)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		p, err := oneIn(ctx, tx, scanProject, lockProjectSQL, projectID)
		if err != nil {
			return err
		}
		have, err := manyIn(ctx, tx, scanKey, keysSQL, projectID)
		if err != nil {
			return err
		}
		if len(have) >= maxKeys {
			return invalid("key", "at most %d keys in a project, revoked ones too", maxKeys)
		}
		if key, err = oneIn(ctx, tx, scanKey, createKeySQL, project.NewKey(), projectID, label); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "key.create", key.PublicKey, map[string]any{"project_id": projectID, "project": p.Slug, "label": label})
	})
	return key, wrap("create own key", err)
}

// RevokeOwnKey makes a key refused from now on; one that is revoked already stays as it is, and in the audit once.
func (s *Store) RevokeOwnKey(ctx context.Context, organization int64, by Actor, projectID int64, publicKey string) (key Key, err error) {
	if !project.IsKey(publicKey) {
		return Key{}, wrap("revoke own key", ErrNotFound)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) error {
		if _, err := oneIn(ctx, tx, scanProject, lockProjectSQL, projectID); err != nil {
			return err
		}
		old, err := oneIn(ctx, tx, scanKey, keySQL, publicKey)
		if err != nil {
			return err
		}
		if old.ProjectID != projectID {
			return ErrNotFound
		}
		if key = old; old.RevokedAt != nil {
			return nil
		}
		if key, err = oneIn(ctx, tx, scanKey, revokeKeySQL, publicKey); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "key.revoke", publicKey, map[string]any{"project_id": projectID, "label": key.Label})
	})
	return key, wrap("revoke own key", err)
}
