package command

import (
	"context"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func keyCommands() []command {
	var label string
	labelFlag := func(f *flag.FlagSet) { f.StringVar(&label, "label", "", "what people call it") }
	return []command{
		{name: "key list", args: "PROJECT_ID", summary: "list the keys of a project", run: listKeys},
		{
			name: "key create", args: "PROJECT_ID", summary: "make another key for a project and print its DSN", flags: labelFlag,
			run: func(ctx context.Context, c *call) error { return createKey(ctx, c, label) },
		},
		{name: "key revoke", args: "KEY", summary: "refuse a key from now on", run: revokeKey},
		{
			name: "key rotate", args: "KEY", summary: "make a new key beside KEY; both are good until you revoke the old one", flags: labelFlag,
			run: func(ctx context.Context, c *call) error { return rotateKey(ctx, c, label) },
		},
	}
}

func listKeys(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	id, err := number("PROJECT_ID", c.args[0])
	if err != nil {
		return err
	}
	return withStore(ctx, func(db *store.Store, _ place) error {
		keys, err := db.Keys(ctx, id)
		if err != nil {
			return err
		}
		return c.print(keys, func(w io.Writer) {
			fmt.Fprintln(w, "KEY\tLABEL\tMADE\tREVOKED")
			for _, k := range keys {
				fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", k.PublicKey, printable(k.Label), k.CreatedAt.Format(time.DateTime), when(k.RevokedAt))
			}
		})
	})
}

func when(t *time.Time) string {
	if t == nil {
		return "-"
	}
	return t.Format(time.DateTime)
}

func createKey(ctx context.Context, c *call, label string) error {
	if len(c.args) != 1 {
		return errUsage
	}
	id, err := number("PROJECT_ID", c.args[0])
	if err != nil {
		return err
	}
	return change(ctx, func(db *store.Store, p place) error {
		return makeKey(ctx, c, db, p, id, label)
	})
}

func makeKey(ctx context.Context, c *call, db *store.Store, where place, id int64, label string) error {
	of, err := db.Project(ctx, id)
	if err != nil {
		return err
	}
	key, err := db.CreateOwnKey(ctx, of.OrganizationID, operator, id, label)
	if err != nil {
		return err
	}
	return printKey(c, where, key)
}

// printKey shows a new key with its DSN, where the public address is known.
func printKey(c *call, p place, key store.Key) error {
	dsn, _ := project.DSN(p.public, key.PublicKey, key.ProjectID) // without a public URL there is none to show
	v := struct {
		store.Key
		DSN string `json:"dsn,omitempty"`
	}{key, dsn}
	return c.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "project\t%d\nkey\t%s\n", key.ProjectID, key.PublicKey)
		if dsn != "" {
			fmt.Fprintf(w, "dsn\t%s\n", dsn)
		} else {
			fmt.Fprintln(w, "dsn\tset INGEST_PUBLIC_URL to see it")
		}
	})
}

func revokeKey(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	return change(ctx, func(db *store.Store, _ place) error {
		key, err := db.Key(ctx, c.args[0])
		if err != nil {
			return err
		}
		of, err := db.Project(ctx, key.ProjectID)
		if err != nil {
			return err
		}
		if key, err = db.RevokeOwnKey(ctx, of.OrganizationID, operator, of.ID, key.PublicKey); err != nil {
			return err
		}
		return c.print(key, func(w io.Writer) { fmt.Fprintf(w, "key %s of project %d is revoked\n", key.PublicKey, key.ProjectID) })
	})
}

func rotateKey(ctx context.Context, c *call, label string) error {
	if len(c.args) != 1 {
		return errUsage
	}
	return change(ctx, func(db *store.Store, p place) error {
		old, err := db.Key(ctx, c.args[0])
		if err != nil {
			return err
		}
		return makeKey(ctx, c, db, p, old.ProjectID, orElse(label, old.Label))
	})
}

func tokenCommands() []command {
	var organization, scopes, label string
	var projectID int64
	return []command{
		{
			name: "token list", summary: "list the tokens of an organization",
			flags: func(f *flag.FlagSet) {
				f.StringVar(&organization, "organization", "", "slug; may be left out when there is one only")
			},
			run: func(ctx context.Context, c *call) error { return listTokens(ctx, c, organization) },
		},
		{
			name: "token create", summary: "make a secret token; it is shown this once",
			flags: func(f *flag.FlagSet) {
				f.StringVar(&organization, "organization", "", "slug; may be left out when there is one only")
				f.Int64Var(&projectID, "project", 0, "id of the one project it is for; 0 means all of the organization")
				f.StringVar(&scopes, "scopes", "read", "read, write, admin: comma separated; only one of a project may send logs")
				f.StringVar(&label, "label", "", "what people call it")
			},
			run: func(ctx context.Context, c *call) error {
				return change(ctx, func(db *store.Store, _ place) error {
					o, err := findOrganization(ctx, db, organization)
					if err != nil {
						return err
					}
					t, secret, err := db.CreateOwnToken(ctx, o.ID, operator, store.Token{ProjectID: projectID, Scopes: list(scopes), Label: label})
					if err != nil {
						return err
					}
					v := struct {
						store.Token
						Secret string `json:"token"`
					}{t, secret}
					return c.print(v, func(w io.Writer) { fmt.Fprintf(w, "id\t%s\ntoken\t%s\n\t(shown this once)\n", t.ID, secret) })
				})
			},
		},
		{name: "token revoke", args: "ID", summary: "refuse a token from now on", run: revokeToken},
	}
}

func listTokens(ctx context.Context, c *call, organization string) error {
	return withStore(ctx, func(db *store.Store, _ place) error {
		o, err := findOrganization(ctx, db, organization)
		if err != nil {
			return err
		}
		tokens, err := db.Tokens(ctx, o.ID)
		if err != nil {
			return err
		}
		return c.print(tokens, func(w io.Writer) {
			fmt.Fprintln(w, "ID\tPROJECT\tSCOPES\tLABEL\tMADE\tREVOKED")
			for _, t := range tokens {
				fmt.Fprintf(w, "%s\t%d\t%v\t%s\t%s\t%s\n", t.ID, t.ProjectID, t.Scopes, printable(t.Label), t.CreatedAt.Format(time.DateTime), when(t.RevokedAt))
			}
		})
	})
}

func revokeToken(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	id, err := event.ParseID(c.args[0])
	if err != nil {
		return fmt.Errorf("ID: %w", err)
	}
	return change(ctx, func(db *store.Store, _ place) error {
		t, err := db.Token(ctx, id)
		if err != nil {
			return err
		}
		if t, err = db.RevokeOwnToken(ctx, t.OrganizationID, operator, id); err != nil {
			return err
		}
		return c.print(t, func(w io.Writer) { fmt.Fprintf(w, "token %s is revoked\n", t.ID) })
	})
}
