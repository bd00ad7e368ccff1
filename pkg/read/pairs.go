package read

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxPairs is where reading pairs stops: ten times what is kept, so that the tags that sort first are
// found among those of any sane client, and 10⁵ tags cost nothing.
const maxPairs = 10 * event.MaxTags

// Tags reads labels: an object, a list of [key, value], or a list of {key, value}. Values of any type
// become text; a null one means that there is no such tag.
func Tags(r *jsonx.Reader) event.Tags {
	var tags []event.Tag
	pairs(r, func(key string, r *jsonx.Reader) {
		if k := r.Kind(); k == jsonx.Null || k == jsonx.None || len(tags) >= maxPairs {
			return
		}
		tags = append(tags, event.Tag{Key: key, Value: r.Text()})
	})
	return event.NewTags(tags)
}

// pairs calls add for each key and value of an object, a list of pairs, or a list of {key, value}; add
// reads the value or leaves it.
func pairs(r *jsonx.Reader, add func(key string, r *jsonx.Reader)) {
	switch r.Kind() {
	case jsonx.Object:
		for key := range r.Fields() {
			add(string(key), r)
		}
	case jsonx.Array:
		for range r.Elements() {
			switch r.Kind() {
			case jsonx.Array:
				var key string
				for i := range r.Elements() {
					switch i {
					case 0:
						key = r.Text()
					case 1:
						add(key, r)
					}
				}
			case jsonx.Object:
				named(r, add)
			default:
				r.Skip()
			}
		}
	default:
		r.Skip()
	}
}

// named reads one {"key":…,"value":…}, whichever member comes first.
func named(r *jsonx.Reader, add func(key string, r *jsonx.Reader)) {
	var key string
	var value []byte
	for name := range r.Fields() {
		switch string(name) {
		case "key", "name":
			key = r.Text()
		case "value":
			value = r.Raw()
		}
	}
	if key != "" && value != nil {
		add(key, jsonx.NewReader(value))
	}
}

// Request reads the page or HTTP request of an event.
func Request(r *jsonx.Reader) *event.Request {
	if r.Kind() != jsonx.Object {
		r.Skip()
		return nil
	}
	q := &event.Request{}
	for key := range r.Fields() {
		switch string(key) {
		case "url":
			q.URL = r.Text()
		case "method":
			q.Method = event.Cut(r.Text(), event.MaxText)
		case "query_string", "query":
			q.Query = JSON(r)
		case "fragment":
			q.Fragment = event.Cut(r.Text(), event.MaxURL)
		case "data":
			q.Data = JSON(r)
		case "cookies":
			q.Cookies = JSON(r)
		case "headers":
			q.Headers = headers(r)
		case "env":
			q.Env = JSON(r)
		}
	}
	return q
}

// headers reads header fields in the client's order; several values of one name are joined by commas, as
// HTTP allows.
func headers(r *jsonx.Reader) (list [][2]string) {
	pairs(r, func(key string, r *jsonx.Reader) {
		if len(list) >= event.MaxHeaders || key == "" {
			return
		}
		var value string
		if r.Kind() == jsonx.Array {
			value = strings.Join(Lines(r), ", ")
		} else {
			value = r.Text()
		}
		list = append(list, [2]string{event.Cut(key, event.MaxText), event.Cut(value, event.MaxURL)})
	})
	return list
}
