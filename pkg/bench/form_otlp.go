package main

import (
	"fmt"
	"math/rand/v2"
	"strings"

	common "go.opentelemetry.io/proto/otlp/common/v1"
	logs "go.opentelemetry.io/proto/otlp/logs/v1"
	resource "go.opentelemetry.io/proto/otlp/resource/v1"
	"google.golang.org/protobuf/proto"
)

// writeOTLPProtobufRequest writes what writeOTLPRequest does, in protobuf. LogsData has the bytes of a
// request to export them.
func writeOTLPProtobufRequest(w *writer, r *request, addr string, _ *rand.Rand) {
	a := &r.about
	text := func(key, value string) *common.KeyValue {
		return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: value}}}
	}
	encoded, err := proto.Marshal(&logs.LogsData{ResourceLogs: []*logs.ResourceLogs{{
		Resource: &resource.Resource{Attributes: []*common.KeyValue{
			text("service.name", "shop"), text("service.version", a.release), text("deployment.environment.name", a.environment),
		}},
		ScopeLogs: []*logs.ScopeLogs{{Scope: &common.InstrumentationScope{Name: "errors"}, LogRecords: []*logs.LogRecord{{
			TimeUnixNano: 1_795_281_397_757_000_000, SeverityNumber: logs.SeverityNumber_SEVERITY_NUMBER_ERROR, EventName: "exception",
			Attributes: []*common.KeyValue{
				text("exception.type", a.kind), text("exception.message", a.message),
				text("exception.stacktrace", strings.ReplaceAll(stackText(a), `\n`, "\n")), text("url.full", a.url), text("session.id", zeroID),
			},
		}}}},
	}}})
	if err != nil {
		panic(err) // of messages made above
	}
	body := &writer{encoded}
	r.id[0] = strings.Index(string(encoded), zeroID)
	w.post(r, addr, fmt.Sprintf("/api/%d/otlp/v1/logs?key=%s", a.project, projectKey(a.project)), "application/x-protobuf", "", body)
}
