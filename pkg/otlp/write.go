package otlp

import (
	"encoding/base64"
	"encoding/hex"
	"math"
	"strconv"

	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// The functions here write messages in OTLP's JSON encoding, so that a record is the same whichever way it
// came. It differs from protobuf's own JSON (ids are hex), and the writer of that is made for any message.

// maxNested is how many arrays and maps may stand in each other: each takes up to four levels of JSON, and
// jsonx.MaxDepth must hold the record. What lies deeper is left out.
const maxNested = 12

func appendResource(dst []byte, r *resourcepb.Resource) []byte {
	dst = append(dst, '{')
	dst = appendAttributes(dst, r.GetAttributes(), 0)
	return append(dst, '}')
}

func appendScope(dst []byte, s *commonpb.InstrumentationScope) []byte {
	dst = append(dst, '{')
	dst = appendString(dst, "name", s.GetName())
	dst = appendString(dst, "version", s.GetVersion())
	dst = appendAttributes(dst, s.GetAttributes(), 0)
	return append(dst, '}')
}

func appendRecord(dst []byte, r *logspb.LogRecord) []byte {
	dst = append(dst, '{')
	dst = appendNano(dst, "timeUnixNano", r.GetTimeUnixNano())
	dst = appendNano(dst, "observedTimeUnixNano", r.GetObservedTimeUnixNano())
	if n := r.GetSeverityNumber(); n != 0 {
		dst = strconv.AppendInt(appendKey(dst, "severityNumber"), int64(n), 10)
	}
	dst = appendString(dst, "severityText", r.GetSeverityText())
	if r.GetBody() != nil {
		dst = appendValue(appendKey(dst, "body"), r.GetBody(), 0)
	}
	dst = appendString(dst, "eventName", r.GetEventName())
	dst = appendAttributes(dst, r.GetAttributes(), 0)
	if n := r.GetFlags(); n != 0 {
		dst = strconv.AppendUint(appendKey(dst, "flags"), uint64(n), 10)
	}
	dst = appendString(dst, "traceId", hex.EncodeToString(r.GetTraceId()))
	dst = appendString(dst, "spanId", hex.EncodeToString(r.GetSpanId()))
	return append(dst, '}')
}

// appendKey appends the name of a member, and a comma if it is not the first of its object.
func appendKey(dst []byte, name string) []byte {
	if dst[len(dst)-1] != '{' {
		dst = append(dst, ',')
	}
	return append(jsonx.AppendString(dst, name), ':')
}

func appendString(dst []byte, name, value string) []byte {
	if value == "" {
		return dst
	}
	return jsonx.AppendString(appendKey(dst, name), value)
}

func appendNano(dst []byte, name string, n uint64) []byte {
	if n == 0 {
		return dst
	}
	dst = append(appendKey(dst, name), '"')
	return append(strconv.AppendUint(dst, n, 10), '"')
}

func appendAttributes(dst []byte, list []*commonpb.KeyValue, nested int) []byte {
	if len(list) == 0 {
		return dst
	}
	return appendPairs(appendKey(dst, "attributes"), list, nested)
}

func appendPairs(dst []byte, list []*commonpb.KeyValue, nested int) []byte {
	dst = append(dst, '[')
	for i, a := range list {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = jsonx.AppendString(append(dst, `{"key":`...), a.GetKey())
		dst = appendValue(append(dst, `,"value":`...), a.GetValue(), nested)
		dst = append(dst, '}')
	}
	return append(dst, ']')
}

func appendValue(dst []byte, value *commonpb.AnyValue, nested int) []byte {
	dst = append(dst, '{')
	switch v := value.GetValue().(type) {
	case *commonpb.AnyValue_StringValue:
		dst = jsonx.AppendString(appendKey(dst, "stringValue"), v.StringValue)
	case *commonpb.AnyValue_BoolValue:
		dst = strconv.AppendBool(appendKey(dst, "boolValue"), v.BoolValue)
	case *commonpb.AnyValue_IntValue:
		dst = append(appendKey(dst, "intValue"), '"')
		dst = append(strconv.AppendInt(dst, v.IntValue, 10), '"')
	case *commonpb.AnyValue_DoubleValue:
		dst = appendDouble(appendKey(dst, "doubleValue"), v.DoubleValue)
	case *commonpb.AnyValue_BytesValue:
		dst = append(appendKey(dst, "bytesValue"), '"')
		dst = append(base64.StdEncoding.AppendEncode(dst, v.BytesValue), '"')
	case *commonpb.AnyValue_ArrayValue:
		if nested < maxNested {
			dst = append(dst, `"arrayValue":{"values":[`...)
			for i, element := range v.ArrayValue.GetValues() {
				if i > 0 {
					dst = append(dst, ',')
				}
				dst = appendValue(dst, element, nested+1)
			}
			dst = append(dst, ']', '}')
		}
	case *commonpb.AnyValue_KvlistValue:
		if nested < maxNested {
			dst = append(dst, `"kvlistValue":{"values":`...)
			dst = append(appendPairs(dst, v.KvlistValue.GetValues(), nested+1), '}')
		}
	}
	return append(dst, '}')
}

// appendDouble writes what JSON has no number for as text, as protobuf's JSON does.
func appendDouble(dst []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(dst, `"NaN"`...)
	case math.IsInf(f, 1):
		return append(dst, `"Infinity"`...)
	case math.IsInf(f, -1):
		return append(dst, `"-Infinity"`...)
	}
	return strconv.AppendFloat(dst, f, 'g', -1, 64)
}
