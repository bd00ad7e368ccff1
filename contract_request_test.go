package trivet

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"
)

// A request is one that is made of the document.
type request struct {
	token   string
	path    string
	query   []string // name=value, escaped
	headers map[string]string
	body    string
	masked  bool   // only some members are wanted
	bad     bool   // it must be refused
	lost    bool   // its path leads nowhere
	why     string // it is bad
}

func (q *request) target() string {
	if len(q.query) == 0 {
		return q.path
	}
	return q.path + "?" + strings.Join(q.query, "&")
}

func (q request) String() string {
	return fmt.Sprintf("%.500s with %.500q and body %.1000q", q.target(), q.headers, q.body)
}

// path fills in the parameters of an operation's path.
func (o *operation) path(value func(name string) string) string {
	parts := strings.Split(o.Path, "/")
	for i, part := range parts {
		if strings.HasPrefix(part, "{") {
			parts[i] = url.PathEscape(value(strings.Trim(part, "{}")))
		}
	}
	return strings.Join(parts, "/")
}

// fill makes a good request, with each parameter that may be left out as probable as told.
func (q *request) fill(c *contract, r *rand.Rand, o *operation, often float64) {
	q.headers = map[string]string{}
	var thing map[string]string
	if known := c.things[o.Path]; len(known) > 0 {
		thing = pick(r, known...)
	}
	q.path = o.path(func(name string) string {
		if value, ok := thing[name]; ok {
			return value
		}
		if known := c.values[name]; len(known) > 0 {
			return pick(r, known...)
		}
		for _, p := range o.Parameters {
			if p.Name == name && p.In == "path" {
				return good(r, p.Schema)
			}
		}
		return "x"
	})
	for _, p := range o.Parameters {
		if p.In == "path" || r.Float64() >= often {
			continue
		}
		value := good(r, p.Schema)
		switch known := c.values["?"+p.Name]; {
		case p.Name == "cursor":
			continue // made by the server alone
		case p.Name == "fields" || p.Name == "X-Fields":
			value, q.masked = pick(r, "id", "{id,next}", "*,id", "id{x,y{z}}", "nothing"), true
		case p.Schema["type"] == "string" && p.Schema["enum"] == nil && len(known) > 0 && r.IntN(2) == 0:
			value = pick(r, known...)
		}
		q.add(p, value)
	}
	for _, kind := range slices.Sorted(maps.Keys(o.RequestBody.Content)) {
		content := o.RequestBody.Content[kind]
		q.headers["Content-Type"] = kind
		value := content.Example
		if r.IntN(2) == 0 {
			value = o.value(r, content.Schema, 0)
		}
		body, err := json.Marshal(value)
		if err != nil {
			panic(err)
		}
		q.body = idsOf.ReplaceAllStringFunc(string(body), func(id string) string {
			if known := c.values["issue"]; len(known) > 0 && r.IntN(10) > 0 {
				return `"` + pick(r, known...) + `"`
			}
			return id
		})
	}
}

// idsOf finds the ids in a body. Those of examples are of nothing.
var idsOf = regexp.MustCompile(`"[0-9a-f]{32}"`)

func (q *request) add(p parameter, value string) {
	if p.In == "header" {
		q.headers[p.Name] = value
		return
	}
	q.query = append(q.query, p.Name+"="+url.QueryEscape(value))
}

// hostile are texts that some layer might take for more than text.
var hostile = []string{
	"", " ", "\x00", "\xff\xfe", "' or 1=1 --", "\"; drop table trivet.events; --", "$1", "%", "_", "\\", "../../etc/passwd", "<script>alert(1)</script>",
	"{{.}}", "${jndi:ldap://x}", "\r\nSet-Cookie: a=b", "\u202e", "\U0001f4a5", "null", "NaN", "-0", "1e999", "9223372036854775808", "0x10", "1,2",
	"2026-02-30", "0000-01-01", "99999-01-01T00:00:00Z", "-infinity", "infinity", "now()", "[]", "{}", "a{b{c{d{e{f{g{h{i{j}}}}}}}}}", strings.Repeat("a", 5000),
	strings.Repeat("(", 500), strings.Repeat("é", 1100), "ffffffffffffffffffffffffffffffff", "00000000000000000000000000000000",
}

