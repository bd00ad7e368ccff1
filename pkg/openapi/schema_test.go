package openapi

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

type inner struct {
	ID   int    `json:"id"`
	Both string `json:"both"`
}

type outer struct {
	*inner
	Both  bool              `json:"both"` // hides that of inner
	Time  *time.Time        `json:"time"`
	Next  *outer            `json:"next"`
	Any   json.RawMessage   `json:"any"`
	Bytes []byte            `json:"bytes,omitempty"`
	Map   map[string]inner  `json:"map"`
	List  [2]float64        `json:"list"`
	Not   string            `json:"-"`
	odd   map[string]string // no member
}

type marshaler struct{ secret string }

func (m marshaler) MarshalText() ([]byte, error) { return []byte(m.secret), nil }

func TestSchemasTellWhatEncodingWrites(t *testing.T) {
	t.Parallel()
	d := &Document{Comments: map[string]string{"openapi.outer.Time": "when"}, Problem: struct{}{}, Operations: []Operation{{
		Method: "POST", Path: "/x", Status: 200, Takes: outer{odd: map[string]string{}}, Gives: outer{},
	}}}
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		Components struct{ Schemas map[string]any }
	}
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"Inner": `{"type":"object","required":["both","id"],"properties":{"id":{"type":"integer"},"both":{"type":"string"}}}`,
		"Outer": `{"type":"object","required":["any","both","id","list","map","next","time"],"properties":{
			"id":{"type":"integer"},"both":{"type":"boolean"},"time":{"type":["string","null"],"format":"date-time","description":"when"},
			"next":{"anyOf":[{"$ref":"#/components/schemas/Outer"},{"type":"null"}]},"any":{},"bytes":{"type":"string","contentEncoding":"base64"},
			"map":{"type":"object","additionalProperties":{"$ref":"#/components/schemas/Inner"}},"list":{"type":"array","items":{"type":"number"}}}}`,
		"InnerBody": `{"type":"object","additionalProperties":false,"required":["both","id"],"properties":{"id":{"type":"integer"},"both":{"type":"string"}}}`,
	} {
		var schema any
		if err := json.Unmarshal([]byte(want), &schema); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(schema, got.Components.Schemas[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if body := got.Components.Schemas["OuterBody"].(map[string]any); len(body["required"].([]any)) != 5 {
		t.Errorf("what is a pointer may be left out of a body: %v", body["required"])
	}
}

func TestATypeThatWritesItselfMustBeTold(t *testing.T) {
	t.Parallel()
	d := &Document{Problem: marshaler{}}
	if _, err := d.JSON(); err == nil || !strings.Contains(err.Error(), "openapi.marshaler") {
		t.Errorf("got %v", err)
	}
	d.Types = map[string]Schema{"openapi.marshaler": {"type": "string"}}
	if _, err := d.JSON(); err != nil {
		t.Error(err)
	}
}
