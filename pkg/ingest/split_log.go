package ingest

import (
	"bytes"
	"errors"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/native"
)

// splitLog takes {content, meta}, mittens' form of an event.
func splitLog(r *request, text []byte) (b batch, err error) {
	if len(text) > maxEvent {
		return b, refused(event.ErrTooLarge, "event over 1 MiB")
	}
	text = bytes.TrimSpace(text)
	if err := jsonx.Check(text); err != nil {
		detail := "not JSON"
		var syntax *jsonx.SyntaxError
		if errors.As(err, &syntax) {
			detail = "not JSON: " + syntax.Error()
		}
		return b, refused(event.ErrInvalid, detail)
	}
	content, meta, wrong := native.CheckLog(text)
	if len(wrong) > 0 {
		return b, &refusedError{kind: event.ErrInvalid, detail: "a field is not as it must be", fields: wrong}
	}
	one := r.newSent("", r.received, text)
	b.records = []sent{one}
	b.reply = appendID(append(make([]byte, 0, len(text)+64), `{"id":"`...), one.id)
	b.reply = jsonx.AppendString(append(b.reply, `","content":`...), content)
	b.reply = append(b.reply, `,"meta":`...)
	if len(meta) == 0 {
		meta = []byte("null")
	}
	b.reply = append(append(b.reply, jsonx.Clean(meta)...), '}')
	return b, nil
}
