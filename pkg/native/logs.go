package native

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/read"
)

// CheckLog reads a log in mittens' form, {content, meta}: content is a text that is not empty, meta an
// object as sent, nil when null or absent. errs holds, by member, what is wrong with it in words for the
// client; nil when nothing is.
func CheckLog(checked []byte) (content string, meta []byte, errs map[string]string) {
	errs = map[string]string{}
	r := jsonx.NewReader(checked)
	for key := range r.Fields() {
		switch string(key) {
		case "content":
			content = r.Str()
		case "meta":
			switch r.Kind() {
			case jsonx.Object:
				meta = r.Raw()
			case jsonx.Null:
				r.Skip()
				meta = nil
			default:
				errs["meta"] = "Provide an object or null"
			}
		}
	}
	if content == "" {
		errs["content"] = "Provide a non-empty string"
	}
	if len(errs) == 0 {
		return content, meta, nil
	}
	return content, meta, errs
}

// NormaliseLog reads a log in mittens' form. Its level and what lists filter by come from meta where they
// have the usual names; a log without a level is an error, for that is what mittens collects. The error is
// event.ErrInvalid, wrapped.
func NormaliseLog(rec *pack.Record) (*event.Event, error) {
	r, err := read.Open(rec)
	if err != nil {
		return nil, err
	}
	e := start(rec, event.Logs)
	for key := range r.Fields() {
		switch string(key) {
		case "content":
			e.Message = r.Text()
		case "meta":
			e.Meta = read.JSON(r)
		}
	}
	readMeta(e)
	read.Settle(e, rec)
	settlePage(e, rec)
	e.Limit()
	return e, nil
}

func readMeta(e *event.Event) {
	r := jsonx.NewReader(e.Meta)
	for key := range r.Fields() {
		switch string(key) {
		case "level":
			if level, known := event.ParseLevel(r.Str()); known {
				e.Level = level
			}
		case "url":
			e.URL = r.Str()
		case "release":
			e.Release = r.Str()
		case "environment":
			e.Environment = r.Str()
		case "user":
			e.User = read.User(r)
		}
	}
}
