package command

import (
	"bytes"
	"strings"
	"testing"
)

// TestPeopleAreLetInByCommands makes links, which is all that a command does about somebody's password.
func TestPeopleAreLetInByCommands(t *testing.T) {
	newPlace(t)
	t.Setenv("QUERY_PUBLIC_URL", "https://errors.example/")
	var first, again struct{ URL string }
	var provisioned struct {
		SetupURL string `json:"setup_url"`
	}
	trivetJSON(t, &provisioned, "provision")
	trivetJSON(t, &first, "setup")
	trivetJSON(t, &again, "setup")
	for _, url := range []string{provisioned.SetupURL, first.URL, again.URL} {
		if secret, ok := strings.CutPrefix(url, "https://errors.example/setup/"); !ok || len(secret) != 43 {
			t.Errorf("link %s", url)
		}
	}
	if first.URL == again.URL || provisioned.SetupURL == first.URL {
		t.Error("one link twice")
	}
	trivet(t, "organization", "create", "acme")
	trivetJSON(t, &first, "user", "invite", "ada@example.org", "-role", "owner")
	if !strings.HasPrefix(first.URL, "https://errors.example/join/") {
		t.Errorf("link %s", first.URL)
	}
	if out := trivet(t, "user", "list", "-json"); strings.TrimSpace(out) != "[]" {
		t.Errorf("a fresh database has people: %s", out)
	}
	for _, line := range [][]string{
		{"user", "invite", "nobody"},
		{"user", "invite", "a@example.org", "-role", "root"},
		{"user", "password", "nobody@example.org"},
		{"user", "role", "nobody@example.org", "viewer"},
		{"user", "disable", "nobody@example.org"},
	} {
		var stdout, stderr bytes.Buffer
		if code := Run(t.Context(), line, &stdout, &stderr); code != 1 || stdout.Len() > 0 {
			t.Errorf("%v: exit %d, %s", line, code, &stdout)
		}
	}
}
