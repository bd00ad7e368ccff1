package command

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/sdk/js"
)

func scriptCommands() []command {
	return []command{{
		name: "script", args: "KEY", summary: "print what loads our own script into a page, with its hash",
		run: func(_ context.Context, c *call) error {
			if len(c.args) != 1 {
				return errUsage
			}
			if !project.IsKey(c.args[0]) {
				return errors.New("KEY: want 32 lower-case hex digits")
			}
			p, err := findPlace()
			if err != nil {
				return err
			}
			if p.public == "" {
				return errors.New("where do browsers reach ingest? set INGEST_PUBLIC_URL")
			}
			return printScript(c, p.public, c.args[0])
		},
	}}
}

// printScript shows the elements for a page, the first of which is only needed for errors before the script
// has loaded, and what a Content-Security-Policy must allow for them.
func printScript(c *call, url, key string) error {
	s := js.Newest()
	v := struct {
		Version   string `json:"version"`
		Integrity string `json:"integrity"`
		Loader    string `json:"loader"`
		Tag       string `json:"tag"`
		Policy    string `json:"policy"`
	}{s.Version, s.Integrity(), js.Loader, s.Tag(url, key), fmt.Sprintf("script-src '%s' %s; connect-src %[2]s", js.LoaderHash, url)}
	return c.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "%s\n%s\n\nwhere the page has a Content-Security-Policy, it must allow:\n%s\n", v.Loader, v.Tag, v.Policy)
	})
}