// spoil makes something of a good request hostile or plainly wrong.
func (q *request) spoil(r *rand.Rand, o *operation) {
	ways := []func(){
		func() { q.refuse("an unknown parameter"); q.query = append(q.query, "nosuch=1") },
		func() { q.refuse("a query that is not encoded"); q.query = append(q.query, "a=%zz") },
		func() {
			q.query = append(q.query, url.QueryEscape(pick(r, hostile...))+"="+url.QueryEscape(pick(r, hostile...)))
		},
		func() {
			q.headers["X-Fields"], q.masked = pick(r, "}", "a{", strings.Repeat("a,", 3000), "a{b", ",,", "\"'<>"), true
		},
		func() {
			q.headers["Accept"], q.headers["Accept-Encoding"] = "text/html;q=x", pick(r, "gzip;q=0, *", "br")
		},
		func() { q.headers["Cookie"] = pick(r, "trivet=x", "__Host-trivet="+strings.Repeat("a", 3000), "=;=;") },
		func() { // an id that is none, or nobody's
			q.lost, q.masked = true, true
			q.path = o.path(func(name string) string {
				if name == "project" && r.IntN(2) == 0 {
					return strings.Split(q.path, "/")[4]
				}
				return pick(r, slices.DeleteFunc(slices.Clone(hostile), func(s string) bool { return s == "" || strings.ContainsAny(s, "/\\.\r") })...)
			})
		},
	}
	var own []parameter
	for _, p := range o.Parameters {
		if p.In == "query" {
			own = append(own, p)
		}
	}
	if len(own) > 0 {
		p := pick(r, own...)
		ways = append(ways,
			func() { q.masked = true; q.add(p, pick(r, hostile...)) },
			func() { q.masked = true; q.add(p, pick(r, hostile...)); q.add(p, pick(r, hostile...)) },
			func() {
				if value, ok := bad(p.Schema); ok {
					q.query = nil
					q.refuse(p.Name)
					q.add(p, value)
				}
			},
		)
	}
	if q.body != "" {
		ways = append(ways, func() { q.spoilBody(r) }, func() { q.spoilBody(r) }, func() { q.spoilBody(r) })
	}
	pick(r, ways...)()
}

func (q *request) refuse(why string) { q.bad, q.why = true, why }

func (q *request) spoilBody(r *rand.Rand) {
	switch r.IntN(8) {
	case 0:
		q.refuse("half a body")
		q.body = q.body[:len(q.body)/2]
	case 1:
		q.refuse("a body that is no JSON")
		q.body = pick(r, "\x00", "\xff", "<a/>", "'", "{]", "nul")
	case 2:
		q.refuse("a body of another kind")
		q.body = pick(r, "[]", "null", "1", `"x"`, "true", `[[[[[[]]]]]]`)
	case 3:
		q.refuse("an endless body")
		q.body = `{"a":"` + strings.Repeat("a", 3<<20) + `"}`
	case 4:
		q.refuse("a deep body")
		q.body = strings.Repeat(`{"a":`, 20000) + "1" + strings.Repeat("}", 20000)
	case 5:
		q.headers["Content-Type"] = pick(r, "text/plain", "application/xml", "multipart/form-data", "x", "")
	case 6:
		q.headers["Content-Encoding"] = pick(r, "gzip", "br", "x")
	default:
		var object map[string]any
		if json.Unmarshal([]byte(q.body), &object) == nil {
			for _, name := range slices.Sorted(maps.Keys(object)) {
				object[name] = pick[any](r, nil, -1, 1e300, pick(r, hostile...), []any{}, map[string]any{"a": 1}, true, []any{nil, 1, "x"})
			}
			if body, err := json.Marshal(object); err == nil {
				q.body = string(body)
			}
		}
	}
}

