//go:build browser

package browser

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/sdk/js"
)

func TestAnUnknownKeyIsNotTriedForEver(t *testing.T) {
	t.Parallel()
	p := &project{t: t, key: strings.Repeat("0", 32)}
	front := newProxy(t, false)
	s := newSite(t, false, p.script(front.URL, ""))
	page := open(t, s.URL)
	page.run(`later("thrown")`)
	front.met(t, noFaults, 1)
	eventually(t, "the event to be dropped", func() bool {
		var waiting int
		page.value(&waiting, `Object.keys(localStorage).length`)
		return waiting == 0
	})
	page.leave()
	if n := front.count(noFaults); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestAnEventTheServerRefusesHarmsNoOther(t *testing.T) {
	t.Parallel()
	p := newProject(t)
	s := newSite(t, false, "")
	page := open(t, s.URL)
	// As valid JSON as a browser thinks, and deeper than Trivet reads.
	page.value(nil, fmt.Sprintf(`{ localStorage["trv:%s:deep"] = '{"id":"x","a":' + "[".repeat(100) + "]".repeat(100) + "}"; null }`, p.key))
	s.head = p.script(the.info.IngestURL, "")
	page.visit(s.URL)
	page.run(`later("one"); later("two")`)
	p.arrived(2)
	page.leave()
	p.once("TypeError: one", "TypeError: two")
}

func TestTheScriptIsWhatItsHashSays(t *testing.T) {
	t.Parallel()
	resp, err := http.Get(the.info.IngestURL + "/" + js.Newest().Name)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
}
