package native

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
)

func TestCheckLogSaysWhatIsWrong(t *testing.T) {
	t.Parallel()
	const empty = "Provide a non-empty string"
	for _, tc := range []struct {
		name, in, content, meta string
		errs                    map[string]string
	}{
		{"both", `{"content":"c","meta":{"a":1}}`, "c", `{"a":1}`, nil},
		{"no meta", `{"content":"c"}`, "c", "", nil},
		{"null meta", `{"content":"c","meta":null}`, "c", "", nil},
		{"no content", `{}`, "", "", map[string]string{"content": empty}},
		{"null content", `{"content":null}`, "", "", map[string]string{"content": empty}},
		{"content of another type", `{"content":5}`, "", "", map[string]string{"content": empty}},
		{"meta of another type", `{"content":"c","meta":"x"}`, "c", "", map[string]string{"meta": "Provide an object or null"}},
		{"no object", `[1]`, "", "", map[string]string{"content": empty}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			content, meta, errs := CheckLog([]byte(tc.in))
			if diff := cmp.Diff(tc.errs, errs); diff != "" || content != tc.content || string(meta) != tc.meta {
				t.Errorf("got %q, %s\n%s", content, meta, diff)
			}
		})
	}
}

func TestALogTakesFromMetaWhatHasAUsualName(t *testing.T) {
	t.Parallel()
	rec := record(`{"content":"disk full","meta":{"level":"warning","url":"https://a.test/","release":"r","environment":"e","user":"u","n":1}}`)
	e, err := NormaliseLog(rec)
	if err != nil {
		t.Fatal(err)
	}
	eventtest.Check(t, e)
	if e.Type != "" || e.Message != "disk full" || e.Level != event.Warning || e.URL != "https://a.test/" || e.Release != "r" || e.Environment != "e" || e.User.ID != "u" {
		t.Errorf("got %+v", e)
	}
	if e, err = NormaliseLog(record(`{"content":"c","meta":{"level":"loud"}}`)); err != nil || e.Level != event.Error || e.Release != "query@1" {
		t.Errorf("got %+v, %v", e, err)
	}
}
