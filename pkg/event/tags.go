package event

import (
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Tags are the client's labels, each key once, sorted by key. In JSON they are one object.
type Tags []Tag

// A Tag is one label.
type Tag struct{ Key, Value string }

// NewTags sorts tags by key and keeps the last of equal keys.
func NewTags(tags []Tag) Tags {
	slices.SortStableFunc(tags, func(a, b Tag) int { return strings.Compare(a.Key, b.Key) })
	out := tags[:0]
	for i, t := range tags {
		if t.Key == "" || i+1 < len(tags) && tags[i+1].Key == t.Key {
			continue
		}
		out = append(out, t)
	}
	return out
}

// Value returns the value of key, "" when it is not there.
func (t Tags) Value(key string) string {
	i, found := slices.BinarySearchFunc(t, key, func(t Tag, key string) int { return strings.Compare(t.Key, key) })
	if !found {
		return ""
	}
	return t[i].Value
}

// MarshalJSON writes {"key":"value"}.
func (t Tags) MarshalJSON() ([]byte, error) {
	out := []byte{'{'}
	for i, tag := range t {
		if i > 0 {
			out = append(out, ',')
		}
		out = jsonx.AppendString(out, tag.Key)
		out = append(out, ':')
		out = jsonx.AppendString(out, tag.Value)
	}
	return append(out, '}'), nil
}
