package command

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/project"
)

func TestSettingsOfAProject(t *testing.T) {
	newPlace(t)
	trivet(t, "provision")
	trivet(t, "organization", "create", "acme")
	var made struct {
		ProjectID int64 `json:"project_id"`
	}
	trivetJSON(t, &made, "project", "create", "shop")
	whose := fmt.Sprintf("-project=%d", made.ProjectID)
	shown := func() (s project.Settings) {
		t.Helper()
		if err := json.Unmarshal([]byte(trivet(t, "project", "settings", whose)), &s); err != nil {
			t.Fatal(err)
		}
		return s
	}

	trivet(t, "project", "filter", whose, "crawler", "off")
	trivet(t, "project", "filter", "localhost", "on", whose)
	if s := shown().Filters.Switches; len(s) != 2 || s["crawler"] || !s["localhost"] {
		t.Errorf("switches: %v", s)
	}
	trivet(t, "project", "filter", whose, "localhost", "default")
	var states []filterState
	trivetJSON(t, &states, "project", "filter", whose)
	for _, s := range states {
		want := "default"
		if s.Name == "crawler" {
			want = "off"
		}
		if s.State != want || s.About == "" {
			t.Errorf("%+v, want it %s", s, want)
		}
	}
	if out := trivet(t, "project", "filter", whose); !strings.Contains(out, "crawler") || !strings.Contains(out, "off") {
		t.Errorf("filters: %s", out)
	}

	file := filepath.Join(t.TempDir(), "settings.json")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(`{"scrub":{"email":"hash"}}`)
	trivet(t, "project", "settings", whose, "-set", file)
	if s := shown(); s.Scrub.Email != project.Hash || len(s.Filters.Switches) != 0 {
		t.Errorf("after -set: %+v", s)
	}
	write(`{"scrub":{"email":"forget"}}`)
	for line, code := range map[string]int{
		"project settings " + whose + " -set " + file:       1,
		"project settings " + whose + " -set " + file + "x": 1,
		"project settings -project 9999":                    1,
		"project settings":                                  2,
		"project settings shop":                             2,
		"project filter " + whose + " crawler":              2,
		"project filter " + whose + " bots off":             1,
		"project filter " + whose + " crawler maybe":        1,
		"project filter -project 9999 crawler off":          1,
		"project filter crawler off":                        2,
	} {
		var stdout, stderr bytes.Buffer
		if got := Run(t.Context(), strings.Fields(line), &stdout, &stderr); got != code || stderr.Len() == 0 {
			t.Errorf("%s: exit %d, want %d: %s", line, got, code, &stderr)
		}
	}
	if s := shown(); s.Scrub.Email != project.Hash {
		t.Errorf("after all that was refused: %+v", s)
	}
}
