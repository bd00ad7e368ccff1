package filter

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

func TestAgents(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, agent, want string }{
		{"Google", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "crawler"},
		{"Google's advertisements", "AdsBot-Google (+http://www.google.com/adsbot.html)", "crawler"},
		{"Bing", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/136.0 Safari/537.36", "crawler"},
		{"Yandex", "Mozilla/5.0 (compatible; YandexRenderResourcesBot/1.0; +http://yandex.com/bots)", "crawler"},
		{"Baidu", "Mozilla/5.0 (compatible; Baiduspider-render/2.0; +http://www.baidu.com/search/spider.html)", "crawler"},
		{"Yahoo", "Mozilla/5.0 (compatible; Yahoo! Slurp; http://help.yahoo.com/help/us/ysearch/slurp)", "crawler"},
		{"the archive", "Mozilla/5.0 (compatible; archive.org_bot +http://archive.org/details/archive.org_bot)", "crawler"},
		{"Facebook", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", "crawler"},
		{"Pingdom", "Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/534.34 (KHTML, like Gecko) PingdomTMS/0.8.5 Safari/534.34", "crawler"},
		{"HubSpot", "Mozilla/5.0 (compatible; HubSpot Crawler; web-crawlers@hubspot.com)", "crawler"},
		{"a name at the end", "SomeBot", "crawler"},

		{"Internet Explorer 11", "Mozilla/5.0 (Windows NT 6.3; Trident/7.0; rv:11.0) like Gecko", "legacy_browser"},
		{"Internet Explorer 8", "Mozilla/4.0 (compatible; MSIE 8.0; Windows NT 6.0)", "legacy_browser"},
		{"Opera Mini", "Opera/9.80 (J2ME/MIDP; Opera Mini/7.0.32796/59.323; U; fr) Presto/2.12.423 Version/12.16", "legacy_browser"},
		{"Opera 14", "Mozilla/5.0 (Windows NT 6.1) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/27.0 Safari/537.36 OPR/14.0.1116.4", "legacy_browser"},
		{"Safari 5", "Mozilla/5.0 (Macintosh; U; Intel Mac OS X 10_6_3; tr-DE) AppleWebKit/533.16 (KHTML like Gecko) Version/5.0 Safari/533.16", "legacy_browser"},
		{"Android 2", "Mozilla/5.0 (Linux; U; Android 2.3.5; en-us) AppleWebKit/533.1 (KHTML, like Gecko) Version/4.0 Mobile Safari/533.1", "legacy_browser"},

		{"Chrome", chrome, ""},
		{"Safari", safari, ""},
		{"Firefox on Android", "Mozilla/5.0 (Android 14; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", ""},
		{"Opera", chrome + " OPR/121.0.0.0", ""},
		{"Edge", chrome + " Edg/140.0.0.0", ""},
		{"Android 4", "Mozilla/5.0 (Linux; U; Android 4.1.1; en-gb) AppleWebKit/534.30 (KHTML, like Gecko) Version/4.0 Safari/534.30", ""},
		{"a web view", "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Mobile Safari/537.36", ""},
		{"Chrome on iOS", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/140.0 Mobile/15E148 Safari/604.1", ""},
		{"a television", "Mozilla/5.0 (SMART-TV; Linux; Tizen 2.3) AppleWebKit/538.1 (KHTML, like Gecko) Version/2.3 TV Safari/538.1", ""},
		{"Chrome without a head", "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36", ""},
		{"a phone of CUBOT", "Mozilla/5.0 (Linux; Android 13; CUBOT P80) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0 Mobile Safari/537.36", ""},
		{"Facebook's app, a person", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 [FBAN/FBIOS;FBAV/520.0]", ""},
		{"no agent", "", ""},
	} {
		check(t, tc.name, thrown("TypeError", "x is null", app), &pack.Record{UA: tc.agent}, &project.Filters{}, tc.want)
	}
}

func TestPagesOnTheDevelopersMachine(t *testing.T) {
	t.Parallel()
	const webViewOfAndroid = "Mozilla/5.0 (Linux; Android 14; Pixel 8; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Chrome/140.0 Mobile Safari/537.36"
	const webViewOfApple = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148"
	on, off := map[string]bool{"localhost": true}, map[string]bool{"localhost": false}
	for _, tc := range []struct {
		name, url, agent string
		local            bool
		switches         map[string]bool
		want             string
	}{
		{"localhost", "http://localhost:3000/cart", chrome, false, nil, "localhost"},
		{"in capitals", "http://LOCALHOST/", chrome, false, nil, "localhost"},
		{"a name under it", "https://shop.localhost/", chrome, false, nil, "localhost"},
		{"an address", "http://127.0.0.1:5173", chrome, false, nil, "localhost"},
		{"another of its addresses", "http://127.8.0.9/", chrome, false, nil, "localhost"},
		{"of version 6", "http://[::1]:3000/?q", chrome, false, nil, "localhost"},
		{"all addresses", "http://0.0.0.0:8000/", chrome, false, nil, "localhost"},
		{"with the collector on the same machine", "http://localhost:3000/cart", chrome, true, nil, ""},
		{"with both on one machine, but switched on", "http://localhost:3000/cart", chrome, true, on, "localhost"},
		{"switched on", "http://localhost:3000/cart", chrome, false, on, "localhost"},
		{"switched off", "http://localhost:3000/cart", chrome, false, off, ""},

		{"a site", "https://shop.example/", chrome, false, nil, ""},
		{"a host that begins alike", "https://localhost.example/", chrome, false, nil, ""},
		{"a host that ends alike", "https://notlocalhost/", chrome, false, nil, ""},
		{"a name that looks like an address", "https://127.example.org/", chrome, false, nil, ""},
		{"a path", "https://shop.example/http://localhost/", chrome, false, nil, ""},
		{"a user", "https://localhost@shop.example/", chrome, false, nil, ""},
		{"a page from disk", "file:///home/me/index.html", chrome, false, nil, ""},
		{"an app's own scheme", "capacitor://localhost/", webViewOfApple, false, nil, ""},
		{"an app of Android", "https://localhost/", webViewOfAndroid, false, nil, ""},
		{"an app of Apple", "http://localhost:8080/", webViewOfApple, false, nil, ""},
		{"a server by its own agent", "http://localhost:8080/", "curl/8.14.1", false, nil, ""},
		{"no page", "", chrome, false, nil, ""},
	} {
		e := &event.Event{Protocol: event.Native, Platform: "javascript", Message: "x", URL: tc.url}
		check(t, tc.name, e, &pack.Record{UA: tc.agent, HTTP: pack.HTTP{Local: tc.local}}, &project.Filters{Switches: tc.switches}, tc.want)
	}
}

func TestGlobsMatchAllOfAText(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		glob, text string
		want       bool
	}{
		{"abc", "abc", true},
		{"abc", "abcd", false},
		{"abc*", "abcd", true},
		{"*abc", "zabc", true},
		{"*abc", "abcz", false},
		{"a*c", "ac", true},
		{"a*b*c", "aXbXbc", true},
		{"a*b*c", "acb", false},
		{"ab*ba", "aba", false},
		{"*", "", true},
		{"**x**", "yxy", true},
		{"", "", true},
		{"", "a", false},
	} {
		if got := globMatches(tc.glob, tc.text); got != tc.want {
			t.Errorf("%q on %q: got %v", tc.glob, tc.text, got)
		}
	}
}
