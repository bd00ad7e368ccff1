package otlp

import (
	"errors"
	"fmt"
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	commonpb "go.opentelemetry.io/proto/otlp/common/v1"
	logspb "go.opentelemetry.io/proto/otlp/logs/v1"
	resourcepb "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
)

// body returns what an exporter of OpenTelemetry JS sent, in JSON or protobuf.
func body(t testing.TB, extension string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/opentelemetry-js-0.223.1." + extension)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBothEncodingsAreTheSameRecords(t *testing.T) {
	t.Parallel()
	read := func(extension string) (events []*event.Event, times []time.Time, other int) {
		records, other, err := Split(body(t, extension), extension == "pb")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range records {
			e, err := Normalise(&pack.Record{Raw: r.Raw, Received: time.Unix(1e9, 0)})
			if err != nil {
				t.Fatal(err)
			}
			events, times = append(events, e), append(times, r.Timestamp)
		}
		return events, times, other
	}
	jsonEvents, jsonTimes, jsonOther := read("json")
	events, times, other := read("pb")
	if len(events) != 4 || other != 2 || jsonOther != 2 {
		t.Errorf("%d exceptions, %d and %d others", len(events), other, jsonOther)
	}
	if diff := cmp.Diff(jsonEvents, events); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(jsonTimes, times); diff != "" {
		t.Error(diff)
	}
}

func TestARecordKeepsTheClientsBytes(t *testing.T) {
	t.Parallel()
	const record = `{ "attributes":[{"value":{"stringValue":"x"},"key":"exception.message"}], "timeUnixNano": 1795280590435000001 }`
	in := `{"resourceLogs":[{"scopeLogs":[{"logRecords":[` + record + `,{"body":{}},7],"scope":{"name":"s"}}],"resource":{"attributes":[]}},{"scopeLogs":[{"logRecords":[` + record + `]}]}]}`
	records, other, err := Split([]byte(in), false)
	if err != nil || other != 1 {
		t.Fatal(other, err)
	}
	at := time.Unix(1795280590, 435000001).UTC()
	first := []byte(`{"resource":{"attributes":[]},"scope":{"name":"s"},"logRecord":` + record + `}`)
	second := []byte(`{"resource":{},"scope":{},"logRecord":` + record + `}`)
	if diff := cmp.Diff([]Record{{at, first, first}, {at, second, second}}, records); diff != "" {
		t.Error(diff)
	}
}

