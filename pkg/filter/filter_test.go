package filter

import (
	"slices"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

const (
	chrome  = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
	safari  = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.5 Safari/605.1.15"
	app     = "https://shop.example/assets/app.js"
	someURL = "https://shop.example/cart"
)

// thrown is an error of a page: files are those of its frames, outermost first.
func thrown(kind, value string, files ...string) *event.Event {
	e := &event.Event{Protocol: event.Sentry, Platform: "javascript", Type: kind, Message: value, URL: someURL}
	x := event.Exception{Type: kind, Value: value}
	for _, f := range files {
		x.Frames = append(x.Frames, event.Frame{Function: "f", Filename: f, Line: 1})
	}
	e.Exceptions = []event.Exception{x}
	return e
}

func with(e *event.Event, change func(*event.Event)) *event.Event {
	change(e)
	return e
}

func violation(blocked, source string) *event.Event {
	e := &event.Event{Protocol: event.Report, Platform: "javascript", Message: "Blocked " + blocked, URL: someURL}
	e.Tags = event.NewTags([]event.Tag{{Key: "blocked", Value: blocked}, {Key: "directive", Value: "script-src-elem"}})
	e.Exceptions = []event.Exception{{Type: "csp-violation", Value: e.Message, Frames: []event.Frame{{Filename: source}}}}
	return e
}

func check(t *testing.T, name string, e *event.Event, rec *pack.Record, settings *project.Filters, want string) {
	t.Helper()
	t.Run(name, func(t *testing.T) {
		t.Parallel()
		if got := Reason(e, rec, settings); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	})
}

func TestErrorsOfExtensionsAreNoise(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		e    *event.Event
		want string
	}{
		{"thrown in Chrome's", thrown("TypeError", "x is null", app, "chrome-extension://abcdef/inject.js"), "extension"},
		{"thrown in Firefox's", thrown("TypeError", "x is null", "moz-extension://0a-1b/c.js"), "extension"},
		{"thrown in Safari's", thrown("TypeError", "x is null", "safari-web-extension://0A/c.js"), "extension"},
		{"thrown in a built-in that one called", thrown("SyntaxError", "bad", "chrome-extension://abcdef/a.js", "<anonymous>"), "extension"},
		{"thrown in the browser itself", thrown("Error", "x", "resource://gre/modules/x.js"), "extension"},
		{"all of the stack masked by Safari", thrown("TypeError", "x", "webkit-masked-url://hidden/", "webkit-masked-url://hidden/", "[native code]"), "extension"},
		{"a lost extension", thrown("Error", "Extension context invalidated."), "extension"},
		{"a lost extension, as an unhandled rejection tells it", thrown("Error", "Uncaught (in promise) Error: Extension context invalidated."), "extension"},
		{"a message to nobody", thrown("Error", "Could not establish connection. Receiving end does not exist."), "extension"},
		{"a message to a closed tab", thrown("Error", "Invalid call to runtime.sendMessage(). Tab not found."), "extension"},
		{"an element of Firefox that is gone", thrown("TypeError", "can't access dead object"), "extension"},
		{"an extension that was not set up", thrown("Error", "Talisman extension has not been configured yet. Please continue with onboarding."), "extension"},
		{"wrapped by the application", with(thrown("Error", "Extension context invalidated."), func(e *event.Event) {
			e.Exceptions = append(e.Exceptions, event.Exception{Type: "Error", Value: "can't save"})
		}), "extension"},
		{"a policy that stopped one", violation("chrome-extension", ""), "extension"},
		{"a policy that stopped a file of one", violation("moz-extension://0a-1b/x.css", ""), "extension"},
		{"a policy that one broke", violation("https://cdn.example", "safari-extension://0a/x.js"), "extension"},
		{"a policy that one broke, told by scheme alone", violation("inline", "moz-extension"), "extension"},

		{"an application that speaks of extensions", thrown("Error", "This file extension is not allowed: chrome-extension://", app), ""},
		{"an application with a like message", thrown("Error", "Saving failed: Extension context invalidated by the administrator", app), ""},
		{"an application called by an extension", thrown("TypeError", "x is null", "chrome-extension://abcdef/a.js", app), ""},
		{"a bundle that Safari masks in part", thrown("TypeError", "x is null", app, "webkit-masked-url://hidden/"), ""},
		{"a page of the extension itself", with(thrown("TypeError", "x is null", "chrome-extension://abcdef/popup.js"), func(e *event.Event) { e.URL = "chrome-extension://abcdef/popup.html" }), ""},
		{"a policy that stopped a script of another site", violation("https://cdn.example", app), ""},
		{"a policy that stopped a host named like a scheme", violation("chrome-extension.example", app), ""},
		{"no stack at all", thrown("Error", "x"), ""},
	} {
		check(t, tc.name, tc.e, &pack.Record{UA: chrome}, &project.Filters{}, tc.want)
	}
}

