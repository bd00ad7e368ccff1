// Package otlp reads OpenTelemetry's logs as OTLP/HTTP carries them, in JSON or protobuf: Split cuts a
// request into the log records that carry an exception and is thin and the edge's; Normalise, the meaning
// of one record, is the worker's. It promises never to panic, and that what it cuts stays in proportion to
// limits of its own, however a request repeats or nests itself.
//
// The facts are those of the OTLP specification ("JSON Protobuf Encoding": names in lowerCamelCase, trace and
// span ids in hex, 64-bit integers as text or number) and of the semantic conventions for exceptions in logs.
package otlp

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Bounds of one request. Its resource and scope are copied into each record, so large ones would multiply.
// The SDKs' own batches hold 512 records, a browser's resource 1 KB.
const (
	MaxRecords = 1000
	maxShared  = 64 << 10 // bytes of a resource, and of a scope
	maxRecord  = 1 << 20  // bytes of a record in protobuf
	maxTotal   = 8 << 20  // bytes of all Raws together
)

// A Record is one log record that carries an exception.
type Record struct {
	Timestamp time.Time // by the client's clock; zero when missing
	// Name is the same when the record is sent again, and another for any other record of another
	// nanosecond. It is nil for a record without a time, which can't be told from the next of its kind.
	Name []byte
	Raw  []byte // checked JSON: {"resource":…,"scope":…,"logRecord":…}, each as in OTLP's JSON encoding
}

// Split cuts the body of an ExportLogsServiceRequest, protobuf or JSON, into the records that carry an
// exception, and counts the others. A body without any is no error. What has the wrong type in JSON is left
// out. The error is event.ErrInvalid (not such a request) or event.ErrTooLarge (over a limit of ours),
// wrapped; it holds nothing of the body.
func Split(body []byte, protobuf bool) (records []Record, other int, err error) {
	var s splitter
	if protobuf {
		err = s.protobuf(body)
	} else {
		err = s.json(body)
	}
	if err != nil {
		return nil, 0, err
	}
	return s.records, s.other, nil
}

type splitter struct {
	records []Record
	other   int // records without an exception
	total   int // bytes of all Raws
}

const (
	beforeResource = `{"resource":`
	beforeScope    = `,"scope":`
	beforeRecord   = `,"logRecord":`
	around         = len(beforeResource) + len(beforeScope) + len(beforeRecord) + 1
)

func (s *splitter) add(resource, scope, record []byte, at time.Time) error {
	switch s.total += around + len(resource) + len(scope) + len(record); {
	case len(s.records) == MaxRecords:
		return fmt.Errorf("%w: more than %d exceptions", event.ErrTooLarge, MaxRecords)
	case len(resource) > maxShared, len(scope) > maxShared:
		return fmt.Errorf("%w: resource or scope of more than %d bytes", event.ErrTooLarge, maxShared)
	case s.total > maxTotal:
		return fmt.Errorf("%w: exceptions of more than %d bytes", event.ErrTooLarge, maxTotal)
	}
	raw := make([]byte, 0, around+len(resource)+len(scope)+len(record))
	raw = append(append(raw, beforeResource...), resource...)
	raw = append(append(raw, beforeScope...), scope...)
	raw = append(append(raw, beforeRecord...), record...)
	raw = append(raw, '}')
	r := Record{Timestamp: at, Raw: raw}
	if !at.IsZero() {
		r.Name = raw
	}
	s.records = append(s.records, r)
	return nil
}

// exceptionEvent is the name of events that are exceptions, in LogRecord.event_name since OTLP 1.5, before
// in the attribute event.name.
const exceptionEvent = "exception"

// isException reports whether an attribute of that key makes its record an exception.
func isException(key string) bool {
	return key == "exception.type" || key == "exception.message" || key == "exception.stacktrace"
}

// unixNano returns the time of nanoseconds since 1970; 0, which stands for none, and what no chart can
// show are the zero time.
func unixNano(n uint64) time.Time {
	if n == 0 || n > math.MaxInt64 {
		return time.Time{}
	}
	return time.Unix(0, int64(n)).UTC()
}

// readNano reads nanoseconds since 1970, as text or number.
func readNano(r *jsonx.Reader) time.Time {
	if k := r.Kind(); k != jsonx.String && k != jsonx.Number {
		r.Skip()
		return time.Time{}
	}
	text := r.Text()
	n, err := strconv.ParseUint(text, 10, 64)
	if err != nil { // some write a float: 1.795280590435e18
		f, err := strconv.ParseFloat(text, 64)
		if err != nil || f != f || f < 0 || f >= math.MaxInt64 {
			return time.Time{}
		}
		n = uint64(f)
	}
	return unixNano(n)
}
