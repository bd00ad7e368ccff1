package store

import (
	"context"
	_ "embed" // the statements
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/trivetlabs/trivet/pkg/project"
)

// A Project is a website.
type Project struct {
	ID             int64     `json:"id"`
	OrganizationID int64     `json:"organization_id"`
	Slug           string    `json:"slug"`
	Name           string    `json:"name"`
	Origins        []string  `json:"origins"`        // whose pages may send; none means all
	RetentionDays  *int      `json:"retention_days"` // its events are kept; null: as the installation keeps
	Rate           *int      `json:"rate"`           // events a second it may send; null: the installation's
	CreatedAt      time.Time `json:"created_at"`
}

func scanProject(row pgx.CollectableRow) (p Project, err error) {
	err = row.Scan(&p.ID, &p.OrganizationID, &p.Slug, &p.Name, &p.Origins, &p.RetentionDays, &p.Rate, &p.CreatedAt)
	return p, err
}

//go:embed sql/create_project.sql
var createProjectSQL string

// The days a project may keep its events for, and the events a second it may send.
const (
	minRetention = 12
	maxRetention = 3650
	maxRate      = 1_000_000
)

// complete fills in what may be left out, and refuses what can't be stored.
func (p *Project) complete() error {
	if p.Name == "" {
		p.Name = p.Slug
	}
	if p.Origins == nil {
		p.Origins = []string{}
	}
	if p.RetentionDays != nil && (*p.RetentionDays < minRetention || *p.RetentionDays > maxRetention) {
		return invalid("retention_days", "%d to %d, or 0 for what the installation keeps", minRetention, maxRetention)
	}
	if p.Rate != nil && (*p.Rate < 1 || *p.Rate > maxRate) {
		return invalid("rate", "1 to %d, or 0 for the rate of the installation", maxRate)
	}
	if err := checkNames(p.Slug, p.Name); err != nil {
		return err
	}
	return checkOrigins(p.Origins)
}

// CreateProject makes a project of p's organization with p's slug, name (the slug when empty) and
// origins. The error is ErrInvalid, ErrExists or, for an organization that is not there, ErrNotFound,
// wrapped, where the caller is wrong.
func (s *Store) CreateProject(ctx context.Context, p Project) (Project, error) {
	if err := p.complete(); err != nil {
		return Project{}, fmt.Errorf("create project: %w", err)
	}
	made, err := one(ctx, s, scanProject, createProjectSQL, p.OrganizationID, p.Slug, p.Name, p.Origins, p.RetentionDays, p.Rate)
	if err != nil {
		return made, fmt.Errorf("create project %s: %w", p.Slug, err)
	}
	return made, nil
}

//go:embed sql/projects.sql
var projectsSQL string

// Projects lists the projects of an organization, of all when it is 0, oldest first.
func (s *Store) Projects(ctx context.Context, organization int64) ([]Project, error) {
	all, err := many(ctx, s, scanProject, projectsSQL, organization)
	if err != nil {
		return nil, fmt.Errorf("list projects: %w", err)
	}
	return all, nil
}

//go:embed sql/project.sql
var projectSQL string

// Project finds one by its number, ErrNotFound when there is none.
func (s *Store) Project(ctx context.Context, id int64) (Project, error) {
	p, err := one(ctx, s, scanProject, projectSQL, id)
	if err != nil {
		return p, fmt.Errorf("find project %d: %w", id, err)
	}
	return p, nil
}

//go:embed sql/set_origins.sql
var setOriginsSQL string

// SetOrigins replaces the origins of a project; the edges know of it within the minute the reconciler
// takes. The error is ErrInvalid or ErrNotFound, wrapped, where the caller is wrong.
func (s *Store) SetOrigins(ctx context.Context, id int64, origins []string) (Project, error) {
	if origins == nil {
		origins = []string{}
	}
	if err := checkOrigins(origins); err != nil {
		return Project{}, fmt.Errorf("set origins of project %d: %w", id, err)
	}
	p, err := one(ctx, s, scanProject, setOriginsSQL, id, origins)
	if err != nil {
		return p, fmt.Errorf("set origins of project %d: %w", id, err)
	}
	return p, nil
}

// maxOrigins bounds a directory entry, which every edge holds in memory.
const maxOrigins = 100

func checkOrigins(origins []string) error {
	if len(origins) > maxOrigins {
		return invalid("origins", "at most %d", maxOrigins)
	}
	for i, o := range origins {
		if !project.ValidOrigin(o) {
			return invalid(fmt.Sprint("origin ", i+1), "*, scheme://host[:port] or scheme://*.host[:port]")
		}
	}
	return nil
}