func TestInjectedScriptsAreNoise(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		e    *event.Event
		want string
	}{
		{"Instagram", thrown("ReferenceError", "Can't find variable: _AutofillCallbackHandler", "undefined"), "injected"},
		{"Facebook", thrown("SyntaxError", "Unexpected token in https://shop.example/?fb_xd_fragment="), "injected"},
		{"Chrome on iOS", thrown("TypeError", "undefined is not an object (evaluating '__gCrWeb.instantSearch.setBackgroundColor')"), "injected"},
		{"Edge on iOS", thrown("ReferenceError", "Can't find variable: instantSearchSDKJSBridgeClearHighlight"), "injected"},
		{"Firefox on iOS", thrown("TypeError", "undefined is not an object (evaluating 'window.__firefox__.reader')"), "injected"},
		{"the search app", thrown("ReferenceError", "Can't find variable: gmo"), "injected"},
		{"Zalo", thrown("ReferenceError", "zaloJSV2 is not defined"), "injected"},
		{"a bridge of Android", thrown("Error", "Error invoking postMessage: Java exception was raised during method invocation"), "injected"},
		{"a mail scanner", thrown("UnhandledRejection", "Non-Error promise rejection captured with value: Object Not Found Matching Id:3, MethodName:update, ParamCount:4"), "injected"},
		{"a wallet before another", thrown("TypeError", "Cannot redefine property: ethereum"), "injected"},
		{"a wallet in Firefox", thrown("TypeError", `can't redefine non-configurable property "solana"`), "injected"},
		{"a wallet after another", thrown("TypeError", "Cannot set property ethereum of #<Window> which has only a getter"), "injected"},
		{"the tag manager", thrown("TypeError", "vv().getRestrictions is not a function"), "injected"},
		{"a virus scanner", thrown("TypeError", "x", "https://gc.kis.v2.scr.kaspersky-labs.com/FD126C42/main.js"), "injected"},
		{"a policy that stopped a virus scanner", violation("gc.kis.v2.scr.kaspersky-labs.com", ""), "injected"},
		{"Facebook's own library", thrown("TypeError", "x", app, "https://connect.facebook.net/en_US/fbevents.js"), "injected"},
		{"the bridge of an app, without a file", thrown("TypeError", "undefined is not an object (evaluating 'window.webkit.messageHandlers')", someURL), "injected"},
		{"a random letter, without a file", thrown("TypeError", "undefined is not an object (evaluating 'a.L')"), "injected"},
		{"ancient toolbars", thrown("ReferenceError", "jigsaw is not defined"), "injected"},

		{"the site's own bridge", thrown("TypeError", "undefined is not an object (evaluating 'window.webkit.messageHandlers.cart')", app), ""},
		{"a random letter in the site's bundle", thrown("TypeError", "undefined is not an object (evaluating 'a.L')", app), ""},
		{"a longer name in the site's bundle", thrown("TypeError", "undefined is not an object (evaluating 'a.Line')"), ""},
		{"a site that talks to wallets", thrown("TypeError", "Cannot read properties of undefined (reading 'ethereum')", app), ""},
		{"a method of the site", thrown("TypeError", "user.getRestrictions is not a function", app), ""},
		{"a variable that begins alike", thrown("ReferenceError", "Can't find variable: gmoney", app), ""},
		{"a puzzle", thrown("Error", "The jigsaw is not defined by its edges", app), ""},
		{"a host that ends alike", thrown("Error", "x", "https://evilkaspersky-labs.com/x.js"), ""},
		{"a policy that stopped Facebook's library: the site's to mend", violation("connect.facebook.net", ""), ""},
		{"a property that the site redefines", thrown("TypeError", "Cannot redefine property: cart", app), ""},
	} {
		check(t, tc.name, tc.e, &pack.Record{UA: safari}, &project.Filters{}, tc.want)
	}
}

func TestWhatNobodyCanMendIsNoise(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		e    *event.Event
		want string
	}{
		{"a loop of resizing", thrown("Error", "ResizeObserver loop limit exceeded"), "harmless"},
		{"a loop of resizing, today's words", thrown("Error", "Uncaught ResizeObserver loop completed with undelivered notifications."), "harmless"},
		{"a request the page broke off", thrown("AbortError", "The user aborted a request.", app), "harmless"},
		{"the same as a DOMException", thrown("Error", "AbortError: signal is aborted without reason"), "harmless"},
		{"playback that was paused", thrown("AbortError", "The play() request was interrupted by a call to pause(). https://goo.gl/LdLk22"), "harmless"},
		{"the same in Firefox", thrown("AbortError", "The fetching process for the media resource was aborted by the user agent at the user's request."), "harmless"},
		{"the message alone, without an exception", &event.Event{Protocol: event.Sentry, Platform: "javascript", Message: "ResizeObserver loop limit exceeded"}, "harmless"},

		{"a script of another origin", thrown("Error", "Script error."), ""},
		{"a chunk that is gone", thrown("ChunkLoadError", "Loading chunk 7 failed."), ""},
		{"a page that came out otherwise", thrown("Error", "Hydration failed because the initial UI does not match what was rendered on the server."), ""},
		{"a request that failed", thrown("TypeError", "Failed to fetch", app), ""},
		{"the same in Safari", thrown("TypeError", "Load failed", app), ""},
		{"an abort of the database", thrown("AbortError", "The transaction was aborted, so the request cannot be fulfilled."), ""},
		{"an operation that timed out", thrown("TimeoutError", "The operation was aborted due to timeout"), ""},
		{"an application's own words", thrown("Error", "The user aborted a request.", app), ""},
		{"an application that fails by an abort", with(thrown("AbortError", "The user aborted a request.", app), func(e *event.Event) {
			e.Type, e.Message = "CheckoutError", "payment was not sent"
			e.Exceptions = append(e.Exceptions, event.Exception{Type: e.Type, Value: e.Message})
		}), ""},
		{"a quoted message", thrown("Error", `Report 7 says "ResizeObserver loop limit exceeded"`, app), ""},
		{"another fault around resizing", thrown("ReferenceError", "ResizeObserver is not defined", app), ""},
	} {
		check(t, tc.name, tc.e, &pack.Record{UA: chrome}, &project.Filters{}, tc.want)
	}
}

