package ingest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"net/url"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/native"
)

// dialogScript is an expression: a function that shows the dialog.
//
//go:embed dialog.js
var dialogScript []byte

var scriptType = []string{"text/javascript; charset=utf-8"}

// maxDialogText bounds each text that the page gives the dialog, in bytes.
const maxDialogText = 1000

// dialogTexts are the options of Sentry's report dialog that are shown.
var dialogTexts = []string{
	"title", "subtitle", "subtitle2", "labelName", "labelEmail", "labelComments", "labelSubmit", "labelClose",
	"errorGeneric", "errorFormEntry", "successMessage", "lang", "name", "email",
}

// splitDialog answers the script that SDKs load to ask a visitor what happened.
func splitDialog(_ *request, text []byte) (b batch, err error) {
	given, _ := url.ParseQuery(string(text)) // what can be read of it
	options := map[string]string{}
	for _, name := range dialogTexts {
		if value := given.Get(name); value != "" && len(value) <= maxDialogText && utf8.ValidString(value) {
			options[name] = value
		}
	}
	data, err := json.Marshal(options) // escapes <, >, & and line separators, so that no context is left
	if err != nil {
		return b, err
	}
	b.reply = append(append(append(append([]byte(nil), dialogScript...), '('), data...), ")\n"...)
	b.replyType = scriptType
	return b, nil
}

// splitComments takes what a visitor wrote into the dialog, or into a form of the site's own: name, email and
// comments as a form of either type or as JSON.
func splitComments(r *request, text []byte) (b batch, err error) {
	if len(text) > maxSidecar {
		return b, refused(event.ErrTooLarge, "comments over 256 KiB")
	}
	if !native.StartsJSON(text) {
		fields, err := r.commentFields(text)
		if err != nil {
			return b, err
		}
		if text, err = native.FormJSON(fields, maxSidecar); err != nil {
			return b, err
		}
	}
	if !isObject(text) {
		return b, refused(event.ErrInvalid, "neither a form nor a JSON object")
	}
	var name, email, comments string
	j := jsonx.NewReader(text)
	for key := range j.Fields() {
		switch string(key) {
		case "name":
			name = j.Str()
		case "email":
			email = j.Str()
		case "comments", "message":
			comments = j.Str()
		}
	}
	if comments == "" {
		return b, refused(event.ErrInvalid, "comments are missing")
	}
	given, _ := url.ParseQuery(r.http.URL.RawQuery) // what can be read of it
	eventID := short(given.Get("eventId"))
	raw := jsonx.AppendString([]byte(`{"event_id":`), eventID)
	raw = jsonx.AppendString(append(raw, `,"name":`...), name)
	raw = jsonx.AppendString(append(raw, `,"email":`...), email)
	raw = jsonx.AppendString(append(raw, `,"comments":`...), comments)
	b.records = []sent{r.userReport(eventID, append(raw, '}'))}
	b.reply = []byte("{}")
	return b, nil
}

func (r *request) commentFields(text []byte) (fields []native.Field, err error) {
	if bytes.HasPrefix(text, []byte("--")) {
		fields, _, err = native.ParseMultipart(text, r.http.Header.Get("Content-Type"))
		return fields, err
	}
	return native.ParseForm(string(text))
}
