package command

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/trivetlabs/trivet/pkg/filter"
	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
)

func settingsCommands() []command {
	var id int64
	var from string
	whose := func(f *flag.FlagSet) { f.Int64Var(&id, "project", 0, "number of the project") }
	return []command{
		{
			name: "project settings", summary: "print the settings of a project as JSON, or replace them: filters, scrubbing, grouping rules",
			flags: func(f *flag.FlagSet) {
				whose(f)
				f.StringVar(&from, "set", "", "file with the whole new document, - for standard input")
			},
			run: func(ctx context.Context, c *call) error {
				if len(c.args) != 0 || id <= 0 {
					return errUsage
				}
				return withStore(ctx, func(db *store.Store, _ place) error { return settings(ctx, c, db, id, from) })
			},
		},
		{
			name: "project filter", args: "[NAME on|off|default]", summary: "list the noise filters of a project, or switch one",
			flags: whose,
			run: func(ctx context.Context, c *call) error {
				if len(c.args) != 0 && len(c.args) != 2 || id <= 0 {
					return errUsage
				}
				return withStore(ctx, func(db *store.Store, _ place) error { return switchFilter(ctx, c, db, id) })
			},
		},
	}
}

// settings replaces the settings of a project where from names a document, and prints what is stored.
func settings(ctx context.Context, c *call, db *store.Store, id int64, from string) error {
	stored, err := db.Settings(ctx, id)
	if err != nil {
		return err
	}
	if from != "" {
		chosen, err := readSettings(from)
		if err != nil {
			return err
		}
		stored, err = db.ChangeSettings(ctx, operator, id, func(s *project.Settings) error { *s = chosen; return nil })
		if err != nil {
			return err
		}
	}
	enc := json.NewEncoder(c.out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(stored)
}

func readSettings(name string) (project.Settings, error) {
	in := os.Stdin
	if name != "-" {
		file, err := os.Open(name)
		if err != nil {
			return project.Settings{}, fmt.Errorf("read settings: %w", err)
		}
		defer func() { _ = file.Close() }() // it was only read
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, project.MaxSettings+1))
	if err != nil {
		return project.Settings{}, fmt.Errorf("read settings: %w", err)
	}
	return project.ReadSettings(text)
}

// A filterState is how a filter stands in a project.
type filterState struct {
	Name  string `json:"name"`
	State string `json:"state"` // on, off or default, which is on
	About string `json:"about"`
}

func switchFilter(ctx context.Context, c *call, db *store.Store, id int64) error {
	stored, err := db.Settings(ctx, id)
	if err == nil && len(c.args) == 2 {
		stored, err = db.ChangeSettings(ctx, operator, id, func(s *project.Settings) error { return setSwitch(&s.Filters, c.args[0], c.args[1]) })
	}
	if err != nil {
		return err
	}
	var states []filterState
	for _, f := range filter.Filters() {
		states = append(states, filterState{f.Name, state(&stored.Filters, f.Name), f.About})
	}
	return c.print(states, func(w io.Writer) {
		fmt.Fprintln(w, "FILTER\tSTATE\tDROPS")
		for _, s := range states {
			fmt.Fprintf(w, "%s\t%s\t%s\n", s.Name, s.State, s.About)
		}
	})
}

func setSwitch(f *project.Filters, name, to string) error {
	if !slices.Contains(filter.Names(), name) {
		return fmt.Errorf("there is no filter %q", printable(name))
	}
	switch to {
	case "default":
		delete(f.Switches, name)
		return nil
	case "on", "off":
		if f.Switches == nil {
			f.Switches = map[string]bool{}
		}
		f.Switches[name] = to == "on"
		return nil
	}
	return errors.New("want on, off or default")
}

func state(f *project.Filters, name string) string {
	on, set := f.Switches[name]
	switch {
	case !set:
		return "default"
	case on:
		return "on"
	}
	return "off"
}
