//go:build browser

package browser

import (
	"os"
	"os/exec"
	"strings"
	"testing"
)

func TestEveryErrorOfProgramsArrivesOnce(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name   string
		run    []string
		dir    string
		dies   bool // of the last error, as it should
		titles []string
	}{
		{
			"@sentry/node",
			[]string{"node", "clients/node.mjs"},
			".", true,
			[]string{"TypeError: caught in Node", "told by Node", "RangeError: rejected in Node", "TypeError: thrown in Node"},
		},
		{
			"sentry-go",
			[]string{"go", "run", "."},
			"sentrygo", false,
			[]string{"*fmt.wrapError: charge: socket closed", "told by Go", "cart is nil"},
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			p := newProject(t)
			cmd := exec.CommandContext(t.Context(), tc.run[0], tc.run[1:]...)
			cmd.Dir = tc.dir
			cmd.Env = append(os.Environ(), "CLIENTS="+clients(), "DSN="+p.dsn(the.info.IngestURL))
			if out, err := cmd.CombinedOutput(); (err != nil) != tc.dies {
				t.Fatalf("%v\n%s", err, out)
			}
			for _, e := range p.once(tc.titles...) {
				if e.Release != "shop@1.4.2" || e.Environment != "test" || strings.HasPrefix(e.Browser, "Chrome") {
					t.Errorf("%s: %+v", e.title(), e)
				}
			}
		})
	}
}