func TestServersAreNotJudgedLikePages(t *testing.T) {
	t.Parallel()
	noise := func() *event.Event { return thrown("AbortError", "The operation was aborted.", "node:internal/fetch") }
	for _, tc := range []struct {
		name  string
		agent string
		e     *event.Event
		want  string
	}{
		{"a page", chrome, noise(), "harmless"},
		{"Node", "sentry.javascript.node/11.12.0", with(noise(), func(e *event.Event) { e.Platform = "node" }), ""},
		{"Node that a crawler called", "", with(noise(), func(e *event.Event) {
			e.Platform, e.Request = "node", &event.Request{Headers: [][2]string{{"User-Agent", "Mozilla/5.0 (compatible; Googlebot/2.1)"}}}
		}), ""},
		{"a server whose platform is javascript", chrome, with(noise(), func(e *event.Event) { e.SDK = &event.SDK{Name: "sentry.javascript.cloudflare"} }), ""},
		{"Go on localhost", "sentry.go/0.50.0", with(thrown("*errors.errorString", "x"), func(e *event.Event) { e.Platform, e.URL = "go", "http://localhost:8080/" }), ""},
		{"a script that posts by curl", "curl/8.14.1", with(noise(), func(e *event.Event) { e.Protocol = event.Native }), ""},
		{"a page behind a tunnel that tells its visitor", "node", with(noise(), func(e *event.Event) {
			e.Request = &event.Request{Headers: [][2]string{{"user-agent", chrome}}}
		}), "harmless"},
		{"a page of Faro behind a tunnel", "node", with(noise(), func(e *event.Event) { e.Protocol = event.Faro }), "harmless"},
	} {
		check(t, tc.name, tc.e, &pack.Record{UA: tc.agent}, &project.Filters{}, tc.want)
	}
}

func TestProjectsChoose(t *testing.T) {
	t.Parallel()
	noise, own := func() *event.Event { return thrown("Error", "Extension context invalidated.") }, func() *event.Event { return thrown("PaymentError", "Card 4711 declined\nby the bank", app) }
	messages := func(globs ...string) *project.Filters { return &project.Filters{Messages: globs} }
	for _, tc := range []struct {
		name     string
		e        *event.Event
		settings *project.Filters
		want     string
	}{
		{"nothing: the filter is on", noise(), &project.Filters{}, "extension"},
		{"on", noise(), &project.Filters{Switches: map[string]bool{"extension": true}}, "extension"},
		{"off", noise(), &project.Filters{Switches: map[string]bool{"extension": false}}, ""},
		{"a message of their own", own(), messages("paymenterror: card * declined*"), "ignored"},
		{"a message without its type", own(), messages("Card * DECLINED*bank"), "ignored"},
		{"a whole message, not a part", own(), messages("card"), ""},
		{"a message anywhere", own(), messages("*declined*"), "ignored"},
		{"messages, but switched off", own(), &project.Filters{Messages: []string{"*"}, Switches: map[string]bool{"ignored": false}}, ""},
		{"a message of a server", with(own(), func(e *event.Event) { e.Platform = "python" }), messages("*declined*"), "ignored"},
	} {
		check(t, tc.name, tc.e, &pack.Record{UA: chrome}, tc.settings, tc.want)
	}
}

func TestNamesAreThoseThatSettingsTake(t *testing.T) {
	t.Parallel()
	if got, want := Names(), project.FilterNames(); !slices.Equal(got, want) {
		t.Errorf("filters %v, settings take %v", got, want)
	}
	for _, f := range Filters() {
		if f.About == "" || strings.Contains(f.About, "|") {
			t.Errorf("%s has no line for the documentation", f.Name)
		}
	}
}

func TestPhrasesBeginWithAWord(t *testing.T) {
	t.Parallel()
	for word, list := range phrases {
		if word == "" {
			t.Errorf("%v can never be found", list)
		}
	}
}
