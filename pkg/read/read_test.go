package read

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Every reading function must move exactly behind its value, whatever that is, or all that follows in the
// event is lost.
func TestReadersMoveBehindTheirValue(t *testing.T) {
	t.Parallel()
	readers := map[string]func(*jsonx.Reader){
		"JSON":        func(r *jsonx.Reader) { JSON(r) },
		"Level":       func(r *jsonx.Reader) { Level(r) },
		"Fingerprint": func(r *jsonx.Reader) { Fingerprint(r) },
		"SDK":         func(r *jsonx.Reader) { SDK(r) },
		"Lines":       func(r *jsonx.Reader) { Lines(r) },
		"User":        func(r *jsonx.Reader) { User(r) },
		"Frames":      func(r *jsonx.Reader) { Frames(r) },
		"Breadcrumbs": func(r *jsonx.Reader) { Breadcrumbs(r) },
		"Tags":        func(r *jsonx.Reader) { Tags(r) },
		"Request":     func(r *jsonx.Reader) { Request(r) },
	}
	values := []string{
		`null`, `true`, `7`, `-1e300`, `"text"`, `""`, `{}`, `[]`, `[null]`, `["a","b"]`, `[["a","b"],["c"],[]]`, `[{}]`, `[{"key":"k","value":[1]}]`,
		`{"values":[{}]}`, `{"values":{"values":null},"message":"m"}`, `{"frames":[{"lineno":{}}]}`, `{"name":[],"settings":5}`, `{"headers":[["a",["b"]],{"name":"c"}]}`,
	}
	for name, read := range readers {
		for _, value := range values {
			r := jsonx.NewReader([]byte(`[ ` + value + ` , "after"]`))
			for i := range r.Elements() {
				if i == 0 {
					read(r)
				} else if got := r.Text(); got != "after" {
					t.Errorf("%s of %s: then comes %q", name, value, got)
				}
			}
		}
	}
}

func TestAppendFrameKeepsBothEnds(t *testing.T) {
	t.Parallel()
	var frames []event.Frame
	const calls = 10_007
	for i := range calls {
		if frames = AppendFrame(frames, event.Frame{Line: i}); len(frames) > 2*event.MaxFrames {
			t.Fatalf("%d frames", len(frames))
		}
	}
	n := len(frames)
	for i := range event.MaxFrames / 2 {
		if frames[i].Line != i || frames[n-1-i].Line != calls-1-i {
			t.Fatalf("frame %d from the ends is %d and %d", i, frames[i].Line, frames[n-1-i].Line)
		}
	}
}

func TestLevelByNameAndNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]event.Level{
		`"WARN"`: event.Warning, `"critical"`: event.Fatal, `"loud"`: event.Error, `50`: event.Fatal, `25`: event.Info, `0`: 0, `1000`: 0, `null`: 0, `""`: 0, `{}`: 0,
	} {
		if got := Level(jsonx.NewReader([]byte(in))); got != want {
			t.Errorf("%s is %v, want %v", in, got, want)
		}
	}
}

func TestParseSDKCutsAtTheLastSlash(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"a/1": "a 1", "@b/c/2": "@b/c 2", "d": "d ", "/e": "/e "} {
		sdk := ParseSDK(in)
		if diff := cmp.Diff(want, fmt.Sprintf("%s %s", sdk.Name, sdk.Version)); diff != "" {
			t.Error(diff)
		}
	}
	if ParseSDK("") != nil {
		t.Error("an SDK of nothing")
	}
}
