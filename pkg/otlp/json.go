package otlp

import (
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// json cuts {"resourceLogs":[{"resource":…,"scopeLogs":[{"scope":…,"logRecords":[…]}]}]}. Members may stand
// in any order, so each list is looked for first and walked after.
func (s *splitter) json(body []byte) error {
	if err := jsonx.Check(body); err != nil {
		return fmt.Errorf("%w: %w", event.ErrInvalid, err)
	}
	r := jsonx.NewReader(body)
	if r.Kind() != jsonx.Object {
		return fmt.Errorf("%w: not a JSON object", event.ErrInvalid)
	}
	var err error
	for key := range r.Fields() {
		if string(key) != "resourceLogs" || err != nil {
			continue
		}
		for range r.Elements() {
			resource, scopes := cut(r, "resource", "scopeLogs")
			for range scopes.Elements() {
				scope, records := cut(scopes, "scope", "logRecords")
				for range records.Elements() {
					if err == nil {
						err = s.record(resource, scope, records)
					}
				}
			}
		}
	}
	return err
}

// cut reads an object of two members: one, "{}" if it is no object, and list.
func cut(r *jsonx.Reader, one, list string) (object []byte, elements *jsonx.Reader) {
	object, elements = []byte("{}"), jsonx.NewReader(nil)
	for key := range r.Fields() {
		switch {
		case string(key) == one && r.Kind() == jsonx.Object:
			object = r.Raw()
		case string(key) == list:
			elements = jsonx.NewReader(r.Raw())
		}
	}
	return object, elements
}

func (s *splitter) record(resource, scope []byte, r *jsonx.Reader) error {
	if r.Kind() != jsonx.Object {
		return nil
	}
	raw := r.Raw()
	at, is := head(raw)
	if !is {
		s.other++
		return nil
	}
	return s.add(resource, scope, raw, at)
}

// head returns the time of a log record and whether it carries an exception.
func head(raw []byte) (at time.Time, is bool) {
	var observed time.Time
	r := jsonx.NewReader(raw)
	for key := range r.Fields() {
		switch string(key) {
		case "timeUnixNano":
			at = readNano(r)
		case "observedTimeUnixNano":
			observed = readNano(r)
		case "eventName":
			is = r.Str() == exceptionEvent || is
		case "attributes":
			is = carries(r) || is
		case "body":
			for key := range r.Fields() {
				if string(key) != "kvlistValue" {
					continue
				}
				for key := range r.Fields() {
					if string(key) == "values" {
						is = carries(r) || is
					}
				}
			}
		}
	}
	if at.IsZero() {
		at = observed
	}
	return at, is
}

// carries reports whether a list of {"key":…,"value":…} has one of an exception.
func carries(r *jsonx.Reader) (is bool) {
	for range r.Elements() {
		name, value := keyValue(r)
		is = is || isException(name) || name == "event.name" && text(value) == exceptionEvent
	}
	return is
}
