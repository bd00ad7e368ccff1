package report

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
)

func normalise(t *testing.T, raw string) *event.Event {
	t.Helper()
	e, err := Normalise(record(raw))
	if err != nil {
		t.Fatal(err)
	}
	eventtest.Check(t, e)
	return e
}

// bodies are reports of every type, as browsers of today and of the past write them.
var bodies = []struct{ name, in, typ, message, level, tags string }{
	{
		"a script from elsewhere", `{"csp-report":{"blocked-uri":"https://evil.example/x.js?q=1","effective-directive":"script-src-elem","violated-directive":"script-src-elem"}}`,
		"CSP violation", "Blocked script-src-elem from https://evil.example", "error", "blocked=evil.example directive=script-src-elem report=csp-violation",
	},
	{
		"an old browser's whole directive", `{"csp-report":{"blocked-uri":"http://Evil.example:8080","violated-directive":"script-src 'self' https://cdn.test"}}`,
		"CSP violation", "Blocked script-src from http://evil.example:8080", "error", "blocked=evil.example directive=script-src report=csp-violation",
	},
	{
		"an inline script of CSP 2", `{"csp-report":{"blocked-uri":"","violated-directive":"script-src 'self'"}}`,
		"CSP violation", "Blocked inline script (script-src)", "error", "blocked=inline directive=script-src report=csp-violation",
	},
	{
		"an inline script in old Firefox", `{"csp-report":{"blocked-uri":"self","violated-directive":"script-src 'none'"}}`,
		"CSP violation", "Blocked inline script (script-src)", "error", "blocked=inline directive=script-src report=csp-violation",
	},
	{
		"an inline style on trial", `{"type":"csp-violation","body":{"blockedURL":"inline","effectiveDirective":"style-src-attr","disposition":"report"}}`,
		"CSP violation", "Would block inline style (style-src-attr)", "warning", "blocked=inline directive=style-src-attr disposition=report report=csp-violation",
	},
	{
		"eval", `{"type":"csp-violation","body":{"blockedURL":"eval","effectiveDirective":"script-src","disposition":"enforce"}}`,
		"CSP violation", "Blocked eval (script-src)", "error", "blocked=eval directive=script-src disposition=enforce report=csp-violation",
	},
	{
		"a text where a trusted type was due", `{"type":"csp-violation","body":{"blockedURL":"trusted-types-sink","effectiveDirective":"require-trusted-types-for"}}`,
		"CSP violation", "Blocked trusted-types-sink (require-trusted-types-for)", "error", "blocked=trusted-types-sink directive=require-trusted-types-for report=csp-violation",
	},
	{
		"a data URL", `{"type":"csp-violation","body":{"blockedURL":"data:image/png;base64,AAAA","effectiveDirective":"img-src"}}`,
		"CSP violation", "Blocked img-src from data:", "error", "blocked=data directive=img-src report=csp-violation",
	},
	{
		"a bare scheme", `{"csp-report":{"blocked-uri":"blob","effective-directive":"worker-src"}}`,
		"CSP violation", "Blocked worker-src from blob", "error", "blocked=blob directive=worker-src report=csp-violation",
	},
	{
		"an extension", `{"type":"csp-violation","body":{"blockedURL":"chrome-extension://abcdef/inject.js","effectiveDirective":"script-src"}}`,
		"CSP violation", "Blocked script-src from chrome-extension:", "error", "blocked=chrome-extension directive=script-src report=csp-violation",
	},
	{
		"a web socket with a password", `{"type":"csp-violation","body":{"blockedURL":"wss://user:secret@[2001:db8::1]:8443/s","effectiveDirective":"connect-src"}}`,
		"CSP violation", "Blocked connect-src from wss://[2001:db8::1]:8443", "error", "blocked=[2001:db8::1] directive=connect-src report=csp-violation",
	},
	{
		"dashes in a report of the Reporting API", `{"type":"csp","body":{"blocked-uri":"https://a.test/","effective-directive":"img-src"}}`,
		"CSP violation", "Blocked img-src from https://a.test", "error", "blocked=a.test directive=img-src report=csp-violation",
	},
	{"CSP without anything", `{"csp-report":{}}`, "CSP violation", "Blocked a load", "error", "report=csp-violation"},
	{"CSP of a wrong type", `{"csp-report":[5]}`, "CSP violation", "Blocked a load", "error", "report=csp-violation"},
	{"a deprecation", `{"type":"deprecation","body":{"id":"XSLT","message":"XSLT is going"}}`, "Deprecation", "XSLT is going", "warning", "id=XSLT report=deprecation"},
	{"an intervention without words", `{"type":"intervention","body":{"id":"HeavyAd"}}`, "Intervention", "HeavyAd", "warning", "id=HeavyAd report=intervention"},
	{"a crash", `{"type":"crash","body":{}}`, "Crash", "The page crashed", "fatal", "report=crash"},
	{"a crash for want of memory", `{"type":"crash","body":{"reason":"oom"}}`, "Crash", "The page ran out of memory", "fatal", "reason=oom report=crash"},
	{"a crash of the future", `{"type":"crash","body":{"reason":"flood"}}`, "Crash", "The page crashed: flood", "fatal", "reason=flood report=crash"},
	{"a crash without a body", `{"type":"crash","body":null}`, "Crash", "The page crashed", "fatal", "report=crash"},
	{
		"a permission", `{"type":"permissions-policy-violation","body":{"policyId":"geolocation","disposition":"enforce"}}`,
		"Permissions policy violation", "geolocation", "error", "disposition=enforce policy=geolocation report=permissions-policy-violation",
	},
	{
		"a feature, as it was called", `{"type":"feature-policy-violation","body":{"featureId":"camera","message":"no camera","disposition":"report"}}`,
		"Permissions policy violation", "no camera", "warning", "disposition=report policy=camera report=permissions-policy-violation",
	},
	{
		"a document policy", `{"type":"document-policy-violation","body":{"policyId":"document-write","message":"m"}}`,
		"Document policy violation", "m", "error", "policy=document-write report=document-policy-violation",
	},
	{
		"an embedding", `{"type":"coep","body":{"type":"corp","blockedURL":"https://img.test/a.png","destination":"image","disposition":"reporting"}}`,
		"COEP violation", "Would block image from https://img.test", "warning", "blocked=img.test destination=image disposition=reporting kind=corp report=coep",
	},
	{
		"an embedding of another kind", `{"type":"coep","body":{"type":"worker initialization","blockedURL":"https://a.test/w.js","disposition":"enforce"}}`,
		"COEP violation", "Blocked worker initialization from https://a.test", "error", "blocked=a.test disposition=enforce kind=worker initialization report=coep",
	},
	{
		"an opener", `{"type":"coop","body":{"type":"access-from-coop-page-to-opener","property":"postMessage","disposition":"enforce"}}`,
		"COOP violation", "access from coop page to opener postMessage", "error", "disposition=enforce kind=access-from-coop-page-to-opener property=postMessage report=coop",
	},
	{
		"a script without integrity, on trial", `{"type":"integrity-violation","body":{"blockedURL":"https://cdn.test/x.js","destination":"script","reportOnly":true}}`,
		"Integrity policy violation", "Would block script without integrity from https://cdn.test", "warning", "blocked=cdn.test destination=script report=integrity-violation",
	},
	{
		"a name that is not found", `{"type":"network-error","url":"https://api.test/v1/cart?token=secret","body":{"phase":"dns","type":"dns.name_not_resolved","status_code":0,"method":"POST"}}`,
		"Network error", "POST https://api.test/v1/cart: dns.name_not_resolved", "error", "error=dns.name_not_resolved host=api.test phase=dns report=network-error",
	},
	{"a network error without anything", `{"type":"network-error"}`, "Network error", "", "error", "report=network-error"},
	{"a certificate", `{"expect-ct-report":{"hostname":"a.test"}}`, "Expect-CT failure", "a.test", "error", "report=expect-ct"},
	{"a pinned key", `{"hostname":"a.test","known-pins":[]}`, "Key pinning failure", "a.test", "error", "report=hpkp"},
	{"a type of the future", `{"type":"shiny-new-violation","body":{"message":"m","disposition":"report"}}`, "Shiny new violation", "m", "warning", "disposition=report report=shiny-new-violation"},
	{"an old one of the future", `{"expect-more-report":{"a":1}}`, "Expect more", "", "error", "report=expect-more-report"},
}

