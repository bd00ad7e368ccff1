package otlp

import (
	"fmt"
	"time"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	"google.golang.org/protobuf/encoding/protowire"
	"google.golang.org/protobuf/proto"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Bounds of a protobuf text before it is unmarshalled: an empty message takes two bytes on the wire and a
// hundred in memory, so 8 MiB of them would be half a gigabyte. A full batch of an SDK has 20,000 fields.
const (
	maxFields = 100_000
	maxDepth  = 64
)

// A shape tells which fields of a message hold messages, by number.
type shape map[protowire.Number]string

// shapes are the messages of opentelemetry/proto/collector/logs/v1 and what they hold, as far as they nest.
var shapes = map[string]shape{
	"request":      {1: "resourceLogs"},
	"resourceLogs": {1: "resource", 2: "scopeLogs"},
	"resource":     {1: "keyValue", 3: "entityRef"},
	"scopeLogs":    {1: "scope", 2: "logRecord"},
	"scope":        {3: "keyValue"},
	"logRecord":    {5: "anyValue", 6: "keyValue"},
	"keyValue":     {2: "anyValue"},
	"anyValue":     {5: "arrayValue", 6: "keyValueList"},
	"arrayValue":   {1: "anyValue"},
	"keyValueList": {1: "keyValue"},
	"entityRef":    {},
}

// weigh walks a message of a shape and counts its fields, of inner messages too, without allocating.
func weigh(message string, b []byte, depth int, fields *int) error {
	if depth > maxDepth {
		return fmt.Errorf("%w: nested deeper than %d", event.ErrInvalid, maxDepth)
	}
	inner := shapes[message]
	for len(b) > 0 {
		if *fields++; *fields > maxFields {
			return fmt.Errorf("%w: more than %d fields", event.ErrTooLarge, maxFields)
		}
		number, kind, n := protowire.ConsumeTag(b)
		if n < 0 || kind == protowire.StartGroupType || kind == protowire.EndGroupType {
			return fmt.Errorf("%w: not protobuf", event.ErrInvalid)
		}
		b = b[n:]
		size := protowire.ConsumeFieldValue(number, kind, b)
		if size < 0 {
			return fmt.Errorf("%w: not protobuf", event.ErrInvalid)
		}
		if name := inner[number]; name != "" && kind == protowire.BytesType {
			value, _ := protowire.ConsumeBytes(b)
			if err := weigh(name, value, depth+1, fields); err != nil {
				return err
			}
		}
		b = b[size:]
	}
	return nil
}

// protobuf cuts an ExportLogsServiceRequest, which has the form of a LogsData.
func (s *splitter) protobuf(body []byte) error {
	if err := weigh("request", body, 0, new(int)); err != nil {
		return err
	}
	var request logspb.LogsData
	if err := (proto.UnmarshalOptions{DiscardUnknown: true}).Unmarshal(body, &request); err != nil {
		// Its text is not for clients: it names Go's types.
		return fmt.Errorf("%w: not an ExportLogsServiceRequest", event.ErrInvalid)
	}
	for _, r := range request.GetResourceLogs() {
		var resource []byte
		for _, sl := range r.GetScopeLogs() {
			var scope []byte
			for _, record := range sl.GetLogRecords() {
				if !recordCarries(record) {
					s.other++
					continue
				}
				if resource == nil && fits(r.GetResource(), maxShared) {
					resource = appendResource(nil, r.GetResource())
				}
				if scope == nil && fits(sl.GetScope(), maxShared) {
					scope = appendScope(nil, sl.GetScope())
				}
				if resource == nil || scope == nil || !fits(record, maxRecord) {
					return fmt.Errorf("%w: a resource, scope or record that is too large", event.ErrTooLarge)
				}
				if err := s.add(resource, scope, appendRecord(nil, record), recordTime(record)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// fits reports whether a message is small enough to be written: escapes may make it six times larger.
func fits(m proto.Message, limit int) bool { return proto.Size(m) <= limit }

// recordCarries is head's answer for a record in protobuf.
func recordCarries(r *logspb.LogRecord) bool {
	if r.GetEventName() == exceptionEvent || anyCarries(r.GetAttributes()) {
		return true
	}
	return anyCarries(r.GetBody().GetKvlistValue().GetValues())
}

func anyCarries(list []*commonpb.KeyValue) bool {
	for _, a := range list {
		if isException(a.GetKey()) || a.GetKey() == "event.name" && a.GetValue().GetStringValue() == exceptionEvent {
			return true
		}
	}
	return false
}

func recordTime(r *logspb.LogRecord) time.Time {
	if t := unixNano(r.GetTimeUnixNano()); !t.IsZero() {
		return t
	}
	return unixNano(r.GetObservedTimeUnixNano())
}
