package ingest

import (
	"bytes"
	"fmt"
	"mime"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/native"
)

// maxForm bounds an urlencoded body, in bytes: each of the event's may be sent as three.
const maxForm = 3 * maxEvent

// splitNative takes one JSON object, an array of them or one a line, or a form, whatever the Content-Type
// calls it: sendBeacon and fetch choose one by the type of what they are given.
func splitNative(r *request, text []byte) (b batch, err error) {
	text = bytes.TrimPrefix(text, []byte("\ufeff"))
	if native.StartsJSON(text) {
		return r.nativeEvents(text)
	}
	contentType := r.http.Header.Get("Content-Type")
	kind, _, _ := mime.ParseMediaType(contentType) // what it can't read is no form
	switch {
	case bytes.HasPrefix(text, []byte("--")):
		return r.multipart(text, contentType)
	case kind == "application/x-www-form-urlencoded" && len(text) > maxForm:
		return b, refused(event.ErrTooLarge, "form over 3 MiB")
	case kind == "application/x-www-form-urlencoded":
		fields, err := native.ParseForm(string(text))
		if err != nil {
			return b, err
		}
		return r.form(fields)
	}
	return r.nativeEvents(text) // says where it stops being JSON
}

// nativeEvents takes the events of a JSON text.
func (r *request) nativeEvents(text []byte) (b batch, err error) {
	raws, err := native.Split(text)
	if err != nil {
		return b, err
	}
	b.records = make([]sent, len(raws))
	for i, raw := range raws {
		if len(raw) > maxEvent {
			return b, refused(event.ErrTooLarge, fmt.Sprintf("event %d over 1 MiB", i+1))
		}
		head := native.ReadHead(raw)
		b.records[i] = r.newSent(head.ID, head.Timestamp, raw)
	}
	b.reply = replyIDs(b.records)
	return b, nil
}

// form takes the event, or the events, that a form's fields say.
func (r *request) form(fields []native.Field) (b batch, err error) {
	text, err := native.FormJSON(fields, maxEvent)
	if err != nil {
		return b, err
	}
	return r.nativeEvents(text)
}

// multipart takes the event of a form with files, which are its attachments.
func (r *request) multipart(text []byte, contentType string) (b batch, err error) {
	if err := r.body.hold(int64(len(text))); err != nil { // parts are copies
		return b, err
	}
	fields, files, err := native.ParseMultipart(text, contentType)
	if err != nil {
		return b, err
	}
	if b, err = r.form(fields); err != nil {
		return b, err
	}
	owner, room := b.records[0], maxAttachments
	for i := range files {
		b.files += len(files[i].Data)
		switch f := &files[i]; {
		case i >= maxSidecars:
			r.drop("attachment", dropTooMany)
		case len(f.Data) > room:
			r.drop("attachment", dropTooLarge)
		default:
			room -= len(f.Data)
			b.records = append(b.records, r.attachment(owner, f.Name, f.Type, f.Data))
		}
	}
	return b, nil
}

// unsaid are the query's names that are for us and no part of an event.
var unsaid = map[string]bool{
	"sentry_key": true, "key": true, "sentry_version": true, "sentry_client": true, "sentry_timestamp": true, "sentry_secret": true,
	"sentry_release": true, "sentry_environment": true,
}

// splitPixel takes the event in the query of an image.
func splitPixel(r *request, text []byte) (b batch, err error) {
	fields, err := native.ParseForm(string(text))
	if err != nil {
		return b, err
	}
	said := fields[:0]
	for _, f := range fields {
		if !unsaid[f.Name] {
			said = append(said, f)
		}
	}
	return r.form(said)
}

// An image for who asked for one: transparent, 1 by 1 (GIF89a).
var (
	pixelGIF    = []byte("GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;")
	gifType     = []string{"image/gif"}
	noStore     = []string{"no-store"}
	crossOrigin = []string{"cross-origin"}
)

// replyIDs is {"id"} for one event and {"ids"} for more.
func replyIDs(events []sent) []byte {
	if len(events) == 1 {
		return replyID(events[0].id)
	}
	reply := append(make([]byte, 0, 16+36*len(events)), `{"ids":`...)
	separator := byte('[')
	for i := range events {
		reply = append(reply, separator, '"')
		reply = appendID(reply, events[i].id)
		reply, separator = append(reply, '"'), ','
	}
	return append(reply, "]}"...)
}
