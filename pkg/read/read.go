// Package read turns the parts that all our protocols share (frames, tags, users, requests…) from a
// stranger's JSON into the event's nouns, in whatever form and type they came. It promises never to fail:
// what cannot be read is missing, and what is too much is left out while reading, so that memory stays in
// proportion to the text. Raw parts share memory with it.
package read

import (
	"encoding/json"
	"net/netip"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// JSON returns the next value as cleaned JSON, nil for null.
func JSON(r *jsonx.Reader) json.RawMessage {
	if k := r.Kind(); k == jsonx.Null || k == jsonx.None {
		r.Skip()
		return nil
	}
	return jsonx.Clean(r.Raw())
}

// Level reads a level by name, or by Python's number (10 debug … 50 critical); 0 when there is none.
// A name nobody knows reads as error, so that a made-up level does not hide an event.
func Level(r *jsonx.Reader) event.Level {
	switch r.Kind() {
	case jsonx.Number:
		switch n := event.Level(r.Int() / 10 * 10); n { // an overflow only gives an unknown level
		case event.Debug, event.Info, event.Warning, event.Error, event.Fatal:
			return n
		}
		return 0
	case jsonx.String:
		s := r.Str()
		if s == "" {
			return 0
		}
		level, _ := event.ParseLevel(s)
		return level
	default:
		r.Skip()
		return 0
	}
}

// Fingerprint reads the client's wish for grouping: a list of scalars of any type, or one alone. Elements
// that are null, and those past the limit, are left out.
func Fingerprint(r *jsonx.Reader) (parts []string) {
	if r.Kind() != jsonx.Array {
		if s := r.Text(); s != "" {
			return []string{s}
		}
		return nil
	}
	for range r.Elements() {
		if r.Kind() != jsonx.Null && len(parts) < event.MaxTags {
			parts = append(parts, event.Cut(r.Text(), event.MaxText))
		}
	}
	return parts
}

// SDK reads {name, version, integrations, settings} or "name/version". inferIP is settings.infer_ip as
// it stands: "auto", "never", or "" from clients that do not know the setting.
func SDK(r *jsonx.Reader) (sdk *event.SDK, inferIP string) {
	if r.Kind() == jsonx.String {
		return ParseSDK(r.Str()), ""
	}
	sdk = &event.SDK{}
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			sdk.Name = event.Cut(r.Text(), event.MaxText)
		case "version":
			sdk.Version = event.Cut(r.Text(), event.MaxText)
		case "integrations":
			sdk.Integrations = Lines(r)
		case "settings":
			for key := range r.Fields() {
				if string(key) == "infer_ip" {
					inferIP = r.Text()
				}
			}
		}
	}
	if sdk.Name == "" && sdk.Version == "" {
		return nil, inferIP
	}
	return sdk, inferIP
}

// ParseSDK reads "name/version", nil for "". The name may hold slashes.
func ParseSDK(s string) *event.SDK {
	if s == "" {
		return nil
	}
	s = event.Cut(s, event.MaxText)
	for i := len(s) - 1; i > 0; i-- {
		if s[i] == '/' {
			return &event.SDK{Name: s[:i], Version: s[i+1:]}
		}
	}
	return &event.SDK{Name: s}
}

// maxLines bounds lists of short texts that only people read: integrations, source lines around a frame.
const maxLines = 100

// Lines reads a list of texts.
func Lines(r *jsonx.Reader) (lines []string) {
	for range r.Elements() {
		if lines == nil {
			lines = make([]string, 0, 8)
		}
		if len(lines) < maxLines {
			lines = append(lines, event.Cut(r.Text(), event.MaxContextLine))
		}
	}
	return lines
}

// AutoIP is what clients write for "the address you see".
const AutoIP = "{{auto}}"

// User reads a user: an object, or a scalar that is the id. The address is a valid one, AutoIP, or "".
func User(r *jsonx.Reader) *event.User {
	if k := r.Kind(); k == jsonx.String || k == jsonx.Number {
		if id := r.Text(); id != "" {
			return &event.User{ID: id}
		}
		return nil
	}
	u := &event.User{}
	for key := range r.Fields() {
		switch string(key) {
		case "id":
			u.ID = r.Text()
		case "email":
			u.Email = r.Text()
		case "username":
			u.Username = r.Text()
		case "name":
			u.Name = r.Text()
		case "ip_address":
			u.IPAddress = address(r.Text())
		case "geo":
			u.Geo = JSON(r)
		case "data":
			u.Data = JSON(r)
		}
	}
	if u.Key() == "" && u.Name == "" && u.Geo == nil && u.Data == nil {
		return nil
	}
	return u
}

func address(s string) string {
	if s == AutoIP {
		return s
	}
	if _, err := netip.ParseAddr(s); err != nil {
		return ""
	}
	return s
}
