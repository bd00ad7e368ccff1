package openapi

import (
	"encoding"
	"encoding/json"
	"fmt"
	"maps"
	"path"
	"reflect"
	"slices"
	"strings"
	"time"
)

// types makes schemas. A struct with a name has one under that name, which others refer to. What is read and what is
// written of one type are two schemas: a member that always comes need not always be sent.
type types struct {
	known map[string]Schema // by Go's name
	told  map[string]string // comments of types and fields, by Go's name
	named map[string]Schema // all that were asked for
	of    map[string]reflect.Type
	err   error
}

func newTypes(known map[string]Schema, comments map[string]string) *types {
	return &types{known: known, told: comments, named: map[string]Schema{}, of: map[string]reflect.Type{}}
}

// answer is the schema of what is written.
func (t *types) answer(v any) Schema { return t.schema(reflect.TypeOf(v), "") }

// body is the schema of what is read, where a member that is not known is refused.
func (t *types) body(v any) Schema { return t.schema(reflect.TypeOf(v), "Body") }

var (
	textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()
	jsonMarshaler = reflect.TypeFor[json.Marshaler]()
)

// schema returns the schema of a type; suffix is what names of bodies end with.
func (t *types) schema(of reflect.Type, suffix string) Schema {
	if s, ok := t.known[of.String()]; ok {
		return s
	}
	switch of {
	case reflect.TypeFor[time.Time]():
		return Schema{"type": "string", "format": "date-time"}
	case reflect.TypeFor[json.RawMessage]():
		return Schema{}
	}
	if of.Kind() != reflect.Pointer && of.Kind() != reflect.Interface && (of.Implements(jsonMarshaler) || of.Implements(textMarshaler)) {
		t.fail("%v writes itself and has no schema", of)
		return Schema{}
	}
	switch of.Kind() {
	case reflect.Pointer:
		return orNull(t.schema(of.Elem(), suffix))
	case reflect.Struct:
		return t.structure(of, suffix)
	case reflect.Slice, reflect.Array:
		if of.Elem().Kind() == reflect.Uint8 {
			return Schema{"type": "string", "contentEncoding": "base64"}
		}
		return Schema{"type": "array", "items": t.schema(of.Elem(), suffix)}
	case reflect.Map:
		return Schema{"type": "object", "additionalProperties": t.schema(of.Elem(), suffix)}
	case reflect.Interface:
		return Schema{}
	case reflect.String:
		return Schema{"type": "string"}
	case reflect.Bool:
		return Schema{"type": "boolean"}
	case reflect.Float32, reflect.Float64:
		return Schema{"type": "number"}
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64, reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		return Schema{"type": "integer"}
	}
	t.fail("%v has no JSON", of)
	return Schema{}
}

func (t *types) fail(format string, args ...any) {
	if t.err == nil {
		t.err = fmt.Errorf(format, args...)
	}
}

func orNull(s Schema) Schema {
	if one, ok := s["type"].(string); ok {
		either := Schema{}
		for k, v := range s {
			either[k] = v
		}
		either["type"] = []string{one, "null"}
		if values, ok := s["enum"].([]string); ok {
			or := []any{nil}
			for _, v := range values {
				or = append(or, v)
			}
			either["enum"] = or
		}
		return either
	}
	if len(s) == 0 {
		return s
	}
	return Schema{"anyOf": []Schema{s, {"type": "null"}}}
}

func (t *types) structure(of reflect.Type, suffix string) Schema {
	if of.Name() == "" {
		return t.members(of, suffix)
	}
	name := strings.TrimSuffix(strings.TrimSuffix(of.Name(), "View"), "Body")
	name = upper(name) + suffix
	if had := t.of[name]; had != nil && had != of {
		name = upper(path.Base(of.PkgPath())) + name // the second of a name says whose it is
	}
	if t.of[name] == nil {
		t.of[name] = of // before its members, which may hold it
		t.named[name] = about(t.members(of, suffix), t.told[of.String()])
	}
	if t.of[name] != of {
		t.fail("%v and %v would both be %s", t.of[name], of, name)
	}
	return Schema{ref: "#/components/schemas/" + name}
}

// about adds a description to a schema that others may use too.
func about(s Schema, text string) Schema {
	if text == "" {
		return s
	}
	s = maps.Clone(s)
	s["description"] = text
	return s
}

func upper(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// members is the schema of a struct as encoding/json writes it.
func (t *types) members(of reflect.Type, suffix string) Schema {
	m := members{properties: map[string]Schema{}, depth: map[string]int{}, must: map[string]bool{}}
	t.walk(&m, of, suffix, 1)
	s := Schema{"type": "object", "properties": m.properties}
	if required := slices.Sorted(maps.Keys(m.must)); len(required) > 0 {
		s["required"] = required
	}
	if suffix != "" {
		s["additionalProperties"] = false
	}
	return s
}

// members are what an object is made of.
type members struct {
	properties map[string]Schema
	depth      map[string]int // how deep a member's struct is embedded
	must       map[string]bool
}

// walk adds a struct's members. Those of embedded structs are its own, unless it has one of that name.
func (t *types) walk(m *members, of reflect.Type, suffix string, depth int) {
	for f := range of.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		inner := f.Type
		if inner.Kind() == reflect.Pointer {
			inner = inner.Elem()
		}
		switch {
		case f.Tag.Get("json") == "-":
			continue
		case f.Anonymous && name == "" && inner.Kind() == reflect.Struct:
			t.walk(m, inner, suffix, depth+1)
			continue
		case !f.IsExported():
			continue
		case name == "":
			name = f.Name
		}
		if had, ok := m.depth[name]; ok && had <= depth {
			continue
		}
		m.depth[name] = depth
		m.properties[name] = about(t.schema(f.Type, suffix), t.told[of.String()+"."+f.Name])
		delete(m.must, name)
		may := strings.Contains(options, "omitempty") || strings.Contains(options, "omitzero") || suffix != "" && (f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Struct)
		if !may {
			m.must[name] = true
		}
	}
}
