package store_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func TestTheDirectoryHoldsKeysAndWriteTokensAlsoRevokedOnes(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	origins := []string{"https://shop.example"}
	if _, err := db.SetOrigins(t.Context(), s.project, origins); err != nil {
		t.Fatal(err)
	}
	good, gone := makeKey(t, db, s), makeKey(t, db, s)
	if _, err := db.RevokeKey(t.Context(), gone.PublicKey); err != nil {
		t.Fatal(err)
	}
	both, secret := makeToken(t, db, store.Token{OrganizationID: s.org, ProjectID: s.project, Scopes: []string{"write", "read"}})
	makeToken(t, db, store.Token{OrganizationID: s.org, ProjectID: s.project, Scopes: []string{"read"}})
	if diff := cmp.Diff([]string{"read", "write"}, both.Scopes); diff != "" {
		t.Error(diff)
	}
	got, err := db.Directory(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]project.Entry{
		project.KeyName(good.PublicKey): {ProjectID: s.project, Origins: origins},
		project.KeyName(gone.PublicKey): {ProjectID: s.project, Origins: origins, Revoked: true},
		project.TokenName(secret):       {ProjectID: s.project, Origins: origins},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestOnlyGoodTokensAuthenticate(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s := newSite(t, db, "acme")
	made, secret := makeToken(t, db, store.Token{OrganizationID: s.org, Scopes: []string{"read"}, Label: "ci"})
	got, err := db.Authenticate(t.Context(), secret)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, got); diff != "" {
		t.Error(diff)
	}
	for _, bad := range []string{"", "x", secret + "0", project.NewToken(), strings.ToUpper(secret)} {
		if _, err := db.Authenticate(t.Context(), bad); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("%q: got %v, want ErrNotFound", bad, err)
		}
	}
	first, err := db.RevokeToken(t.Context(), made.ID)
	if err != nil || first.RevokedAt == nil {
		t.Fatalf("revoke: %+v, %v", first, err)
	}
	again, err := db.RevokeToken(t.Context(), made.ID)
	if diff := cmp.Diff(first, again); err != nil || diff != "" {
		t.Errorf("revoking twice changed it: %s, %v", diff, err)
	}
	if _, err := db.Authenticate(t.Context(), secret); !errors.Is(err, store.ErrNotFound) {
		t.Errorf("revoked: got %v, want ErrNotFound", err)
	}
	all, err := db.Tokens(t.Context(), s.org)
	if diff := cmp.Diff([]store.Token{first}, all); err != nil || diff != "" {
		t.Errorf("tokens: %s, %v", diff, err)
	}
}

func TestWhatCanNotBeIsRefusedByKind(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	ctx := t.Context()
	for _, tc := range []struct {
		name string
		do   func() error
		want error
	}{
		{"a slug that is taken", func() error { _, err := db.CreateOrganization(ctx, "acme", ""); return err }, store.ErrExists},
		{"a slug of spaces", func() error { _, err := db.CreateOrganization(ctx, "a b", ""); return err }, store.ErrInvalid},
		{"a name with a NUL", func() error { _, err := db.CreateOrganization(ctx, "ab", "\x00"); return err }, store.ErrInvalid},
		{"an organization nobody made", func() error { _, err := db.Organization(ctx, "nobody"); return err }, store.ErrNotFound},
		{"a slug with a NUL", func() error { _, err := db.Organization(ctx, "\x00"); return err }, store.ErrInvalid},
		{"a project of nobody", func() error {
			_, err := db.CreateProject(ctx, store.Project{OrganizationID: 99, Slug: "a"})
			return err
		}, store.ErrNotFound},
		{"a project's slug that is taken", func() error {
			_, err := db.CreateProject(ctx, store.Project{OrganizationID: s.org, Slug: "web"})
			return err
		}, store.ErrExists},
		{"an origin that is a path", func() error { _, err := db.SetOrigins(ctx, s.project, []string{"https://a.example/x"}); return err }, store.ErrInvalid},
		{"a key of no project", func() error { _, err := db.CreateKey(ctx, 99, ""); return err }, store.ErrNotFound},
		{"a key nobody made", func() error { _, err := db.RevokeKey(ctx, project.NewKey()); return err }, store.ErrNotFound},
		{"a token of no scope", func() error { _, _, err := db.CreateToken(ctx, store.Token{OrganizationID: s.org}); return err }, store.ErrInvalid},
		{"a token of an unknown scope", func() error {
			_, _, err := db.CreateToken(ctx, store.Token{OrganizationID: s.org, Scopes: []string{"root"}})
			return err
		}, store.ErrInvalid},
		{"a token for another's project", func() error {
			_, _, err := db.CreateToken(ctx, store.Token{OrganizationID: s.org, ProjectID: other.project, Scopes: []string{"read"}})
			return err
		}, store.ErrNotFound},
		{"a token nobody made", func() error { _, err := db.RevokeToken(ctx, event.ID{1}); return err }, store.ErrNotFound},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := tc.do(); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestControlTablesListWhatWasMade(t *testing.T) {
	t.Parallel()
	db, _ := open(t)
	s, other := newSite(t, db, "acme"), newSite(t, db, "other")
	all, err := db.Projects(t.Context(), 0)
	if err != nil || len(all) != 2 || all[0].ID != s.project || all[1].ID != other.project {
		t.Errorf("all projects: %+v, %v", all, err)
	}
	own, err := db.Projects(t.Context(), other.org)
	if err != nil || len(own) != 1 || own[0].ID != other.project {
		t.Errorf("projects of one: %+v, %v", own, err)
	}
	p, err := db.Project(t.Context(), s.project)
	if diff := cmp.Diff(all[0], p); err != nil || diff != "" {
		t.Errorf("project: %s, %v", diff, err)
	}
	o, err := db.Organization(t.Context(), "acme")
	if err != nil || o.ID != s.org || o.Name != "acme" {
		t.Errorf("organization: %+v, %v", o, err)
	}
	organizations, err := db.Organizations(t.Context())
	if err != nil || len(organizations) != 2 {
		t.Errorf("organizations: %+v, %v", organizations, err)
	}
	k := makeKey(t, db, s)
	keys, err := db.Keys(t.Context(), s.project)
	if diff := cmp.Diff([]store.Key{k}, keys); err != nil || diff != "" {
		t.Errorf("keys: %s, %v", diff, err)
	}
}

func makeKey(t *testing.T, db *store.Store, s site) store.Key {
	t.Helper()
	k, err := db.CreateKey(t.Context(), s.project, "")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func makeToken(t *testing.T, db *store.Store, want store.Token) (store.Token, string) {
	t.Helper()
	made, secret, err := db.CreateToken(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	return made, secret
}
