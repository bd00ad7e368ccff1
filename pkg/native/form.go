package native

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// MaxFields is how many fields a form, or parts a multipart body, may have.
const MaxFields = 1000

// A Field is one field of a form, decoded.
type Field struct{ Name, Value string }

// ParseForm reads the fields of an application/x-www-form-urlencoded text, which a query string is too. What
// can't be decoded is left as it stands. The error is event.ErrTooLarge, wrapped.
func ParseForm(text string) ([]Field, error) {
	if strings.Count(text, "&") >= MaxFields {
		return nil, tooManyFields()
	}
	var fields []Field
	for pair := range strings.SplitSeq(text, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if name = unescaped(name); name != "" {
			fields = append(fields, Field{name, unescaped(value)})
		}
	}
	return fields, nil
}

func tooManyFields() error {
	return fmt.Errorf("%w: more than %d fields", event.ErrTooLarge, MaxFields)
}

func overLimit(limit int) error {
	return fmt.Errorf("%w: the form's event is over %d bytes", event.ErrTooLarge, limit)
}

func unescaped(s string) string {
	if plain, err := url.QueryUnescape(s); err == nil {
		return plain
	}
	return s
}

// FormJSON returns what a form says as text for Split. That is one event with a member for each field: the
// last of a name counts, "tags[area]" is a member of the object tags, and the short names of handlers
// of window.onerror (msg, file, line, col) stand for ours. Or it is the value of the field that holds JSON itself: one named event or
// data, or the only one. The error is event.ErrInvalid for a form without fields or event.ErrTooLarge for a
// text over limit bytes, wrapped.
func FormJSON(fields []Field, limit int) ([]byte, error) {
	if text, ok := embedded(fields); ok {
		return []byte(text), nil
	}
	f := form{index: make(map[string]int, len(fields))}
	size := 0
	for _, field := range fields {
		if size += len(field.Name) + len(field.Value); size > limit {
			return nil, overLimit(limit)
		}
		f.set(field)
	}
	if len(f.members) == 0 {
		return nil, fmt.Errorf("%w: a form without fields", event.ErrInvalid)
	}
	out := []byte{'{'}
	for i := range f.members {
		out = f.members[i].append(out)
	}
	if len(out) >= limit { // escapes made it longer
		return nil, overLimit(limit)
	}
	return append(out, '}'), nil
}

// embedded finds the field that is the JSON text of an event or of several. URLSearchParams of a JSON text
// makes a field of its name alone.
func embedded(fields []Field) (text string, ok bool) {
	for _, f := range fields {
		if (f.Name == "event" || f.Name == "data") && StartsJSON([]byte(f.Value)) {
			return f.Value, true
		}
	}
	if len(fields) != 1 {
		return "", false
	}
	for _, text := range []string{fields[0].Value, fields[0].Name} {
		// "[object Object]" is a message that many have sent.
		if StartsJSON([]byte(text)) && jsonx.Check([]byte(text)) == nil {
			return text, true
		}
	}
	return "", false
}

// StartsJSON reports whether text can only be JSON or nothing: it begins, after white space, with { or [.
func StartsJSON(text []byte) bool {
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n':
		default:
			return c == '{' || c == '['
		}
	}
	return false
}

// A form is the event of one, members in the order in which they first came.
type form struct {
	members []member
	index   map[string]int
}

// A member is a text, or an object of texts.
type member struct {
	name, value string
	nested      *form
}

// set adds a field or replaces the one of the same name. What comes later also counts where one is a text and
// the other an object.
func (f *form) set(field Field) {
	top, sub, nested := brackets(field.Name)
	if nested {
		m := f.member(top)
		if m.nested == nil {
			m.nested = &form{index: map[string]int{}}
		}
		*m.nested.member(sub) = member{name: sub, value: field.Value}
		return
	}
	top = longName(top)
	*f.member(top) = member{name: top, value: field.Value}
}

func (f *form) member(name string) *member {
	i, ok := f.index[name]
	if !ok {
		i = len(f.members)
		f.index[name] = i
		f.members = append(f.members, member{name: name})
	}
	return &f.members[i]
}

// brackets cuts "tags[area]" into tags and area, deeper ones into a path with dots. "tags[]" is tags.
func brackets(name string) (top, sub string, nested bool) {
	open := strings.IndexByte(name, '[')
	if open <= 0 || name[len(name)-1] != ']' {
		return name, "", false
	}
	top, sub = name[:open], strings.ReplaceAll(name[open+1:len(name)-1], "][", ".")
	return top, sub, sub != ""
}

// longName is the name of a member by what handlers of window.onerror use to call it.
func longName(name string) string {
	switch name {
	case "msg":
		return "message"
	case "file":
		return "filename"
	case "line":
		return "lineno"
	case "col", "column":
		return "colno"
	}
	return name
}

func (m *member) append(out []byte) []byte {
	if len(out) > 1 {
		out = append(out, ',')
	}
	out = append(jsonx.AppendString(out, m.name), ':')
	if m.nested != nil {
		object := []byte{'{'}
		for i := range m.nested.members {
			object = m.nested.members[i].append(object)
		}
		return append(append(out, object...), '}')
	}
	if isJSONValue(m.name, m.value) {
		return append(out, m.value...)
	}
	return jsonx.AppendString(out, m.value)
}

// isJSONValue tells whether a value is more than a text: a form has no other way to send a list or a truth.
func isJSONValue(name, value string) bool {
	switch name {
	case "handled":
		return value == "true" || value == "false"
	case "tags", "user", "meta", "extra", "contexts", "breadcrumbs", "fingerprint", "request", "sdk":
		return StartsJSON([]byte(value)) && jsonx.Check([]byte(value)) == nil
	}
	return false
}