func TestEveryTypeHasItsWords(t *testing.T) {
	t.Parallel()
	for _, tc := range bodies {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, tc.in)
			var tags []string
			for _, tag := range e.Tags {
				tags = append(tags, tag.Key+"="+tag.Value)
			}
			got := []string{e.Type, e.Message, e.Level.String(), strings.Join(tags, " ")}
			if diff := cmp.Diff([]string{tc.typ, tc.message, tc.level, tc.tags}, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestWhereAndWhen(t *testing.T) {
	t.Parallel()
	frames := func(e *event.Event) (s string) {
		for _, f := range e.Frames {
			s += fmt.Sprintf("%s %s:%d:%d", f.Function, f.Filename, f.Line, f.Column)
		}
		return s
	}
	for _, tc := range []struct {
		name, in string
		of       func(*event.Event) string
		want     string
	}{
		{"a place", `{"type":"deprecation","body":{"sourceFile":"https://a.test/a.js","lineNumber":3,"columnNumber":14}}`, frames, "? https://a.test/a.js:3:14"},
		{"numbers as texts", `{"csp-report":{"source-file":"https://a.test/a.js","line-number":"3","column-number":"14"}}`, frames, "? https://a.test/a.js:3:14"},
		{"a line of the page itself", `{"csp-report":{"document-uri":"https://a.test/","line-number":3,"column-number":-1}}`, frames, "? https://a.test/:3:0"},
		{"where a page hung", `{"type":"crash","body":{"reason":"unresponsive","stack":"    at spin (https://a.test/a.js:3:7)"}}`, frames, "spin https://a.test/a.js:3:7"},
		{"no place", `{"type":"crash","url":"https://a.test/","body":{"sourceFile":null,"lineNumber":null}}`, frames, ""},
		{"the page of the body", `{"type":"coep","url":"https://b.test/","body":{"documentURL":"https://a.test/p"}}`, func(e *event.Event) string { return e.URL }, "https://a.test/p"},
		{"the page of the report", `{"type":"crash","url":"https://b.test/","body":{}}`, func(e *event.Event) string { return e.URL }, "https://b.test/"},
		{"the page of the request", `{"type":"crash"}`, func(e *event.Event) string { return e.URL }, "https://shop.test/"},
		{"what failed to load", `{"type":"network-error","url":"https://b.test/x","body":{"referrer":"https://a.test/"}}`, func(e *event.Event) string { return e.URL }, "https://b.test/x"},
		{"the host of a certificate", `{"expect-staple-report":{"hostname":"a.test"}}`, func(e *event.Event) string { return e.URL }, "https://a.test/"},
		{"when it was made", `{"type":"crash","age":61234.5}`, func(e *event.Event) string { return e.Occurred.Format(time.RFC3339Nano) }, "2026-11-21T18:58:58.7655Z"},
		{"when a certificate was seen", `{"expect-ct-report":{"date-time":"2026-11-20T01:02:03Z"}}`, func(e *event.Event) string { return e.Occurred.Format(time.RFC3339Nano) }, "2026-11-20T01:02:03Z"},
		{"the release of the query", `{"type":"crash"}`, func(e *event.Event) string { return e.Release + " " + e.Environment }, "query@1 query"},
		{
			"the headers", `{"type":"crash","user_agent":"Mozilla/5.0 X","body":{"referrer":"https://r.test/"}}`,
			func(e *event.Event) string { return fmt.Sprint(e.Request.Headers) }, "[[User-Agent Mozilla/5.0 X] [Referer https://r.test/]]",
		},
		{"the body", `{"type":"new","body":{"a":[1,"\u0000"]}}`, func(e *event.Event) string { return string(e.Contexts) }, "{\"report\":{\"a\":[1,\"\uFFFD\"]}}"},
		{"a body that is no object", `{"type":"new","body":"text"}`, func(e *event.Event) string { return string(e.Contexts) }, `{"report":"text"}`},
		{"all of a report without a body", `{"known-pins":[],"port":443}`, func(e *event.Event) string { return string(e.Contexts) }, `{"report":{"known-pins":[],"port":443}}`},
		{"no body", `{"type":"new"}`, func(e *event.Event) string { return string(e.Contexts) }, ``},
		{
			"a policy over every limit", `{"type":"csp-violation","body":{"originalPolicy":"` + strings.Repeat("x", event.MaxJSON) + `","effectiveDirective":"img-src"}}`,
			func(e *event.Event) string { return e.Message + string(e.Contexts) }, `Blocked img-src{"_dropped":"too large"}`,
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := tc.of(normalise(t, tc.in)); got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestOnlyTheAddressTellsVisitorsApart(t *testing.T) {
	t.Parallel()
	rec := record(`{"type":"crash"}`)
	if e, err := Normalise(rec); err != nil || e.User != nil {
		t.Errorf("got %v, %v without an address", e.User, err)
	}
	rec.IP = "192.0.2.7"
	if e, err := Normalise(rec); err != nil || e.User.Key() != "ip:192.0.2.7" {
		t.Errorf("got %v, %v", e.User, err)
	}
}

func TestWhatIsNoReportIsInvalid(t *testing.T) {
	t.Parallel()
	for _, raw := range []string{"", "[]", "5", "{", "{}", `{"type":5}`, `{"body":{}}`, strings.Repeat("[", 100_000)} {
		if e, err := Normalise(record(raw)); e != nil || !errors.Is(err, event.ErrInvalid) {
			t.Errorf("%.20s: got %v, %v", raw, e, err)
		}
	}
}