// good returns a value of a parameter that its schema allows.
func good(r *rand.Rand, s map[string]any) string {
	now := time.Now().UTC()
	if values, ok := s["enum"].([]any); ok {
		return fmt.Sprint(pick(r, values...))
	}
	if s["anyOf"] != nil { // a time or a day
		return pick(r, now.Format(time.RFC3339), now.Add(-time.Hour).Format(time.RFC3339Nano), now.Format(time.DateOnly))
	}
	switch s["type"] {
	case "integer":
		low, ok := s["minimum"].(float64)
		if !ok {
			low = 1
		}
		high, ok := s["maximum"].(float64)
		if !ok {
			high = low + 10
		}
		return fmt.Sprint(int(low) + r.IntN(int(high-low)+1))
	case "boolean":
		return pick(r, "true", "false")
	}
	switch {
	case s["pattern"] == "^[0-9a-f]{32}$":
		return fmt.Sprintf("%016x%016x", r.Uint64(), r.Uint64())
	case s["format"] == "date":
		return now.Format(time.DateOnly)
	case s["format"] == "date-time":
		return now.Format(time.RFC3339)
	}
	return pick(r, "a", "shop@1.4.2", "checkout", "https://shop.example/cart", "Äpfel & Birnen")
}

// bad returns a value that a schema can't allow; ok is false for schemas that allow any text.
func bad(s map[string]any) (value string, ok bool) {
	switch {
	case s["enum"] != nil, s["anyOf"] != nil, s["type"] == "integer", s["type"] == "boolean", s["pattern"] != nil, s["format"] != nil:
		return "no such value", true
	}
	return "\x00", s["type"] == "string"
}

// value returns one that a schema of a body allows.
func (o *operation) value(r *rand.Rand, s map[string]any, depth int) any {
	if ref, ok := s["$ref"].(string); ok {
		named, _ := o.schemas[strings.TrimPrefix(ref, "#/components/schemas/")].(map[string]any)
		return o.value(r, named, depth)
	}
	if either, ok := s["anyOf"].([]any); ok && s["type"] == nil {
		one, _ := pick(r, either...).(map[string]any)
		return o.value(r, one, depth)
	}
	kind := s["type"]
	if kinds, ok := kind.([]any); ok {
		kind = pick(r, kinds...)
	}
	if values, ok := s["enum"].([]any); ok && kind != "null" {
		return pick(r, values...)
	}
	switch kind {
	case "object":
		return o.object(r, s, depth)
	case "array":
		items, _ := s["items"].(map[string]any)
		list := []any{}
		for range r.IntN(4 - min(depth, 3)) {
			list = append(list, o.value(r, items, depth+1))
		}
		return list
	case "string":
		if s["pattern"] == nil && s["format"] == nil && r.IntN(3) == 0 {
			return strings.ToValidUTF8(pick(r, hostile...), "?")
		}
		return good(r, s)
	case "integer":
		return r.IntN(1000) - 1
	case "number":
		return r.Float64()
	case "boolean":
		return r.IntN(2) == 0
	case "null":
		return nil
	}
	return map[string]any{"any": []any{1, "thing", nil}}
}

func (o *operation) object(r *rand.Rand, s map[string]any, depth int) map[string]any {
	object := map[string]any{}
	if inner, ok := s["additionalProperties"].(map[string]any); ok {
		for range r.IntN(3) {
			object[pick(r, hostile[3:]...)] = o.value(r, inner, depth+1)
		}
	}
	required, _ := s["required"].([]any)
	for _, name := range slices.Sorted(maps.Keys(members(s))) {
		inner := members(s)[name]
		if slices.Contains(required, any(name)) || r.IntN(2) == 0 {
			schema, _ := inner.(map[string]any)
			object[name] = o.value(r, schema, depth+1)
		}
	}
	return object
}

func pick[T any](r *rand.Rand, values ...T) T { return values[r.IntN(len(values))] }
