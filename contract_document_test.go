package trivet

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// A contract is what the OpenAPI document says, and the things that requests can be about.
type contract struct {
	system                 *system
	organization, stranger int64
	operations             []*operation                   // by path and method
	credentials            []credential                   // the one that may do most first
	values                 map[string][]string            // by name of a parameter of a path; ?name by name of a member of an answer
	things                 map[string][]map[string]string // by path: parameters of it that belong together
}

// An operation is one method of a path.
type operation struct {
	Method, Path string
	ID           string `json:"operationId"`
	Parameters   []parameter
	RequestBody  struct {
		Content map[string]struct {
			Schema  map[string]any
			Example any
		}
	}
	answers map[int]*answer
	schemas map[string]any // components
}

type parameter struct {
	Name, In string
	Schema   map[string]any
}

// An answer is the body that a status comes with.
type answer struct {
	kinds        []string // media types; none: no body
	list         string   // name of the list that it is a page of
	bare         bool     // it is a list without a name
	full, masked *jsonschema.Schema
}

// check holds a body against what is told of it. masked: the request wanted some members only.
func (a *answer) check(kind string, body []byte, masked bool) error {
	if len(a.kinds) == 0 {
		if len(body) > 0 {
			return fmt.Errorf("a body, want none")
		}
		return nil
	}
	if !slices.Contains(a.kinds, kind) {
		return fmt.Errorf("it is %s, want one of %s", kind, a.kinds)
	}
	if kind != "application/json" {
		return nil
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(body))
	if err != nil {
		return err
	}
	if masked {
		return a.masked.Validate(value)
	}
	return a.full.Validate(value)
}

// readContract asks the system for its document.
func readContract(t *testing.T, s *system) *contract {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.query.URL+"/openapi.json", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	status, body := do(t, req)
	if status != http.StatusOK {
		t.Fatalf("the document: %d %s", status, body)
	}
	var d struct {
		Paths      map[string]map[string]*operation
		Components struct {
			Schemas   map[string]any
			Responses map[string]json.RawMessage
		}
	}
	if err := json.Unmarshal(body, &d); err != nil {
		t.Fatal(err)
	}
	c := &contract{system: s}
	c.organization, c.stranger = s.organizations(t)
	full, masked := newCompiler(t, body, true), newCompiler(t, body, false)
	for _, path := range slices.Sorted(maps.Keys(d.Paths)) {
		for _, method := range slices.Sorted(maps.Keys(d.Paths[path])) {
			o := d.Paths[path][method]
			o.Method, o.Path, o.schemas = strings.ToUpper(method), path, d.Components.Schemas
			o.answers = map[int]*answer{}
			c.operations = append(c.operations, o)
		}
	}
	var raw map[string]any
	if err := json.Unmarshal(body, &raw); err != nil {
		t.Fatal(err)
	}
	for _, o := range c.operations {
		at := []string{"paths", o.Path, strings.ToLower(o.Method), "responses"}
		for status := range find(raw, at...).(map[string]any) {
			place := slices.Concat(at, []string{status})
			if ref, ok := find(raw, place...).(map[string]any)["$ref"].(string); ok {
				place = strings.Split(strings.TrimPrefix(ref, "#/"), "/")
			}
			number, err := strconv.Atoi(status)
			if err != nil {
				t.Fatal(err)
			}
			o.answers[number] = newAnswer(t, raw, place, full, masked)
		}
	}
	return c
}

func newAnswer(t *testing.T, raw map[string]any, place []string, full, masked *jsonschema.Compiler) *answer {
	t.Helper()
	content, ok := find(raw, slices.Concat(place, []string{"content"})...).(map[string]any)
	a := &answer{}
	if !ok {
		return a
	}
	a.kinds = slices.Sorted(maps.Keys(content))
	if content["application/json"] == nil {
		return a
	}
	place = slices.Concat(place, []string{"content", "application/json", "schema"})
	a.bare = find(raw, slices.Concat(place, []string{"type"})...) == "array"
	for name, member := range members(find(raw, place...)) {
		if m, ok := member.(map[string]any); ok && m["type"] == "array" && members(find(raw, place...))["next"] != nil {
			a.list = name
		}
	}
	pointer := documentURL + "#"
	for _, part := range place {
		pointer += "/" + strings.NewReplacer("~", "~0", "/", "~1", "{", "%7B", "}", "%7D").Replace(part)
	}
	var err error
	if a.full, err = full.Compile(pointer); err != nil {
		t.Fatal(err)
	}
	if a.masked, err = masked.Compile(pointer); err != nil {
		t.Fatal(err)
	}
	return a
}

func members(schema any) map[string]any {
	properties, _ := schema.(map[string]any)["properties"].(map[string]any)
	return properties
}

// find follows names into a document, nil where they lead nowhere.
func find(v any, names ...string) any {
	for _, name := range names {
		object, _ := v.(map[string]any)
		v = object[name]
	}
	return v
}

const documentURL = "https://trivet.test/openapi.json"

// newCompiler reads the document's schemas. A member that they do not tell is an error; one that is missing is one when all
// must be there.
func newCompiler(t *testing.T, document []byte, all bool) *jsonschema.Compiler {
	t.Helper()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(document))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	c.AssertFormat()
	if err := c.AddResource(documentURL, strict(value, all)); err != nil {
		t.Fatal(err)
	}
	return c
}

func strict(v any, all bool) any {
	switch v := v.(type) {
	case map[string]any:
		for key, inner := range v {
			v[key] = strict(inner, all)
		}
		if _, object := v["properties"].(map[string]any); object && v["type"] == "object" {
			v["additionalProperties"] = false
			if !all {
				delete(v, "required")
			}
		}
	case []any:
		for i := range v {
			v[i] = strict(v[i], all)
		}
	}
	return v
}
