package store_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func ptr[T any](v T) *T { return &v }

func TestPeopleMakeAndChangeProjects(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	ctx := t.Context()
	made, key, err := db.CreateOwnProject(ctx, s.org, by(ada), store.Project{OrganizationID: other.org, Slug: "shop", Origins: []string{"https://shop.example"}, Rate: ptr(50)})
	if err != nil || made.OrganizationID != s.org || made.Name != "shop" || key.ProjectID != made.ID || *made.Rate != 50 || made.RetentionDays != nil {
		t.Fatalf("%+v, %+v, %v", made, key, err)
	}
	change := store.ProjectChange{Name: ptr("Shop"), RetentionDays: ptr(30), Rate: ptr(0)}
	changed, err := db.ChangeOwnProject(ctx, s.org, by(ada), made.ID, change)
	want := made
	want.Name, want.RetentionDays, want.Rate = "Shop", ptr(30), nil
	if diff := cmp.Diff(want, changed); err != nil || diff != "" {
		t.Errorf("changed: %s, %v", diff, err)
	}
	found, err := db.OwnProject(ctx, s.org, made.ID)
	if diff := cmp.Diff(want, found); err != nil || diff != "" {
		t.Errorf("found: %s, %v", diff, err)
	}
	for _, tc := range []struct {
		name         string
		organization int64
		change       store.ProjectChange
		want         error
	}{
		{"another's", other.org, change, store.ErrNotFound},
		{"a slug that is taken", s.org, store.ProjectChange{Slug: ptr("web")}, store.ErrExists},
		{"no slug", s.org, store.ProjectChange{Slug: ptr("")}, store.ErrInvalid},
		{"kept for too short", s.org, store.ProjectChange{RetentionDays: ptr(11)}, store.ErrInvalid},
		{"a rate below nothing", s.org, store.ProjectChange{Rate: ptr(-1)}, store.ErrInvalid},
		{"an origin that is none", s.org, store.ProjectChange{Origins: &[]string{"x"}}, store.ErrInvalid},
		{"nothing", s.org, store.ProjectChange{}, nil},
	} {
		if _, err := db.ChangeOwnProject(ctx, tc.organization, by(ada), made.ID, tc.change); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, want %v", tc.name, err, tc.want)
		}
	}
	if _, err := db.OwnProject(ctx, other.org, made.ID); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("another's project: %v", err)
	}
	if _, err := db.SetOwnSettings(ctx, s.org, by(ada), made.ID, project.Settings{Filters: project.Filters{Messages: []string{"x"}}}); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"member.join ada@example.org", "project.create shop", "project.change shop", "settings.change shop"}, actions(t, db, s.org)); diff != "" {
		t.Error(diff)
	}
	if got := actions(t, db, other.org); len(got) != 0 {
		t.Errorf("audit of others: %v", got)
	}
}