func TestWhatIsAnException(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]bool{
		`{"attributes":[{"key":"exception.type","value":{"stringValue":"T"}}]}`:                                      true,
		`{"attributes":[{"key":"a"},{"key":"exception.stacktrace"}]}`:                                                true,
		`{"eventName":"exception"}`:                                                                                  true,
		`{"attributes":[{"value":{"stringValue":"exception"},"key":"event.name"}]}`:                                  true,
		`{"body":{"kvlistValue":{"values":[{"key":"exception.message","value":{"stringValue":"x"}}]}}}`:              true,
		`{"attributes":[{"key":"event.name","value":{"stringValue":"click"}}],"body":{"stringValue":"exception"}}`:   false,
		`{"severityNumber":17,"body":{"stringValue":"exception.type"}}`:                                              false,
		`{"attributes":{"key":"exception.type"},"eventName":["exception"],"body":{"kvlistValue":{"values":"none"}}}`: false,
	} {
		records, other, err := Split([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[`+record+`]}]}]}`), false)
		if got := len(records) == 1; err != nil || got != want || other != 1-len(records) {
			t.Errorf("%s: %d exceptions, %d others, %v", record, len(records), other, err)
		}
	}
}

func TestOnlyARecordWithATimeHasAName(t *testing.T) {
	t.Parallel()
	for record, want := range map[string]string{
		`{"eventName":"exception"}`: "",
		`{"eventName":"exception","timeUnixNano":"0","observedTimeUnixNano":null}`:                        "",
		`{"eventName":"exception","timeUnixNano":"soon","observedTimeUnixNano":{}}`:                       "",
		`{"eventName":"exception","timeUnixNano":"18446744073709551615"}`:                                 "",
		`{"eventName":"exception","observedTimeUnixNano":"1795280590435000000"}`:                          "2026-11-21T17:03:10.435Z",
		`{"eventName":"exception","timeUnixNano":1.795280590e18,"observedTimeUnixNano":"1"}`:              "2026-11-21T17:03:10Z",
		`{"eventName":"exception","timeUnixNano":"1795280590435000000","observedTimeUnixNano":"1234567"}`: "2026-11-21T17:03:10.435Z",
	} {
		records, _, err := Split([]byte(`{"resourceLogs":[{"scopeLogs":[{"logRecords":[`+record+`]}]}]}`), false)
		if err != nil || len(records) != 1 {
			t.Fatalf("%s: %d, %v", record, len(records), err)
		}
		got := ""
		if r := records[0]; !r.Timestamp.IsZero() {
			got = r.Timestamp.Format(time.RFC3339Nano)
		}
		if got != want || (records[0].Name != nil) != (want != "") {
			t.Errorf("%s: at %q, named %q", record, got, records[0].Name)
		}
	}
}

// request wraps records with a resource whose one attribute has n bytes.
func request(n int, records ...*logspb.LogRecord) *logspb.LogsData {
	resource := &resourcepb.Resource{Attributes: []*commonpb.KeyValue{attribute("a", strings.Repeat("x", n))}}
	return &logspb.LogsData{ResourceLogs: []*logspb.ResourceLogs{{Resource: resource, ScopeLogs: []*logspb.ScopeLogs{{LogRecords: records}}}}}
}

func attribute(key, value string) *commonpb.KeyValue {
	return &commonpb.KeyValue{Key: key, Value: &commonpb.AnyValue{Value: &commonpb.AnyValue_StringValue{StringValue: value}}}
}

func exceptions(n int) []*logspb.LogRecord {
	list := make([]*logspb.LogRecord, n)
	for i := range list {
		list[i] = &logspb.LogRecord{EventName: "exception"}
	}
	return list
}

// nested returns a value of n arrays in each other.
func nested(n int) *commonpb.AnyValue {
	v := &commonpb.AnyValue{Value: &commonpb.AnyValue_IntValue{IntValue: 7}}
	for range n {
		v = &commonpb.AnyValue{Value: &commonpb.AnyValue_ArrayValue{ArrayValue: &commonpb.ArrayValue{Values: []*commonpb.AnyValue{v}}}}
	}
	return v
}

func marshal(t testing.TB, m proto.Message) []byte {
	t.Helper()
	b, err := proto.Marshal(m)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestWhatSplitRefusesOfProtobuf(t *testing.T) {
	t.Parallel()
	deep := func(n int) *logspb.LogsData {
		return request(1, &logspb.LogRecord{EventName: "exception", Body: nested(n)})
	}
	for _, tc := range []struct {
		name string
		in   []byte
		want error
	}{
		{"nothing, which is an empty request", nil, nil},
		{"a field of the future", []byte{0xfa, 0x01, 0x01, 'x'}, nil},
		{"no protobuf", []byte(`{"resourceLogs":[]}`), event.ErrInvalid},
		{"half a field", marshal(t, request(9))[:8], event.ErrInvalid},
		{"a group", []byte{0x0b, 0x0c}, event.ErrInvalid},
		{"text that is no UTF-8", []byte{10, 10, 10, 8, 10, 6, 10, 1, 0xff, 18, 1, 0x0a}, event.ErrInvalid},
		{"as many as allowed", marshal(t, request(1, exceptions(MaxRecords)...)), nil},
		{"one more", marshal(t, request(1, exceptions(MaxRecords+1)...)), event.ErrTooLarge},
		{"a large resource beside an exception", marshal(t, request(maxShared, exceptions(1)...)), event.ErrTooLarge},
		{"a large resource beside none", marshal(t, request(maxShared, &logspb.LogRecord{})), nil},
		{"a resource that grows when it is written", marshal(t, &logspb.LogsData{ResourceLogs: []*logspb.ResourceLogs{{
			Resource:  &resourcepb.Resource{Attributes: []*commonpb.KeyValue{attribute("a", strings.Repeat("\x00", maxShared/2))}},
			ScopeLogs: []*logspb.ScopeLogs{{LogRecords: exceptions(1)}},
		}}}), event.ErrTooLarge},
		{"a resource that multiplies", marshal(t, request(maxShared/2, exceptions(999)...)), event.ErrTooLarge},
		{"a large record", marshal(t, request(1, &logspb.LogRecord{EventName: "exception", SeverityText: strings.Repeat("x", maxRecord)})), event.ErrTooLarge},
		{"8 MiB of empty messages", []byte(strings.Repeat("\x0a\x00", 4<<20)), event.ErrTooLarge},
		{"nested a little", marshal(t, deep(20)), nil},
		{"nested deeply", marshal(t, deep(100)), event.ErrInvalid},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			records, _, err := Split(tc.in, true)
			if !errors.Is(err, tc.want) || len(fmt.Sprint(err)) > 200 {
				t.Errorf("got %.300v, want %v", err, tc.want)
			}
			for _, r := range records {
				if err := jsonx.Check(r.Raw); err != nil {
					t.Errorf("%.200s: %v", r.Raw, err)
				}
			}
		})
	}
}

func TestWhatSplitRefusesOfJSON(t *testing.T) {
	t.Parallel()
	body := func(resource int, records string) string {
		return `{"resourceLogs":[{"resource":{"a":"` + strings.Repeat("x", resource) + `"},"scopeLogs":[{"logRecords":[` + records + `]}]}]}`
	}
	const one = `{"eventName":"exception"}`
	for _, tc := range []struct {
		name, in string
		want     error
	}{
		{"an empty object", `{}`, nil},
		{"lists that are none", `{"resourceLogs":[{"scopeLogs":{"logRecords":[]}},5,{"scopeLogs":[{"logRecords":7},null]}]}`, nil},
		{"nothing", ``, event.ErrInvalid},
		{"an array", `[]`, event.ErrInvalid},
		{"half an object", `{"resourceLogs":[`, event.ErrInvalid},
		{"as many as allowed", body(1, one+strings.Repeat(`,`+one, MaxRecords-1)), nil},
		{"one more", body(1, one+strings.Repeat(`,`+one, MaxRecords)), event.ErrTooLarge},
		{"a large resource beside an exception", body(maxShared, one), event.ErrTooLarge},
		{"a large resource beside none", body(maxShared, `{}`), nil},
		{"a resource that multiplies", body(maxShared/2, one+strings.Repeat(`,`+one, 998)), event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := Split([]byte(tc.in), false)
			if !errors.Is(err, tc.want) || len(fmt.Sprint(err)) > 200 {
				t.Errorf("got %.300v, want %v", err, tc.want)
			}
		})
	}
}

func TestEveryValueOfProtobufIsWritten(t *testing.T) {
	t.Parallel()
	values := map[string]*commonpb.AnyValue{
		`{"stringValue":"a\"b"}`:                       {Value: &commonpb.AnyValue_StringValue{StringValue: `a"b`}},
		`{"boolValue":false}`:                          {Value: &commonpb.AnyValue_BoolValue{}},
		`{"intValue":"-7"}`:                            {Value: &commonpb.AnyValue_IntValue{IntValue: -7}},
		`{"doubleValue":1.5e+300}`:                     {Value: &commonpb.AnyValue_DoubleValue{DoubleValue: 1.5e300}},
		`{"doubleValue":"NaN"}`:                        {Value: &commonpb.AnyValue_DoubleValue{DoubleValue: math.NaN()}},
		`{"doubleValue":"-Infinity"}`:                  {Value: &commonpb.AnyValue_DoubleValue{DoubleValue: math.Inf(-1)}},
		`{"doubleValue":"Infinity"}`:                   {Value: &commonpb.AnyValue_DoubleValue{DoubleValue: math.Inf(1)}},
		`{"bytesValue":"AP8="}`:                        {Value: &commonpb.AnyValue_BytesValue{BytesValue: []byte{0, 255}}},
		`{"arrayValue":{"values":[{"intValue":"7"}]}}`: nested(1),
		`{"arrayValue":{"values":[]}}`:                 {Value: &commonpb.AnyValue_ArrayValue{}},
		`{"kvlistValue":{"values":[{"key":"k","value":{"stringValue":"v"}}]}}`: {Value: &commonpb.AnyValue_KvlistValue{KvlistValue: &commonpb.KeyValueList{Values: []*commonpb.KeyValue{attribute("k", "v")}}}},
		`{}`: nil,
	}
	for want, v := range values {
		if got := string(appendValue(nil, v, 0)); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// FuzzOTLP holds Split and Normalise to their promises for any body, as JSON and as protobuf.
func FuzzOTLP(f *testing.F) {
	f.Add(body(f, "json"))
	f.Add(body(f, "pb"))
	f.Add([]byte(`{"resourceLogs":[{"resource":{"attributes":[{"key":"browser.brands","value":{"arrayValue":{"values":[{"stringValue":"Chromium 156"},5]}}}]},"scopeLogs":[{"scope":{"name":"s"},"logRecords":[{"attributes":[{"key":"exception.escaped","value":{"boolValue":true}},{"key":"a","value":{"intValue":"x","doubleValue":"NaN"}},{"key":"b","value":{"kvlistValue":{"values":[{"key":"\u0000","value":{"stringValue":"\ud800"}}]}}}],"body":{"kvlistValue":{"values":[{"key":"exception.stacktrace","value":{"stringValue":"Error: x\n at f (a.js:1:2)"}}]}},"severityText":"WARN2","traceId":"0af7"}]}]}]}`))
	f.Add(marshal(f, request(1, &logspb.LogRecord{EventName: "exception", Body: nested(15), Attributes: []*commonpb.KeyValue{{Key: "a", Value: nested(14)}}})))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, protobuf := range []bool{false, true} {
			records, _, err := Split(b, protobuf)
			if err != nil && !errors.Is(err, event.ErrInvalid) && !errors.Is(err, event.ErrTooLarge) {
				t.Fatalf("error is %v", err)
			}
			total := 0
			for _, r := range records {
				total += len(r.Raw)
				if err := jsonx.Check(r.Raw); err != nil || (r.Name == nil) != r.Timestamp.IsZero() {
					t.Fatalf("%q named %q at %v: %v", r.Raw, r.Name, r.Timestamp, err)
				}
				e, err := Normalise(&pack.Record{Raw: r.Raw, Received: time.Unix(1e9, 0), IP: "192.0.2.7"})
				if err != nil {
					t.Fatal(err)
				}
				eventtest.Check(t, e)
			}
			if total > maxTotal || len(records) > MaxRecords {
				t.Fatalf("%d records of %d bytes", len(records), total)
			}
		}
		if jsonx.Check(b) != nil {
			return
		}
		e, err := Normalise(&pack.Record{Raw: b, Received: time.Unix(1e9, 0)})
		if err == nil {
			eventtest.Check(t, e)
		}
	})
}
