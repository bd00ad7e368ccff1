package store

import (
	"context"
	_ "embed" // the statements

	"github.com/jackc/pgx/v5"
)

//go:embed sql/own_organization.sql
var ownOrganizationSQL string

// OwnOrganization finds the organization itself.
func (s *Store) OwnOrganization(ctx context.Context, organization int64) (o Organization, err error) {
	err = s.read(ctx, organization, func(tx pgx.Tx) (err error) {
		o, err = oneIn(ctx, tx, scanOrganization, ownOrganizationSQL, organization)
		return err
	})
	return o, wrap("find own organization", err)
}

//go:embed sql/rename_organization.sql
var renameOrganizationSQL string

// RenameOwnOrganization gives the organization another name.
func (s *Store) RenameOwnOrganization(ctx context.Context, organization int64, by Actor, name string) (o Organization, err error) {
	if err := checkName(name); err != nil {
		return Organization{}, wrap("rename own organization", err)
	}
	err = s.change(ctx, organization, func(tx pgx.Tx) (err error) {
		if o, err = oneIn(ctx, tx, scanOrganization, renameOrganizationSQL, organization, name); err != nil {
			return err
		}
		return note(ctx, tx, organization, by, "organization.change", o.Slug, map[string]any{"name": name})
	})
	return o, wrap("rename own organization", err)
}
