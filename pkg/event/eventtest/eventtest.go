// Package eventtest holds what the tests of every protocol demand of an event they made. It knows no
// protocol.
package eventtest

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Check fails t unless every string of e can be stored (UTF-8, no NUL), every raw part is clean JSON, the
// limits hold that keep one event from filling a worker, and the whole marshals.
func Check(t testing.TB, e *event.Event) {
	t.Helper()
	walk(t, reflect.ValueOf(e).Elem(), "event")
	if _, err := json.Marshal(e); err != nil {
		t.Errorf("event does not marshal: %v", err)
	}
	if len(e.Exceptions) > event.MaxExceptions || len(e.Tags) > event.MaxTags || len(e.Breadcrumbs) > event.MaxBreadcrumbs {
		t.Errorf("%d exceptions, %d tags, %d breadcrumbs: over the limits", len(e.Exceptions), len(e.Tags), len(e.Breadcrumbs))
	}
	for i := range e.Exceptions {
		if n := len(e.Exceptions[i].Frames); n > event.MaxFrames {
			t.Errorf("exception %d has %d frames", i, n)
		}
	}
	if utf8.RuneCountInString(e.Message) > event.MaxMessage || e.Level == 0 || e.Platform == "" || e.Occurred.IsZero() {
		t.Errorf("message of %d characters, level %v, platform %q, occurred %v", len(e.Message), e.Level, e.Platform, e.Occurred)
	}
}

func walk(t testing.TB, v reflect.Value, path string) {
	t.Helper()
	switch v.Kind() {
	case reflect.String:
		clean(t, v.String(), path)
	case reflect.Pointer:
		if !v.IsNil() && v.Elem().Kind() == reflect.Struct && v.Elem().Type().PkgPath() != "time" {
			walk(t, v.Elem(), path)
		}
	case reflect.Struct:
		if v.Type().PkgPath() == "time" {
			return
		}
		for i := range v.NumField() {
			walk(t, v.Field(i), path+"."+v.Type().Field(i).Name)
		}
	case reflect.Slice, reflect.Array:
		if raw, ok := v.Interface().(json.RawMessage); ok {
			if raw != nil && !json.Valid(raw) {
				t.Errorf("%s is not JSON: %.100q", path, raw)
			}
			clean(t, string(raw), path)
			if strings.Contains(strings.ReplaceAll(string(raw), `\\`, ""), `\u0000`) {
				t.Errorf("%s holds an escaped NUL: %.100q", path, raw)
			}
			return
		}
		for i := range v.Len() {
			walk(t, v.Index(i), path)
		}
	}
}

func clean(t testing.TB, s, path string) {
	t.Helper()
	if !utf8.ValidString(s) || strings.ContainsRune(s, 0) {
		t.Errorf("%s is not clean text: %.100q", path, s)
	}
}
