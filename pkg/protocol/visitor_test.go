package protocol

import (
	"testing"
	"time"
	"unicode/utf8"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/event/eventtest"
	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/useragent"
)

func TestTheVisitorIsWhoeverMetTheError(t *testing.T) {
	t.Parallel()
	const (
		windows = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"
		iphone  = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1"
		debian  = `"contexts":{"os":{"name":"Debian","version":"12.11\n"},"runtime":{"name":"node","version":"v20"},"device":{"arch":"x64"}}`
	)
	hints := pack.HTTP{Brands: `"Microsoft Edge";v="157", "Chromium";v="157"`, Platform: `"macOS"`, Mobile: "?0"}
	for _, tc := range []struct {
		name, protocol, raw, ua string
		http                    pack.HTTP
		want                    useragent.Agent
	}{
		{"the sender", "native", `{"message":"m"}`, windows, pack.HTTP{}, useragent.Agent{Browser: "Chrome 156", OS: "Windows", Device: "desktop"}},
		{"the sender, by hints", "native", `{"message":"m"}`, windows, hints, useragent.Agent{Browser: "Edge 157", OS: "macOS", Device: "desktop"}},
		{
			"the sender, who tells its agent as well", "sentry", `{"platform":"javascript","request":{"headers":{"User-Agent":"` + windows + `"}}}`, windows, hints,
			useragent.Agent{Browser: "Edge 157", OS: "macOS", Device: "desktop"},
		},
		{
			"the page's visitor behind a tunnel, whose hints are not the tunnel's", "sentry",
			`{"platform":"javascript","request":{"headers":{"User-Agent":"` + iphone + `"}}}`, "Go-http-client/1.1", hints,
			useragent.Agent{Browser: "Mobile Safari 17", OS: "iOS 17", Device: "iPhone"},
		},
		{
			"a server's visitor, and not the server", "sentry", `{"platform":"go","request":{"headers":{"User-Agent":"` + iphone + `"}},` + debian + `}`, "sentry.go/0.50.0",
			pack.HTTP{},
			useragent.Agent{Browser: "Mobile Safari 17", OS: "iOS 17", Device: "iPhone"},
		},
		{"a server", "sentry", `{"platform":"node",` + debian + `}`, "sentry.javascript.node/11.12.0", pack.HTTP{}, useragent.Agent{OS: "Debian 12"}},
		{"a server without a context", "sentry", `{"platform":"node"}`, "node", pack.HTTP{}, useragent.Agent{}},
		{
			"a server's kernel", "sentry", `{"platform":"go","contexts":{"os":{"name":"linux","version":"6.1"}}}`, "", pack.HTTP{}, useragent.Agent{OS: "Linux"},
		},
		{
			"a server that tells of its client", "sentry", `{"platform":"php","contexts":{"os":{"name":"Linux"},"client_os":{"name":"iOS","version":"17.5"},"browser":{"name":"Safari","version":17}}}`, "sentry.php/4",
			pack.HTTP{},
			useragent.Agent{Browser: "Safari 17", OS: "iOS 17"},
		},
		{
			"an app that tells of itself", "sentry", `{"platform":"javascript","contexts":{"os":{"name":"iOS","version":"17.2"},"device":{"family":"iPhone","model":"iPhone14,5"}}}`, "okhttp/4.12",
			pack.HTTP{},
			useragent.Agent{OS: "iOS 17", Device: "iPhone14,5"},
		},
		{
			"a page that knows better than its agent", "sentry", `{"platform":"javascript","contexts":{"os":{"name":"Windows","version":"11"},"device":{"family":"Desktop"}}}`, windows,
			pack.HTTP{},
			useragent.Agent{Browser: "Chrome 156", OS: "Windows 11", Device: "desktop"},
		},
		{"contexts of wrong types", "sentry", `{"platform":"javascript","contexts":{"os":"x","device":[1],"browser":{"name":{},"version":[]}}}`, windows, pack.HTTP{}, useragent.Agent{Browser: "Chrome 156", OS: "Windows", Device: "desktop"}},
		{"no contexts at all", "sentry", `{"platform":"javascript","contexts":[{"os":1}]}`, "", pack.HTTP{}, useragent.Agent{}},
		{"a report's browser, where a proxy sent it on", "report", `{"type":"crash","user_agent":"` + iphone + `","body":{}}`, "curl/8.14", pack.HTTP{}, useragent.Agent{Browser: "Mobile Safari 17", OS: "iOS 17", Device: "iPhone"}},
		{"a report's sender", "report", `{"csp-report":{}}`, windows, pack.HTTP{}, useragent.Agent{Browser: "Chrome 156", OS: "Windows", Device: "desktop"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e, err := Normalise(&pack.Record{Protocol: tc.protocol, Raw: []byte(tc.raw), UA: tc.ua, HTTP: tc.http, Received: time.Unix(1e9, 0)})
			if err != nil {
				t.Fatal(err)
			}
			if got := (useragent.Agent{Browser: e.Browser, OS: e.OS, Device: e.Device}); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

// FuzzVisitor holds what is read of the visitor to the limits of every event.
func FuzzVisitor(f *testing.F) {
	for _, c := range captures(f) {
		f.Add(c.Request.Body, c.header("User-Agent"), c.header("Sec-CH-UA"), c.header("Sec-CH-UA-Platform"))
	}
	f.Add([]byte(`{"platform":"javascript","contexts":{"os":{"name":"\u0000","version":"12\n"},"device":{"model":{},"family":"DESKTOP"}}}`), "Mozilla/5.0 (Linux; Android 14; \xff", `"Brave";v="1"`, `"macOS"`)
	f.Fuzz(func(t *testing.T, raw []byte, ua, brands, platform string) {
		rec := pack.Record{UA: jsonx.CleanText(ua), Raw: raw, Received: time.Unix(1e9, 0), HTTP: pack.HTTP{Brands: jsonx.CleanText(brands), Platform: platform}}
		for _, rec.Protocol = range []string{"sentry", "native", "report"} {
			e, err := Normalise(&rec)
			if err != nil {
				continue
			}
			eventtest.Check(t, e)
			for _, s := range []string{e.Browser, e.OS, e.Device} {
				if n := utf8.RuneCountInString(s); n > event.MaxText {
					t.Errorf("%q has %d characters", s[:100], n)
				}
			}
		}
	})
}
