package otlp

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// keyValue reads one {"key":…,"value":AnyValue}; value is the raw AnyValue.
func keyValue(r *jsonx.Reader) (name string, value []byte) {
	for key := range r.Fields() {
		switch string(key) {
		case "key":
			name = r.Str()
		case "value":
			value = r.Raw()
		}
	}
	return name, value
}

// attributes calls each for the members of a list of {"key":…,"value":AnyValue}; value is the raw AnyValue.
// Only the first 1,000 are read: ten times what any SDK lets through.
func attributes(r *jsonx.Reader, each func(key string, value []byte)) {
	for i := range r.Elements() {
		if i >= 10*event.MaxTags {
			continue
		}
		if name, value := keyValue(r); name != "" {
			each(name, value)
		}
	}
}

// text returns an AnyValue as a person would read it: a scalar as it is, an array or map as its plain JSON,
// an empty one as "".
func text(value []byte) string {
	r := jsonx.NewReader(value)
	var s string
	plain := true
	for key := range r.Fields() { // most are texts, and need no copy in between
		if string(key) != "stringValue" || r.Kind() != jsonx.String {
			plain = false
			break
		}
		s = r.Str()
	}
	if !plain {
		r = jsonx.NewReader(appendPlain(nil, jsonx.NewReader(value)))
		s = r.Text()
	}
	return s
}

// truth returns an AnyValue as a boolean, nil when it is none.
func truth(value []byte) *bool {
	r := jsonx.NewReader(appendPlain(nil, jsonx.NewReader(value)))
	if b, ok := r.Bool(); ok {
		return &b
	}
	return nil
}

// appendPlain appends what an AnyValue stands for in JSON: {"stringValue":"a"} is "a", an array [a,…], a map
// {"k":a,…}, bytes their base64, and an empty one null.
func appendPlain(dst []byte, r *jsonx.Reader) []byte {
	start := len(dst)
	for key := range r.Fields() {
		switch string(key) {
		case "stringValue", "bytesValue":
			dst = appendText(dst[:start], r)
		case "boolValue":
			if r.Kind() == jsonx.Bool {
				dst = append(dst[:start], r.Raw()...)
			}
		case "intValue", "doubleValue":
			dst = appendNumber(dst[:start], r)
		case "arrayValue":
			dst = appendArray(dst[:start], r)
		case "kvlistValue":
			dst = appendMap(dst[:start], r)
		}
	}
	if len(dst) == start {
		return append(dst, "null"...)
	}
	return dst
}

func appendText(dst []byte, r *jsonx.Reader) []byte {
	if r.Kind() != jsonx.String {
		r.Skip()
		return dst
	}
	return append(dst, jsonx.Clean(r.Raw())...)
}

// appendNumber appends a number that came as one or, as 64-bit integers do, as text; "NaN" and the
// infinities, which JSON has no number for, stay text.
func appendNumber(dst []byte, r *jsonx.Reader) []byte {
	if r.Kind() == jsonx.Number {
		return append(dst, r.Raw()...)
	}
	if r.Kind() != jsonx.String {
		r.Skip()
		return dst
	}
	raw := r.Raw()
	bare := raw[1 : len(raw)-1]
	if jsonx.NewReader(bare).Kind() == jsonx.Number && jsonx.Check(bare) == nil {
		return append(dst, bare...)
	}
	return append(dst, jsonx.Clean(raw)...)
}

// appendArray appends {"values":[AnyValue,…]}.
func appendArray(dst []byte, r *jsonx.Reader) []byte {
	dst = append(dst, '[')
	start := len(dst)
	for key := range r.Fields() {
		if string(key) != "values" {
			continue
		}
		for range r.Elements() {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = appendPlain(dst, r)
		}
	}
	return append(dst, ']')
}

// appendMap appends {"values":[{"key":…,"value":AnyValue},…]}.
func appendMap(dst []byte, r *jsonx.Reader) []byte {
	dst = append(dst, '{')
	start := len(dst)
	for key := range r.Fields() {
		if string(key) != "values" {
			continue
		}
		attributes(r, func(name string, value []byte) {
			if len(dst) > start {
				dst = append(dst, ',')
			}
			dst = append(jsonx.AppendString(dst, name), ':')
			dst = appendPlain(dst, jsonx.NewReader(value))
		})
	}
	return append(dst, '}')
}
