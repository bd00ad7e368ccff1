package ingest

import (
	"fmt"
	"mime"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/otlp"
)

// protobufType is the Content-Type of OTLP's binary form (OTLP 1.x, "Binary Protobuf Encoding").
const protobufType = "application/x-protobuf"

// splitOTLP takes the log records of an OTLP/HTTP request that carry an exception; the others are counted. The
// answer is an empty ExportLogsServiceResponse in the form of the request, as OTLP wants it.
func splitOTLP(r *request, text []byte) (b batch, err error) {
	protobuf := isProtobuf(r.http.Header.Get("Content-Type"), text)
	records, other, err := otlp.Split(text, protobuf)
	if err != nil {
		return b, err
	}
	repeated := ordinals{}
	b.records = make([]sent, len(records))
	for i := range records {
		one := &records[i]
		switch {
		case len(one.Raw) > maxEvent:
			return b, refused(event.ErrTooLarge, fmt.Sprintf("log record %d over 1 MiB", i+1))
		case one.Name == nil:
			b.records[i] = r.newSent("", one.Timestamp, one.Raw)
		default: // exporters send a batch again as it was
			b.records[i] = r.named(repeated.next("otlp/"+digest(one.Name)), one.Timestamp, one.Raw)
		}
	}
	r.edge.countItem(itemOTLPLog, other)
	b.reply = []byte("{}")
	if protobuf {
		b.reply, b.replyType = nil, []string{protobufType}
	}
	return b, nil
}

// isProtobuf tells OTLP's two forms apart. No message begins with {, which would open a group; a first byte
// that is white space may be its first tag, so that only then the whole text decides.
func isProtobuf(contentType string, text []byte) bool {
	kind, _, _ := mime.ParseMediaType(contentType) // what can't be read says nothing
	switch {
	case kind == "application/json", len(text) > 0 && text[0] == '{':
		return false
	case kind == protobufType, kind == "application/protobuf", len(text) == 0:
		return true
	}
	return jsonx.Check(text) != nil
}
