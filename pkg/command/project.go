package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"

	"github.com/trivetlabs/trivet/pkg/store"
)

func organizationCommands() []command {
	var name string
	return []command{
		{
			name: "organization list", summary: "list organizations",
			run: func(ctx context.Context, c *call) error {
				return withStore(ctx, func(db *store.Store, _ place) error {
					all, err := db.Organizations(ctx)
					if err != nil {
						return err
					}
					return c.print(all, func(w io.Writer) {
						fmt.Fprintln(w, "ID\tSLUG\tNAME")
						for _, o := range all {
							fmt.Fprintf(w, "%d\t%s\t%s\n", o.ID, o.Slug, printable(o.Name))
						}
					})
				})
			},
		},
		{
			name: "organization create", args: "SLUG", summary: "make an organization",
			flags: func(f *flag.FlagSet) { f.StringVar(&name, "name", "", "name for people; the slug when empty") },
			run: func(ctx context.Context, c *call) error {
				if len(c.args) != 1 {
					return errUsage
				}
				return withStore(ctx, func(db *store.Store, _ place) error {
					o, err := db.CreateOrganization(ctx, c.args[0], orElse(name, c.args[0]))
					if err != nil {
						return err
					}
					return c.print(o, func(w io.Writer) { fmt.Fprintf(w, "organization %d %s\n", o.ID, o.Slug) })
				})
			},
		},
	}
}

func projectCommands() []command {
	var organization, name, origins string
	return []command{
		{name: "project list", summary: "list projects", run: listProjects},
		{
			name: "project create", args: "SLUG", summary: "make a project with a first key, and print its DSN",
			flags: func(f *flag.FlagSet) {
				f.StringVar(&organization, "organization", "", "slug of its organization; may be left out when there is one only")
				f.StringVar(&name, "name", "", "name for people; the slug when empty")
				f.StringVar(&origins, "origins", "", "origins whose pages may send, comma separated; empty means all")
			},
			run: func(ctx context.Context, c *call) error {
				if len(c.args) != 1 {
					return errUsage
				}
				return change(ctx, func(db *store.Store, p place) error {
					o, err := findOrganization(ctx, db, organization)
					if err != nil {
						return err
					}
					_, key, err := db.CreateOwnProject(ctx, o.ID, operator, store.Project{Slug: c.args[0], Name: orElse(name, c.args[0]), Origins: list(origins)})
					if err != nil {
						return err
					}
					return printKey(c, p, key)
				})
			},
		},
		{
			name: "project origins", args: "PROJECT_ID [ORIGIN …]", summary: "set the origins whose pages may send; none means all",
			run: func(ctx context.Context, c *call) error {
				if len(c.args) == 0 {
					return errUsage
				}
				id, err := number("PROJECT_ID", c.args[0])
				if err != nil {
					return err
				}
				return change(ctx, func(db *store.Store, _ place) error {
					p, err := db.Project(ctx, id)
					if err != nil {
						return err
					}
					origins := c.args[1:]
					if p, err = db.ChangeOwnProject(ctx, p.OrganizationID, operator, id, store.ProjectChange{Origins: &origins}); err != nil {
						return err
					}
					return c.print(p, func(w io.Writer) {
						fmt.Fprintf(w, "project %d takes: %s\n", p.ID, orElse(strings.Join(p.Origins, " "), "every origin"))
					})
				})
			},
		},
	}
}

func listProjects(ctx context.Context, c *call) error {
	return withStore(ctx, func(db *store.Store, _ place) error {
		all, err := db.Projects(ctx, 0)
		if err != nil {
			return err
		}
		return c.print(all, func(w io.Writer) {
			fmt.Fprintln(w, "ID\tORGANIZATION\tSLUG\tNAME\tORIGINS")
			for _, p := range all {
				fmt.Fprintf(w, "%d\t%d\t%s\t%s\t%s\n", p.ID, p.OrganizationID, p.Slug, printable(p.Name), orElse(strings.Join(p.Origins, " "), "all"))
			}
		})
	})
}

func findOrganization(ctx context.Context, db *store.Store, slug string) (store.Organization, error) {
	if slug != "" {
		return db.Organization(ctx, slug)
	}
	all, err := db.Organizations(ctx)
	if err != nil {
		return store.Organization{}, err
	}
	if len(all) != 1 {
		return store.Organization{}, errors.New("which organization? give -organization SLUG")
	}
	return all[0], nil
}

func orElse(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// list splits a comma-separated flag.
func list(s string) []string {
	var out []string
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
