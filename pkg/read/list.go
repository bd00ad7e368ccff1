package read

import (
	"slices"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// List reads what clients send as {"values":[…]}, as […] or as one element alone, in one pass. field
// reads one member of an element's object into it; an element that is no object goes to scalar, whose
// false leaves it out. Only the last limit elements are kept. rest holds what stood beside
// "values", or the lone element; whether that is one is for the caller to see.
func List[T any](r *jsonx.Reader, limit int, field func(*T, []byte, *jsonx.Reader), scalar func(*T, *jsonx.Reader) bool) (list []T, rest T) {
	switch r.Kind() {
	case jsonx.Object:
		for key := range r.Fields() {
			if string(key) == "values" {
				if r.Kind() == jsonx.Array {
					list, _ = List(r, limit, field, scalar)
				} else {
					_, rest = List(r, limit, field, scalar)
				}
				continue
			}
			field(&rest, key, r)
		}
	case jsonx.Array:
		for range r.Elements() {
			var x T
			if r.Kind() != jsonx.Object {
				if !scalar(&x, r) {
					continue
				}
			} else {
				for key := range r.Fields() {
					field(&x, key, r)
				}
			}
			if list == nil {
				list = make([]T, 0, 4) // most lists of most events
			}
			if len(list) == 2*limit {
				list = list[:copy(list, list[limit:])]
			}
			list = append(list, x)
		}
		if n := len(list); n > limit {
			list = slices.Clone(list[n-limit:]) // so that what the others hold is freed
		}
	default:
		scalar(&rest, r)
	}
	return list, rest
}

// Breadcrumbs reads what happened before the error, oldest first, in each of the three forms of List. A
// text alone is a message.
func Breadcrumbs(r *jsonx.Reader) []event.Breadcrumb {
	list, rest := List(r, event.MaxBreadcrumbs, breadcrumb, func(b *event.Breadcrumb, r *jsonx.Reader) bool {
		b.Message = r.Str()
		return b.Message != ""
	})
	if list == nil && (rest.Message != "" || rest.Category != "" || rest.Type != "" || rest.Data != nil) {
		list = append(list, rest)
	}
	return list
}

func breadcrumb(b *event.Breadcrumb, key []byte, r *jsonx.Reader) {
	switch string(key) {
	case "timestamp":
		if t := event.ReadTime(r); !t.IsZero() {
			b.Time = &t
		}
	case "type":
		b.Type = r.Text()
	case "category":
		b.Category = r.Text()
	case "level":
		b.Level = r.Text()
	case "message":
		b.Message = r.Text()
	case "data":
		b.Data = JSON(r)
	}
}
