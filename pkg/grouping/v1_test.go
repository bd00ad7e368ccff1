package grouping

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
)

// TestVersion1Stays holds the frozen version to the fingerprints that it gave: events of real clients, as
// that version read them, each with the fingerprint in tables. No change of code may change testdata/v1.jsonl.
func TestVersion1Stays(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/v1.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for line := range bytes.Lines(text) {
		n++
		var frozen struct {
			Capture, Fingerprint string
			Event                *event.Event
		}
		if err := json.Unmarshal(line, &frozen); err != nil {
			t.Fatal(err)
		}
		if got := Earlier(frozen.Event); len(got) != 1 || got[0].String() != frozen.Fingerprint {
			t.Errorf("%s: got %v, want %s", frozen.Capture, got, frozen.Fingerprint)
		}
	}
	if n < 60 {
		t.Errorf("only %d events", n)
	}
	for want, e := range map[string]*event.Event{
		"98d12685941fdd7d606c49e0efa66eda": thrown("TypeError", "x is undefined", frame("checkout", "https://a.test/app-4f9c21ab.js"), frame("e.total", "https://a.test/app-4f9c21ab.js")),
		"ba21ede40457d00d86fc9a2c905105f3": thrown("", "order 17 not found"),
		"d7b31f7b05e3cdc6a4250d5055ef8813": wish(thrown("E", "m"), "{{ default }}", "tenant-7"),
	} {
		if got := Earlier(e)[0].String(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestVersion1ReadsMessagesAsItDid(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"order 17 failed after 10ms, 3rd try":                     "order <n> failed after <n>ms, <n>rd try",
		"Failed to fetch https://a.test/x-1.js?v=2: 404":          "Failed to fetch <url> <n>",
		"see (https://a.test/x), then":                            "see (<url>), then",
		"user 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 gone":          "user <uuid> gone",
		"at 2026-11-21T17:16:37.5Z":                               "at <n>-<n>-<n>T<n>:<n>:<n>.<n>Z",
		"commit 9fceb02d0ae598e95dc970b74767f19372d61af8 at 0x1F": "commit <hex> at <hex>",
		"utf8 and E1001 stay, deadbeef too":                       "utf8 and E1001 stay, deadbeef too",
		"größer als 7 – ok":                                       "größer als <n> – ok",
		"":                                                        "",
	} {
		if got := string(appendMessageV1(nil, in)); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}

func TestVersion1ReadsPathsAsItDid(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"https://a.test/assets/app.js":              "/assets/app.js",
		"https://a.test":                            "",
		"http://a.test/js/main.3f2a9c1b.chunk.js?x": "/js/main..chunk.js",
		"https://cdn.test/react@18.2.0/x.js":        "/react@../x.js",
		"https://a.test/v2/app-BxT3kQ9a.js":         "//app-.js",
		"/srv/app/index.js":                         "/srv/app/index.js",
		"webpack:///./src/cart.ts":                  "/./src/cart.ts",
		"node:internal/process":                     "node:internal/process",
	} {
		if got := string(appendPathV1(nil, in)); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}
