package standalone

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

// InfoFile is the name of the file in the data folder; only its owner may read it.
const InfoFile = "standalone.json"

// Info is what standalone made and where it listens: the content of standalone.json.
type Info struct {
	IngestURL    string `json:"ingest_url"`
	QueryURL     string `json:"query_url"`
	PublicURL    string `json:"public_url"`
	ProjectID    int64  `json:"project_id"`
	PublicKey    string `json:"public_key"`
	DSN          string `json:"dsn"`
	Token        string `json:"token"`               // may read and write the project; the only copy of the secret
	SetupURL     string `json:"setup_url,omitempty"` // makes the first owner, once; absent when there is one
	NATSURL      string `json:"nats_url"`
	NATSPassword string `json:"nats_password"`
	DatabaseURL  string `json:"database_url"`
}

// ReadInfo reads standalone.json of a data folder; the error is fs.ErrNotExist, wrapped, when there is none.
func ReadInfo(dir string) (Info, error) {
	var info Info
	b, err := os.ReadFile(filepath.Join(dir, InfoFile)) // the operator's own folder
	if err != nil {
		return info, fmt.Errorf("read standalone.json: %w", err)
	}
	if err := json.Unmarshal(b, &info); err != nil {
		return info, fmt.Errorf("read standalone.json: %w", err)
	}
	return info, nil
}

// loadInfo reads the file, or starts a new one.
func loadInfo(dir string) (Info, error) {
	info, err := ReadInfo(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return Info{NATSPassword: project.NewKey()}, nil
	}
	return info, err
}

// save replaces the file at once, so that nobody reads half of it.
func (i *Info) save(dir string) error {
	b, err := json.MarshalIndent(i, "", "  ")
	if err != nil {
		return fmt.Errorf("write standalone.json: %w", err)
	}
	name := filepath.Join(dir, InfoFile)
	if err := os.WriteFile(name+".new", append(b, '\n'), 0o600); err != nil {
		return fmt.Errorf("write standalone.json: %w", err)
	}
	if err := os.Rename(name+".new", name); err != nil {
		return fmt.Errorf("write standalone.json: %w", err)
	}
	return nil
}

// firstProject makes the first organization, project, key and token, unless the file knows some. A start
// that died half-way is finished by the next.
func (i *Info) firstProject(ctx context.Context, db *store.Store) (err error) {
	if i.Token != "" {
		// Keys are never deleted: one that is not there belongs to another database.
		if _, err := db.Key(ctx, i.PublicKey); errors.Is(err, store.ErrNotFound) {
			i.Token = ""
		} else if err != nil {
			return err
		}
	}
	if i.Token == "" {
		organization, err := db.CreateOrganization(ctx, "default", "Default")
		if errors.Is(err, store.ErrExists) {
			organization, err = db.Organization(ctx, "default")
		}
		if err != nil {
			return err
		}
		if err := i.makeProject(ctx, db, organization.ID); err != nil {
			return err
		}
	}
	i.DSN, err = project.DSN(i.PublicURL, i.PublicKey, i.ProjectID)
	return err
}

// setupLink makes the link of the first owner, while there is none. The one of the start before is good no more.
func (i *Info) setupLink(ctx context.Context, db *store.Store, queryURL string) error {
	secret, err := db.NewSetupLink(ctx)
	if i.SetupURL = ""; err == nil && secret != "" {
		i.SetupURL = strings.TrimRight(queryURL, "/") + access.LinkPath(store.LinkSetup, secret)
	}
	return err
}

func (i *Info) makeProject(ctx context.Context, db *store.Store, organization int64) error {
	p, err := db.CreateProject(ctx, store.Project{OrganizationID: organization, Slug: "default", Name: "Default"})
	if errors.Is(err, store.ErrExists) {
		p, err = findProject(ctx, db, organization, "default")
	}
	if err != nil {
		return err
	}
	key, err := db.CreateKey(ctx, p.ID, "first key")
	if err != nil {
		return err
	}
	_, secret, err := db.CreateToken(ctx, store.Token{
		OrganizationID: organization, ProjectID: p.ID, Scopes: []string{store.ScopeRead, store.ScopeWrite}, Label: "first token",
	})
	if err != nil {
		return err
	}
	i.ProjectID, i.PublicKey, i.Token = p.ID, key.PublicKey, secret
	return nil
}

func findProject(ctx context.Context, db *store.Store, organization int64, slug string) (store.Project, error) {
	all, err := db.Projects(ctx, organization)
	if err != nil {
		return store.Project{}, err
	}
	for _, p := range all {
		if p.Slug == slug {
			return p, nil
		}
	}
	return store.Project{}, fmt.Errorf("find project %s: %w", slug, store.ErrNotFound)
}