func TestPeopleMakeAndRevokeKeys(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	ctx := t.Context()
	key, err := db.CreateOwnKey(ctx, s.org, by(ada), s.project, "web")
	if err != nil {
		t.Fatal(err)
	}
	for name, err := range map[string]error{
		"made for another's project": func() error { _, err := db.CreateOwnKey(ctx, other.org, by(ada), s.project, ""); return err }(),
		"revoked by another":         func() error { _, err := db.RevokeOwnKey(ctx, other.org, by(ada), s.project, key.PublicKey); return err }(),
		"revoked of another project": func() error {
			_, err := db.RevokeOwnKey(ctx, other.org, by(ada), other.project, key.PublicKey)
			return err
		}(),
		"revoked though it has no form":   func() error { _, err := db.RevokeOwnKey(ctx, s.org, by(ada), s.project, "x\x00"); return err }(),
		"listed of another's project":     func() error { _, err := db.OwnKeys(ctx, other.org, s.project); return err }(),
		"listed of a project of nobody's": func() error { _, err := db.OwnKeys(ctx, s.org, 999); return err }(),
	} {
		if !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 {
		if key, err = db.RevokeOwnKey(ctx, s.org, by(ada), s.project, key.PublicKey); err != nil || key.RevokedAt == nil {
			t.Errorf("%+v, %v", key, err)
		}
	}
	if keys, err := db.OwnKeys(ctx, s.org, s.project); err != nil || len(keys) != 1 || keys[0].RevokedAt == nil {
		t.Errorf("%+v, %v", keys, err)
	}
	if diff := cmp.Diff([]string{"member.join ada@example.org", "key.create " + key.PublicKey, "key.revoke " + key.PublicKey}, actions(t, db, s.org)); diff != "" {
		t.Error(diff)
	}
}

func TestTokensExpireAndTellWhenTheyWereUsed(t *testing.T) {
	t.Parallel()
	db, url := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ada := newOwner(t, db)
	ctx := t.Context()
	soon := time.Now().Add(time.Hour).Truncate(time.Microsecond).UTC()
	made, secret, err := db.CreateOwnToken(ctx, s.org, by(ada), store.Token{ProjectID: s.project, Scopes: []string{"write"}, ExpiresAt: &soon, CreatedBy: &ada.ID})
	if err != nil || !made.ExpiresAt.Equal(soon) || *made.CreatedBy != ada.ID || made.UsedAt != nil {
		t.Fatalf("%+v, %v", made, err)
	}
	for _, bad := range []store.Token{{Scopes: []string{"root"}}, {Scopes: []string{"read"}, ExpiresAt: ptr(time.Now().Add(-time.Hour))}} {
		if _, _, err := db.CreateOwnToken(ctx, s.org, by(ada), bad); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("%+v: %v", bad, err)
		}
	}
	if _, _, err := db.CreateOwnToken(ctx, other.org, by(ada), store.Token{ProjectID: s.project, Scopes: []string{"read"}}); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("of another's project: %v", err)
	}
	used := func() *time.Time {
		t.Helper()
		all, err := db.OwnTokens(ctx, s.org)
		if err != nil || len(all) != 1 {
			t.Fatalf("%+v, %v", all, err)
		}
		return all[0].UsedAt
	}
	if _, err := db.Authenticate(ctx, secret); err != nil || used() == nil {
		t.Errorf("used: %v, %v", used(), err)
	}
	first := *used()
	if _, err := db.Authenticate(ctx, secret); err != nil || !used().Equal(first) {
		t.Errorf("written down each time: %v, %v", used(), err)
	}
	exec(t, url, "update trivet.tokens set used_at = used_at - interval '6 minutes'")
	if _, err := db.Authenticate(ctx, secret); err != nil || used().Before(first) {
		t.Errorf("not written down again: %v, %v", used(), err)
	}
	exec(t, url, "update trivet.tokens set expires_at = now()")
	if _, err := db.Authenticate(ctx, secret); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("after its time: %v", err)
	}
	if entries, err := db.Directory(ctx); err != nil || !entries[project.TokenName(secret)].Revoked {
		t.Errorf("the edges still take it: %+v, %v", entries, err)
	}
	for _, tc := range []struct {
		organization int64
		id           event.ID
		want         error
	}{{other.org, made.ID, store.ErrNotFound}, {s.org, event.ID{1}, store.ErrNotFound}, {s.org, made.ID, nil}, {s.org, made.ID, nil}} {
		if got, err := db.RevokeOwnToken(ctx, tc.organization, by(ada), tc.id); !errors.Is(err, tc.want) || err == nil && got.RevokedAt == nil {
			t.Errorf("revoke: %+v, %v, want %v", got, err, tc.want)
		}
	}
	id := made.ID.String()
	if diff := cmp.Diff([]string{"member.join ada@example.org", "token.create " + id, "token.revoke " + id}, actions(t, db, s.org)); diff != "" {
		t.Error(diff)
	}
}

func TestTheDirectoryTellsAProjectsRate(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	key := makeKey(t, db, s)
	if _, err := db.ChangeOwnProject(t.Context(), s.org, operator, s.project, store.ProjectChange{Rate: ptr(7)}); err != nil {
		t.Fatal(err)
	}
	if entries, err := db.Directory(t.Context()); err != nil || entries[project.KeyName(key.PublicKey)].Rate != 7 {
		t.Errorf("%+v, %v", entries, err)
	}
}

func TestAnOrganizationIsRenamedByItsOwn(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	if _, err := db.RenameOwnOrganization(t.Context(), s.org, operator, " "); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("to nothing: %v", err)
	}
	if o, err := db.RenameOwnOrganization(t.Context(), s.org, operator, "Acme & Co"); err != nil || o.Name != "Acme & Co" {
		t.Errorf("%+v, %v", o, err)
	}
	if o, err := db.OwnOrganization(t.Context(), s.org); err != nil || o.Name != "Acme & Co" || o.Slug != "acme" {
		t.Errorf("%+v, %v", o, err)
	}
	if diff := cmp.Diff([]string{"organization.change acme"}, actions(t, db, s.org)); diff != "" {
		t.Error(diff)
	}
}
