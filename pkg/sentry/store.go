package sentry

import (
	"bytes"
	"compress/zlib"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/url"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// DecodeStore returns the JSON text in the body of a store request. Old clients send it as it is, as
// base64, or as base64 of zlib data, without any header that tells; and some as the form field
// sentry_data. limit bounds the text in bytes. The text is not checked, it only starts like an object. The
// error is a *FrameError.
func DecodeStore(body []byte, limit int) ([]byte, error) {
	text := bytes.TrimSpace(body)
	if field, is := bytes.CutPrefix(text, []byte("sentry_data=")); is {
		field, _, _ = bytes.Cut(field, []byte{'&'})
		value, err := url.PathUnescape(string(field)) // a bare plus is a digit of base64 here
		if err != nil {
			return nil, invalid(0, "form field sentry_data is not url-encoded")
		}
		text = bytes.TrimSpace([]byte(value))
	}
	if len(text) == 0 {
		return nil, invalid(0, "empty body")
	}
	if text[0] != '{' {
		decoded, err := decodeBase64(text)
		if err != nil {
			return nil, invalid(0, "body is neither a JSON object nor base64")
		}
		if text = bytes.TrimSpace(decoded); len(text) > 0 && text[0] != '{' {
			if text, err = inflate(decoded, limit); err != nil {
				return nil, err
			}
		}
	}
	if len(text) > limit {
		return nil, tooLarge(limit, "body over the limit")
	}
	if len(text) == 0 || text[0] != '{' {
		return nil, invalid(0, "body holds no JSON object")
	}
	return text, nil
}

// decodeBase64 takes both alphabets, with and without padding, on one line or many.
func decodeBase64(text []byte) ([]byte, error) {
	digits := make([]byte, 0, len(text))
	for _, c := range text {
		switch c {
		case ' ', '\t', '\r', '\n', '=':
			continue
		case '-':
			c = '+'
		case '_':
			c = '/'
		}
		digits = append(digits, c)
	}
	n, err := base64.RawStdEncoding.Decode(digits, digits)
	return digits[:n], err
}

func inflate(data []byte, limit int) ([]byte, error) {
	z, err := zlib.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, invalid(0, "base64 holds neither a JSON object nor zlib data")
	}
	text, err := io.ReadAll(io.LimitReader(z, int64(limit)+1))
	if len(text) > limit {
		return nil, tooLarge(limit, "inflated body over the limit")
	}
	if err != nil {
		return nil, invalid(len(text), "corrupt zlib data")
	}
	return bytes.TrimSpace(text), nil
}

// CheckEvent returns the event's text, fit for a jsonx.Reader, when it is one JSON object. Where an old
// client wrote NaN or Infinity it is a copy that has null instead. The error is a *FrameError.
func CheckEvent(payload []byte) (checked []byte, err error) {
	checked = payload
	if err = jsonx.Check(payload); err != nil {
		if checked = jsonx.Lenient(payload); jsonx.Check(checked) != nil {
			var syntax *jsonx.SyntaxError
			if errors.As(err, &syntax) {
				return nil, invalid(syntax.Offset, "event: "+syntax.Reason)
			}
			return nil, fmt.Errorf("%w: %w", event.ErrInvalid, err)
		}
	}
	if jsonx.NewReader(checked).Kind() != jsonx.Object {
		return nil, invalid(0, "event is not a JSON object")
	}
	return checked, nil
}

// A Head is what the edge needs to know of an event before it is packed.
type Head struct {
	ID        string    // as sent, "" when missing
	Timestamp time.Time // by the client's clock; zero when missing
	Type      string    // "" for errors; "transaction", "feedback" and the like
}

// ReadHead reads the head of an event from a text that CheckEvent returned.
func ReadHead(checked []byte) (h Head) {
	r := jsonx.NewReader(checked)
	for key := range r.Fields() {
		switch string(key) {
		case "event_id":
			h.ID = scalar(r)
		case "timestamp":
			h.Timestamp = event.ReadTime(r)
		case "type":
			h.Type = r.Str()
		}
	}
	return h
}
