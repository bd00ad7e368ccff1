package command

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/access"
	"github.com/trivetlabs/trivet/pkg/store"
)

// operator is who changes something by a command.
var operator = store.Actor{Kind: store.ActorOperator, Name: "operator"}

func userCommands() []command {
	var organization, role string
	var enable bool
	whose := func(f *flag.FlagSet) {
		f.StringVar(&organization, "organization", "", "slug; may be left out when there is one only")
	}
	return []command{
		{name: "setup", summary: "print a link that makes the first owner, while nobody can sign in; one made before is good no more", run: setUp},
		{name: "user list", summary: "list the people who may sign in", run: listUsers},
		{
			name: "user invite", args: "EMAIL", summary: "print a link by which somebody becomes a member; it works once and for a week",
			flags: func(f *flag.FlagSet) {
				whose(f)
				f.StringVar(&role, "role", "member", "viewer, member, admin or owner")
			},
			run: func(ctx context.Context, c *call) error { return inviteUser(ctx, c, organization, role) },
		},
		{
			name: "user role", args: "EMAIL ROLE", summary: "change what a member may do: viewer, member, admin or owner", flags: whose,
			run: func(ctx context.Context, c *call) error { return setRole(ctx, c, organization) },
		},
		{name: "user password", args: "EMAIL", summary: "print a link by which somebody chooses a new password; it works once and for a day", run: resetPassword},
		{
			name: "user disable", args: "EMAIL", summary: "let somebody sign in no more, and sign them out",
			flags: func(f *flag.FlagSet) { f.BoolVar(&enable, "undo", false, "let them sign in again") },
			run:   func(ctx context.Context, c *call) error { return disableUser(ctx, c, !enable) },
		},
	}
}

// printLink shows a link that works once.
func printLink(c *call, p place, kind, secret string) error {
	url := p.query + access.LinkPath(kind, secret)
	return c.print(map[string]string{"url": url}, func(w io.Writer) {
		fmt.Fprintln(w, url)
		if p.query == "" {
			fmt.Fprintln(w, "(under the address of query; set QUERY_PUBLIC_URL to see it whole)")
		}
	})
}

func setUp(ctx context.Context, c *call) error {
	if len(c.args) != 0 {
		return errUsage
	}
	return withStore(ctx, func(db *store.Store, p place) error {
		secret, err := db.NewSetupLink(ctx)
		if err != nil {
			return err
		}
		if secret == "" {
			return errors.New("somebody can sign in already: they invite others, or use `trivet user invite` and `trivet user password`")
		}
		return printLink(c, p, store.LinkSetup, secret)
	})
}

func listUsers(ctx context.Context, c *call) error {
	return withStore(ctx, func(db *store.Store, _ place) error {
		all, err := db.Users(ctx)
		if err != nil {
			return err
		}
		return c.print(all, func(w io.Writer) {
			fmt.Fprintln(w, "ID\tEMAIL\tNAME\tMADE\tDISABLED")
			for _, u := range all {
				fmt.Fprintf(w, "%d\t%s\t%s\t%s\t%s\n", u.ID, printable(u.Email), printable(u.Name), u.CreatedAt.Format(time.DateTime), when(u.DisabledAt))
			}
		})
	})
}

func inviteUser(ctx context.Context, c *call, organization, role string) error {
	if len(c.args) != 1 {
		return errUsage
	}
	return withStore(ctx, func(db *store.Store, p place) error {
		o, err := findOrganization(ctx, db, organization)
		if err != nil {
			return err
		}
		_, secret, err := db.Invite(ctx, o.ID, operator, c.args[0], role)
		if err != nil {
			return err
		}
		return printLink(c, p, store.LinkInvitation, secret)
	})
}

func setRole(ctx context.Context, c *call, organization string) error {
	if len(c.args) != 2 {
		return errUsage
	}
	return withStore(ctx, func(db *store.Store, _ place) error {
		o, err := findOrganization(ctx, db, organization)
		if err != nil {
			return err
		}
		u, _, err := db.UserByEmail(ctx, c.args[0])
		if err != nil {
			return err
		}
		m, err := db.SetRole(ctx, o.ID, operator, u.ID, strings.ToLower(c.args[1]))
		if err != nil {
			return err
		}
		return c.print(m, func(w io.Writer) { fmt.Fprintf(w, "%s is %s of %s\n", printable(m.Email), m.Role, printable(o.Name)) })
	})
}

func resetPassword(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	return withStore(ctx, func(db *store.Store, p place) error {
		secret, err := db.NewPasswordLink(ctx, c.args[0])
		if err != nil {
			return err
		}
		return printLink(c, p, store.LinkPassword, secret)
	})
}

func disableUser(ctx context.Context, c *call, disabled bool) error {
	if len(c.args) != 1 {
		return errUsage
	}
	return withStore(ctx, func(db *store.Store, _ place) error {
		u, _, err := db.UserByEmail(ctx, c.args[0])
		if err != nil {
			return err
		}
		if u, err = db.DisableUser(ctx, u.ID, disabled); err != nil {
			return err
		}
		return c.print(u, func(w io.Writer) {
			fmt.Fprintf(w, "%s may sign in: %v\n", printable(u.Email), u.DisabledAt == nil)
		})
	})
}
