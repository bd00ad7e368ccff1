// Package openapi writes what an HTTP API takes and gives as an OpenAPI 3.1 document. Schemas are made of the Go types
// that are encoded and decoded, so that they can't tell anything else. Pure: it knows no route and no type of ours.
package openapi

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
)

// A Schema is a JSON Schema of 2020-12.
type Schema map[string]any

// A Document is a whole API.
type Document struct {
	Title, Version, About string
	Schemes               map[string]Schema // how requests say who sends them, by name
	Tags                  []Tag
	Types                 map[string]Schema // of types whose JSON reflection can't see, by Go's name of them: event.ID
	Comments              map[string]string // of types and their fields, by Go's name of them: event.Event, event.Event.Level
	Problem               any               // an answer that is not a 2xx
	Problems              map[int]string    // what its statuses mean
	Operations            []Operation
}

// A Tag is a group of operations.
type Tag struct {
	Name  string `json:"name"`
	About string `json:"description"`
}

// An Operation is one method of a path.
type Operation struct {
	Method, Path  string // a parameter of the path is {name}
	ID, Tag       string
	Summary, More string              // one line; Markdown
	Security      []map[string]Scopes // any of them will do; none: anybody
	Params        []Param
	Takes         any      // example of the body, whose type is its schema; nil for none
	TakesMedia    []string // of the body; nil is JSON
	Gives         any      // value of the answer's type; nil for no content
	GivesMedia    []string // of the answer where it is not JSON of Gives; nil is JSON
	List          string   // Gives is an element of {"<List>":[…],"next":…}
	Status        int      // of a good answer
	Problems      []int    // other statuses it may have
}

// Scopes are what a way to say who one is must include.
type Scopes []string

// A Param is a parameter of path, query or header.
type Param struct {
	Name    string `json:"name"`
	In      string `json:"in"`
	About   string `json:"description"`
	Schema  Schema `json:"schema"`
	Example any    `json:"example,omitempty"`
	Must    bool   `json:"required,omitempty"`
}

const (
	media = "application/json"
	ref   = "$ref"
)

// JSON writes the document. The error is of a type that has no schema, or of two types with one name.
func (d *Document) JSON() ([]byte, error) {
	types := newTypes(d.Types, d.Comments)
	paths := map[string]map[string]any{}
	for _, o := range d.Operations {
		if paths[o.Path] == nil {
			paths[o.Path] = map[string]any{}
		}
		paths[o.Path][strings.ToLower(o.Method)] = o.object(types)
	}
	responses := map[string]any{}
	problem := types.answer(d.Problem)
	for status, about := range d.Problems {
		responses[strconv.Itoa(status)] = map[string]any{"description": about, "content": content(nil, problem, nil)}
	}
	if types.err != nil {
		return nil, fmt.Errorf("describe the API: %w", types.err)
	}
	out, err := json.Marshal(map[string]any{
		"openapi":    "3.1.0",
		"info":       map[string]any{"title": d.Title, "version": d.Version, "description": d.About},
		"servers":    []any{map[string]any{"url": "/"}},
		"tags":       d.Tags,
		"paths":      paths,
		"components": map[string]any{"schemas": types.named, "responses": responses, "securitySchemes": d.Schemes},
	})
	if err != nil {
		return nil, fmt.Errorf("describe the API: %w", err)
	}
	return out, nil
}

func (o *Operation) object(types *types) map[string]any {
	object := map[string]any{"operationId": o.ID, "tags": []string{o.Tag}, "summary": o.Summary, "security": o.Security, "parameters": o.Params}
	if o.More != "" {
		object["description"] = o.More
	}
	if o.Security == nil {
		object["security"] = []any{}
	}
	if o.Params == nil {
		object["parameters"] = []any{}
	}
	if o.Takes != nil {
		object["requestBody"] = map[string]any{"required": true, "content": content(o.TakesMedia, types.body(o.Takes), o.Takes)}
	}
	good := map[string]any{"description": "as asked"}
	switch {
	case o.GivesMedia != nil:
		good["content"] = content(o.GivesMedia, Schema{}, nil)
	case o.List != "":
		good["content"] = content(nil, List(o.List, types.answer(o.Gives)), nil)
	case o.Gives != nil:
		good["content"] = content(nil, types.answer(o.Gives), nil)
	}
	responses := map[string]any{strconv.Itoa(o.Status): good}
	for _, status := range o.Problems {
		responses[strconv.Itoa(status)] = map[string]any{ref: "#/components/responses/" + strconv.Itoa(status)}
	}
	object["responses"] = responses
	return object
}

// List is the schema of a page of a list.
func List(name string, element Schema) Schema {
	return Schema{"type": "object", "required": []string{name, "next"}, "properties": map[string]Schema{
		name:   {"type": "array", "items": element},
		"next": {"type": []string{"string", "null"}, "description": "cursor of the next page; null after the last"},
	}}
}

func content(kinds []string, schema Schema, example any) map[string]any {
	if kinds == nil {
		kinds = []string{media}
	}
	all := map[string]any{}
	for _, kind := range kinds {
		one := map[string]any{"schema": schema}
		if example != nil {
			one["example"] = example
		}
		all[kind] = one
	}
	return all
}
