package grouping

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// story tells an explanation in lines.
func story(x *Explanation) (lines []string) {
	lines = append(lines, x.Strategy)
	for _, p := range x.Parts {
		lines = append(lines, p.Name+" "+p.Value+" <- "+p.From)
	}
	for _, o := range x.LeftOut {
		lines = append(lines, "not "+o.Name+" "+o.From+": "+o.Reason)
	}
	if x.Default != nil {
		lines = append(lines, story(x.Default)...)
	}
	return lines
}

func TestEveryEventCanSayWhy(t *testing.T) {
	t.Parallel()
	library := event.Frame{Function: "lib", Filename: "https://a.test/vendor-3f9a0c1d.js"}
	wrapper := frame("n", "https://a.test/sdk.js")
	for _, tc := range []struct {
		name string
		e    *event.Event
		want string
	}{
		{
			"by its stack", with(thrown("TypeError", "x", wrapper, library, frame("?", "https://a.test/a.js"), frame("t", "https://a.test/a.js"), frame("loop", "https://a.test/a.js"), frame("loop", "https://a.test/a.js"), frame("e.checkout", "https://a.test/app-3f9a0c1d.js"), frame("Array.map", "<anonymous>")), func(e *event.Event) {
				e.Exceptions[0].Mechanism = &event.Mechanism{Type: "instrument"}
			}),
			`stack
type TypeError <- TypeError
frame loop(a) <- loop @ https://a.test/a.js:7:21
frame checkout(app) <- e.checkout @ https://a.test/app-3f9a0c1d.js:7:21
not frame n @ https://a.test/sdk.js:7:21: of the client that reports errors
not frame lib @ https://a.test/vendor-3f9a0c1d.js: not the site's own code
not frame ? @ https://a.test/a.js:7:21: an anonymous caller
not frame t @ https://a.test/a.js:7:21: a minified caller
not frame loop @ https://a.test/a.js:7:21: recursion
not frame Array.map @ <anonymous>:7:21: of the browser itself`,
		},
		{
			"by its message", synthetic("order 17", frame("f", "sdk.js")),
			"message\nmessage order <n> <- order 17\nnot frame f @ sdk.js:7:21: the client made up the stack",
		},
		{"by what it is", with(thrown("ChunkLoadError", "Loading chunk 7 failed."), func(*event.Event) {}), "chunk-load\nkind chunk-load <- Loading chunk 7 failed."},
		{
			"by its wish", wish(thrown("CartError", "m 1"), "{{default}}", "eu"),
			"client\ndefault 5f4c <- {{default}}\nfingerprint eu <- eu\nmessage\ntype CartError <- CartError\nmessage m <n> <- m 1",
		},
		{
			"by its causes", &event.Event{Exceptions: []event.Exception{{Type: "AError", Value: "a"}, {Type: "AError", Value: "a"}, {Type: "BError", Frames: []event.Frame{frame("save", "a.js")}}}},
			"stack\ntype AError <- AError\nmessage a <- a\ntype BError <- BError\nframe save(a) <- save @ a.js:7:21\nnot type AError: the same as its cause\nnot message a: the same as its cause",
		},
		{"by nothing", &event.Event{}, "message"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			x := Explain(tc.e, nil)
			if x.Default != nil && x.Default.Fingerprint.String() == x.Parts[0].Value {
				x.Parts[0].Value = "5f4c"
			}
			if diff := cmp.Diff(strings.Split(tc.want, "\n"), story(&x)); diff != "" {
				t.Error(diff)
			}
			if x.Why == "" || x.Version != Version {
				t.Errorf("got %q of version %d", x.Why, x.Version)
			}
		})
	}
}

func TestEveryStrategyHasItsSentence(t *testing.T) {
	t.Parallel()
	for _, g := range guises {
		if reasons[g.strategy] == "" {
			t.Errorf("%s has no sentence", g.strategy)
		}
	}
}

// TestExplanationsAreSmall explains events as large as events can be.
func TestExplanationsAreSmall(t *testing.T) {
	t.Parallel()
	e := &event.Event{Type: "E"}
	for i := range event.MaxExceptions {
		x := event.Exception{Type: strings.Repeat("E", 256), Value: strings.Repeat("v", 8192)}
		for j := range event.MaxFrames {
			x.Frames = append(x.Frames, frame(fmt.Sprintf("function%c%c%d", 'a'+j%26, 'a'+j/26, i), "https://a.test/"+strings.Repeat("x", 2000)))
		}
		e.Exceptions = append(e.Exceptions, x)
	}
	x := Explain(e, []project.Rule{{Type: "E*", Fingerprint: []string{"{{ default }}", strings.Repeat("w", 10_000)}}})
	text, err := json.Marshal(x)
	if err != nil || len(text) > 200<<10 {
		t.Errorf("%d bytes, %v", len(text), err)
	}
	if x.Default.More != event.MaxExceptions*(event.MaxFrames+1)-2*maxParts || x.Fingerprint != Of(e, []project.Rule{{Type: "E*", Fingerprint: []string{"{{ default }}", strings.Repeat("w", 10_000)}}}) {
		t.Errorf("%d more", x.Default.More)
	}
}
