package otlp

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// told is what attributes of the semantic conventions tell, of resource and record alike: where both tell,
// the record, which is read after it, is nearer.
type told struct {
	typ, message, stack    string
	handled                *bool
	service, namespace     string
	version, environment   string
	host, url, agent       string
	id, anonymous          string
	email, login, fullName string
	sdkName, sdkVersion    string
	language               string // of the SDK: "webjs"
	browser, platform      string
}

// read reads an attribute and reports whether it is one that an event has a field for. Names in one case
// are the convention's name of today and those of its past.
func (t *told) read(name string, value []byte) bool {
	switch name {
	case "exception.type":
		t.typ = text(value)
	case "exception.message":
		t.message = text(value)
	case "exception.stacktrace":
		t.stack = text(value)
	case "exception.escaped": // out of the span it happened in
		if b := truth(value); b != nil {
			handled := !*b
			t.handled = &handled
		}
	case "exception.handled", "error.handled":
		if b := truth(value); b != nil {
			t.handled = b
		}
	case "event.name":
		return text(value) == exceptionEvent
	case "url.full":
		t.url = text(value)
	case "user_agent.original", "browser.user_agent", "http.user_agent":
		t.agent = text(value)
	default:
		return t.readUser(name, value) || t.readResource(name, value)
	}
	return true
}

func (t *told) readUser(name string, value []byte) bool {
	switch name {
	case "user.id", "enduser.id":
		t.id = text(value)
	case "user.hash", "enduser.pseudo.id":
		t.anonymous = text(value)
	case "user.email":
		t.email = text(value)
	case "user.name":
		t.login = text(value)
	case "user.full_name":
		t.fullName = text(value)
	default:
		return false
	}
	return true
}

func (t *told) readResource(name string, value []byte) bool {
	switch name {
	case "service.name":
		t.service = text(value)
	case "service.namespace":
		t.namespace = text(value)
	case "service.version":
		t.version = text(value)
	case "deployment.environment.name", "deployment.environment":
		t.environment = text(value)
	case "host.name":
		t.host = text(value)
	case "telemetry.sdk.name":
		t.sdkName = text(value)
	case "telemetry.sdk.version":
		t.sdkVersion = text(value)
	case "telemetry.sdk.language":
		t.language = text(value)
	case "browser.brands":
		t.browser = brand(value)
	case "browser.platform":
		t.platform = text(value)
	default:
		return false
	}
	return true
}

// under restores what an exception's attributes told before a body was read over them.
func (t *told) under(before *told) {
	if before.typ != "" {
		t.typ = before.typ
	}
	if before.message != "" {
		t.message = before.message
	}
	if before.stack != "" {
		t.stack = before.stack
	}
	if before.handled != nil {
		t.handled = before.handled
	}
}

// brand chooses from ["Not:A-Brand 8","Chromium 156","Google Chrome 156"] what the browser calls itself: not
// the brand that is none (the specification of Sec-CH-UA has browsers add one), nor the engine if there is
// another.
func brand(value []byte) (name string) {
	r := jsonx.NewReader(appendPlain(nil, jsonx.NewReader(value)))
	for range r.Elements() {
		s := event.Cut(r.Str(), event.MaxText)
		if strings.Contains(s, "Not") && strings.Contains(s, "Brand") || s == "" {
			continue
		}
		if name == "" || strings.HasPrefix(name, "Chromium ") {
			name = s
		}
	}
	return brandNames.Replace(name)
}

// brandNames make of brands the names that package useragent has.
var brandNames = strings.NewReplacer("Google Chrome", "Chrome", "Chromium", "Chrome", "Microsoft Edge", "Edge")

func (t *told) visitor() *event.User {
	u := &event.User{ID: t.id, Email: t.email, Username: t.login, Name: t.fullName}
	if u.ID == "" {
		u.ID = t.anonymous
	}
	if u.Key() == "" && u.Name == "" {
		return nil
	}
	return u
}

func (t *told) sdk() *event.SDK {
	if t.sdkName == "" && t.sdkVersion == "" {
		return nil
	}
	return &event.SDK{Name: event.Cut(t.sdkName, event.MaxText), Version: event.Cut(t.sdkVersion, event.MaxText)}
}

// runtime names the platform as Sentry's SDKs do. A record that doesn't tell is a page's.
func (t *told) runtime() string {
	switch t.language {
	case "", "webjs":
		return "javascript"
	case "nodejs":
		return "node"
	}
	return t.language
}
