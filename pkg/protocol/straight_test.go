package protocol

import (
	"encoding/json"
	"fmt"
	"sort"
	"strconv"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A straight is what a reader who trusts the client finds in an event with encoding/json alone: a second
// opinion beside the goldens, which were made by the code they test.
type straight struct {
	Type, Message, Level, Release, Environment string
	Frames, Tags, Breadcrumbs                  []string
	User                                       string
}

type object = map[string]any

// compare holds e against a straight reading of raw.
func compare(t *testing.T, raw []byte, e *event.Event) {
	t.Helper()
	var payload object
	if err := json.Unmarshal(raw, &payload); err != nil {
		t.Fatal(err)
	}
	want := straight{
		Message: text(payload["message"]), Level: text(payload["level"]), Release: text(payload["release"]), Environment: text(payload["environment"]),
	}
	if want.Level == "" {
		want.Level = "error"
	}
	switch e.Protocol {
	case event.Native:
		want.Type = text(payload["type"])
		want.Frames = []string{"?http://localhost:9101/assets/app.js:1:1"}
	case event.Faro:
		want.faro(payload)
	case event.Report:
		want = reported(payload, e)
	default:
		want.sentry(payload)
		compareRest(t, payload, e)
	}
	if diff := cmp.Diff(want, told(e)); diff != "" {
		t.Errorf("a straight reading differs:\n%s", diff)
	}
}

func (s *straight) sentry(payload object) {
	for _, x := range values(payload["exception"]) {
		s.Type = text(x["type"])
		if v := text(x["value"]); v != "" {
			s.Message = v
		}
		s.stack(x)
	}
	if s.Frames == nil {
		for _, x := range values(payload["threads"]) {
			s.stack(x)
		}
	}
	for _, b := range values(payload["breadcrumbs"]) {
		s.Breadcrumbs = append(s.Breadcrumbs, text(b["category"])+" "+text(b["message"]))
	}
	if tags, ok := payload["tags"].(object); ok {
		for k, v := range tags {
			s.Tags = append(s.Tags, k+"="+text(v))
		}
		sort.Strings(s.Tags)
	}
	user, _ := payload["user"].(object)
	s.User = fmt.Sprintf("%s %s %s", text(user["id"]), text(user["email"]), text(user["username"]))
}

func (s *straight) stack(x object) {
	stack, _ := x["stacktrace"].(object)
	for _, f := range values(stack["frames"]) {
		s.Frames = append(s.Frames, text(f["function"])+text(f["filename"])+":"+text(f["lineno"])+":"+text(f["colno"]))
	}
}

// told returns the same of the event.
func told(e *event.Event) straight {
	s := straight{Type: e.Type, Message: e.Message, Level: e.Level.String(), Release: e.Release, Environment: e.Environment}
	frames := e.Frames
	for _, x := range e.Exceptions {
		frames = append(frames, x.Frames...)
	}
	for _, f := range frames {
		s.Frames = append(s.Frames, f.Function+f.Filename+":"+place(f.Line)+":"+place(f.Column))
	}
	for _, b := range e.Breadcrumbs {
		s.Breadcrumbs = append(s.Breadcrumbs, b.Category+" "+b.Message)
	}
	for _, tag := range e.Tags {
		s.Tags = append(s.Tags, tag.Key+"="+tag.Value)
	}
	if e.Protocol != event.Native {
		s.User = "  "
		if u := e.User; u != nil {
			s.User = fmt.Sprintf("%s %s %s", u.ID, u.Email, u.Username)
		}
	}
	return s
}

func values(v any) (list []object) {
	if o, ok := v.(object); ok {
		v = o["values"]
	}
	elements, _ := v.([]any)
	for _, x := range elements {
		if o, ok := x.(object); ok {
			list = append(list, o)
		}
	}
	return list
}

// text returns a scalar as a person writes it; 0 and nothing are the same here.
func text(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		if v == 0 {
			return ""
		}
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}

func place(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}
