package faro

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/read"
)

// readMeta reads what is true of all errors of a body. All but the SDK and the user is also kept as it is, in
// the context "faro": lists need little of it, people who look at one error may want the rest.
func (p *payload) readMeta(r *jsonx.Reader) {
	p.meta = make([]byte, 0, 1<<10) // most metas in one allocation
	for key := range r.Fields() {
		switch string(key) {
		case "sdk":
			p.SDK = readSDK(r)
		case "user":
			p.User = readUser(r)
		default:
			name := string(key)
			if r.Kind() != jsonx.Object {
				continue
			}
			raw := read.JSON(r)
			p.meta = member(p.meta, name, raw)
			p.part(name, jsonx.NewReader(raw))
		}
	}
}

// part reads one object of meta.
func (p *payload) part(name string, r *jsonx.Reader) {
	switch name {
	case "app":
		p.readApp(r)
	case "page":
		for key := range r.Fields() {
			switch string(key) {
			case "id": // the route, where the site tells it: "/orders/:id"
				p.route = told(r)
			case "url":
				p.URL = told(r)
			}
		}
	case "view":
		for key := range r.Fields() {
			if string(key) == "name" {
				p.view = told(r)
			}
		}
	case "browser":
		p.readBrowser(r)
	case "os":
		var name, version string
		for key := range r.Fields() {
			switch string(key) {
			case "name":
				name = told(r)
			case "version":
				version = told(r)
			}
		}
		p.OS = strings.TrimSpace(name + " " + version)
	case "device":
		for key := range r.Fields() {
			if string(key) == "model_name" {
				p.Device = told(r)
			}
		}
	}
}

func (p *payload) readApp(r *jsonx.Reader) {
	var release, version string
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			p.tag("app_name", told(r))
		case "namespace":
			p.tag("app_namespace", told(r))
		case "release":
			release = told(r)
		case "version":
			version = told(r)
		case "environment":
			p.Environment = told(r)
		}
	}
	p.Release = version
	if release != "" { // what was built, where version is what it is called
		p.Release = release
		p.tag("app_version", version)
	}
}

// readBrowser reads Faro's own reading of the user agent, for agents that we cannot read.
func (p *payload) readBrowser(r *jsonx.Reader) {
	var name, version string
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			name = told(r)
		case "version":
			version = told(r)
		case "os":
			p.browserOS = strings.TrimSpace(strings.ReplaceAll(event.Cut(told(r), event.MaxText), unknown, ""))
		case "userAgent":
			p.agent = told(r)
		}
	}
	if name != "" {
		major, _, _ := strings.Cut(version, ".")
		p.Browser = strings.TrimSpace(name + " " + major)
	}
}

// unknown is what the SDK writes for what it doesn't know.
const unknown = "unknown"

// told reads a scalar; what the SDK doesn't know, and what is no scalar, is "".
func told(r *jsonx.Reader) string {
	if k := r.Kind(); k == jsonx.Object || k == jsonx.Array {
		r.Skip()
		return ""
	}
	if s := r.Text(); s != unknown {
		return s
	}
	return ""
}

func readSDK(r *jsonx.Reader) *event.SDK {
	sdk := &event.SDK{}
	for key := range r.Fields() {
		switch string(key) {
		case "name":
			sdk.Name = event.Cut(told(r), event.MaxText)
		case "version":
			sdk.Version = event.Cut(told(r), event.MaxText)
		case "integrations":
			for i := range r.Elements() {
				if i >= event.MaxTags {
					continue
				}
				for key := range r.Fields() {
					if string(key) == "name" {
						sdk.Integrations = append(sdk.Integrations, event.Cut(told(r), event.MaxText))
					}
				}
			}
		}
	}
	if sdk.Name == "" && sdk.Version == "" {
		return nil
	}
	return sdk
}

func readUser(r *jsonx.Reader) *event.User {
	u := &event.User{}
	var hash string
	for key := range r.Fields() {
		switch string(key) {
		case "id":
			u.ID = told(r)
		case "email":
			u.Email = told(r)
		case "username":
			u.Username = told(r)
		case "fullName":
			u.Name = told(r)
		case "hash":
			hash = told(r)
		case "attributes":
			if r.Kind() == jsonx.Object {
				u.Data = read.JSON(r)
			}
		}
	}
	if u.ID == "" {
		u.ID = hash // what a site sends of visitors it doesn't name
	}
	if u.Key() == "" && u.Name == "" && u.Data == nil {
		return nil
	}
	return u
}
