package useragent

import (
	"strings"
	"testing"
	"unicode/utf8"
)

const webkit = " AppleWebKit/537.36 (KHTML, like Gecko) "

func TestParseNamesBrowserSystemAndDevice(t *testing.T) {
	t.Parallel()
	const iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
	for _, tc := range []struct {
		name, ua string
		want     Agent
	}{
		{"Chrome on Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/156.0.0.0 Safari/537.36", Agent{"Chrome 156", "Windows", "desktop"}},
		{"Chrome on an old Windows", "Mozilla/5.0 (Windows NT 6.1; Win64; x64)" + webkit + "Chrome/109.0.0.0 Safari/537.36", Agent{"Chrome 109", "Windows 7", "desktop"}},
		{"headless Chrome", "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "HeadlessChrome/156.0.0.0 Safari/537.36", Agent{"Chrome 156", "Linux", "desktop"}},
		{"Chrome on a Mac", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/156.0.0.0 Safari/537.36", Agent{"Chrome 156", "macOS", "desktop"}},
		{"Chrome on a frozen Android phone", "Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/156.0.0.0 Mobile Safari/537.36", Agent{"Chrome 156", "Android", "phone"}},
		{"Chrome on a frozen Android tablet", "Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/156.0.0.0 Safari/537.36", Agent{"Chrome 156", "Android", "tablet"}},
		{"Chrome on a phone that tells", "Mozilla/5.0 (Linux; Android 14; Pixel 8)" + webkit + "Chrome/109.0.0.0 Mobile Safari/537.36", Agent{"Chrome 109", "Android 14", "Pixel 8"}},
		{"Chrome on an iPhone", iphone + "CriOS/156.0.1 Mobile/15E148 Safari/604.1", Agent{"Chrome 156", "iOS 17", "iPhone"}},
		{"Chrome on ChromeOS", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + webkit + "Chrome/156.0.0.0 Safari/537.36", Agent{"Chrome 156", "ChromeOS", "desktop"}},
		{"Samsung Internet", "Mozilla/5.0 (Linux; Android 15; SM-S911B)" + webkit + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", Agent{"Samsung Internet 28", "Android 15", "SM-S911B"}},
		{"Edge", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0", Agent{"Edge 156", "Windows", "desktop"}},
		{"Edge on Android", "Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/156.0.0.0 Mobile Safari/537.36 EdgA/156.0.0.0", Agent{"Edge 156", "Android", "phone"}},
		{"Edge on an iPhone", iphone + "Version/17.0 EdgiOS/130.0.2849.68 Mobile/15E148 Safari/605.1.15", Agent{"Edge 130", "iOS 17", "iPhone"}},
		{"Edge before Chromium", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/64.0.3282.140 Safari/537.36 Edge/18.17763", Agent{"Edge 18", "Windows", "desktop"}},
		{"Internet Explorer", "Mozilla/5.0 (Windows NT 10.0; WOW64; Trident/7.0; rv:11.0) like Gecko", Agent{"Internet Explorer 11", "Windows", "desktop"}},
		{"Opera", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/154.0.0.0 Safari/537.36 OPR/120.0.0.0", Agent{"Opera 120", "macOS", "desktop"}},
		{"Opera on an iPhone", iphone + "Version/17.5 Mobile/15E148 Safari/604.1 OPT/4.8.0", Agent{"Opera 4", "iOS 17", "iPhone"}},
		{"Firefox on an Android phone", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", Agent{"Firefox 140", "Android 15", "phone"}},
		{"Firefox on an Android tablet", "Mozilla/5.0 (Android 15; Tablet; rv:140.0) Gecko/140.0 Firefox/140.0", Agent{"Firefox 140", "Android 15", "tablet"}},
		{"Firefox on Linux", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", Agent{"Firefox 140", "Linux", "desktop"}},
		{"Firefox on an iPhone", iphone + "FxiOS/140.0 Mobile/15E148 Safari/605.1.15", Agent{"Firefox 140", "iOS 17", "iPhone"}},
		{"Safari", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15", Agent{"Safari 19", "macOS", "desktop"}},
		{"Safari on an iPhone", iphone + "Version/17.5 Mobile/15E148 Safari/604.1", Agent{"Mobile Safari 17", "iOS 17", "iPhone"}},
		{"Safari on an iPhone of today", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", Agent{"Mobile Safari 26", "iOS 26", "iPhone"}},
		{"Safari on an iPad", "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/16.6 Mobile/15E148 Safari/604.1", Agent{"Mobile Safari 16", "iOS 16", "iPad"}},
		{"an app's view on iOS", iphone + "Mobile/15E148", Agent{"WebView", "iOS 17", "iPhone"}},
		{"Instagram", iphone + "Mobile/21F79 Instagram 335.0.0.0.0 (iPhone14,5; iOS 17_5; en_US; en; scale=3.00; 1170x2532; 605596538)", Agent{"Instagram 335", "iOS 17", "iPhone"}},
		{"Facebook", "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv)" + webkit + "Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.0;]", Agent{"Facebook 440", "Android 14", "Pixel 8"}},
		{"an app's view on Android", "Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv)" + webkit + "Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36", Agent{"Chrome WebView 120", "Android 14", "Pixel 8"}},
		{"DuckDuckGo", "Mozilla/5.0 (Linux; Android 12)" + webkit + "Version/4.0 Chrome/120.0.0.0 Mobile DuckDuckGo/5 Safari/537.36", Agent{"DuckDuckGo 5", "Android 12", "phone"}},
		{"UC Browser", "Mozilla/5.0 (Linux; U; Android 13; en-US; 2201117TY Build/TKQ1.221114.001)" + webkit + "Version/4.0 Chrome/100.0.4896.58 UCBrowser/13.7.8.1319 Mobile Safari/537.36", Agent{"UC Browser 13", "Android 13", "phone"}},
		{"Yandex Browser", "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "Chrome/130.0.0.0 YaBrowser/24.10.0 Safari/537.36", Agent{"Yandex Browser 24", "Linux", "desktop"}},
		{"Vivaldi", "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "Chrome/156.0.0.0 Safari/537.36 Vivaldi/7.0", Agent{"Vivaldi 7", "Linux", "desktop"}},
		{"Opera Mini", "Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16", Agent{"Opera Mini 36", "Android", "phone"}},
		{"a tablet that does not say so", "Mozilla/5.0 (Linux; Android 12; SM-T870)" + webkit + "SamsungBrowser/28.0 Chrome/130.0.0.0 Safari/537.36", Agent{"Samsung Internet 28", "Android 12", "SM-T870"}},
		{"a crawler for a model", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; GPTBot/1.2; +https://openai.com/gptbot)", Agent{"GPTBot 1", "", "bot"}},
		{"a television", "Mozilla/5.0 (SMART-TV; Linux; Tizen 6.0)" + webkit + "SamsungBrowser/3.1 Chrome/76.0.0.0 TV Safari/537.36", Agent{"Samsung Internet 3", "Tizen", "tv"}},
		{"Google's crawler", "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent{"Googlebot 2", "", "bot"}},
		{"Google's crawler as a phone", "Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P)" + webkit + "Chrome/125.0.0.0 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", Agent{"Googlebot 2", "Android 6", "bot"}},
		{"Bing's crawler", "Mozilla/5.0 AppleWebKit/537.36 (KHTML, like Gecko; compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm) Chrome/116.0.1938.76 Safari/537.36", Agent{"Bingbot 2", "", "bot"}},
		{"Facebook's crawler", "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)", Agent{"facebookexternalhit 1", "", "bot"}},
		{"a library of a server", "sentry.go/0.50.0", Agent{}},
		{"another one", "sentry.javascript.node/11.12.0", Agent{}},
		{"Node", "node", Agent{}},
		{"curl", "curl/8.14", Agent{}},
		{"nothing", "", Agent{}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			for range 2 { // the second time from memory
				if got := Parse(Headers{UserAgent: tc.ua}); got != tc.want {
					t.Errorf("got %+v, want %+v", got, tc.want)
				}
			}
		})
	}
}

func TestClientHintsWin(t *testing.T) {
	t.Parallel()
	const linux = "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "Chrome/156.0.0.0 Safari/537.36"
	for _, tc := range []struct {
		name string
		h    Headers
		want Agent
	}{
		{"over all", Headers{linux, `"Not:A-Brand";v="8", "Microsoft Edge";v="157", "Chromium";v="157"`, `"Windows"`, "?0"}, Agent{"Edge 157", "Windows", "desktop"}},
		{"for a browser that hides in its agent", Headers{linux, `"Brave";v="156", "Chromium";v="156"`, "", ""}, Agent{"Brave 156", "Linux", "desktop"}},
		{"for Chromium alone", Headers{linux, `"Not:A-Brand";v="8", "Chromium";v="156"`, `"Linux"`, "?0"}, Agent{"Chrome 156", "Linux", "desktop"}},
		{"on a phone", Headers{linux, "", `"Android"`, "?1"}, Agent{"Chrome 156", "Android", "phone"}},
		{"on a tablet", Headers{linux, "", `"Android"`, "?0"}, Agent{"Chrome 156", "Android", "tablet"}},
		{"but a model stays", Headers{"Mozilla/5.0 (Linux; Android 14; Pixel 8)" + webkit + "Chrome/156.0.0.0 Mobile Safari/537.36", "", `"Android"`, "?1"}, Agent{"Chrome 156", "Android 14", "Pixel 8"}},
		{"but a version stays", Headers{"Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0", `"Other";v="1"`, `"Android"`, ""}, Agent{"Firefox 140", "Android 15", "phone"}},
		{"but an app's name stays", Headers{"Mozilla/5.0 (Linux; Android 14; Pixel 8 Build/UD1A.230803.041; wv)" + webkit + "Version/4.0 Chrome/120.0.0.0 Mobile Safari/537.36 [FB_IAB/FB4A;FBAV/440.0.0.0;]", `"Android WebView";v="120", "Chromium";v="120"`, `"Android"`, "?1"}, Agent{"Facebook 440", "Android 14", "Pixel 8"}},
		{"over an agent that lies", Headers{"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", `"Google Chrome";v="156"`, "", ""}, Agent{"Chrome 156", "Linux", "desktop"}},
		{"without an agent", Headers{"", `"Chromium";v="156"`, `"macOS"`, "?0"}, Agent{"Chrome 156", "macOS", "desktop"}},
		{"not when they are broken", Headers{linux, `"Chromium";v="`, `"`, "?"}, Agent{"Chrome", "Linux", "desktop"}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Parse(tc.h); got != tc.want {
				t.Errorf("got %+v, want %+v", got, tc.want)
			}
		})
	}
}

func TestOneAgentTakesOverThePlaceOfAnother(t *testing.T) {
	t.Parallel()
	for i := range 5 * slots {
		version := strings.Repeat("1", i%4+1)
		h := Headers{UserAgent: "Mozilla/5.0 (X11; Linux x86_64; n" + strings.Repeat("x", i%400) + ") Firefox/" + version + ".0"}
		if got := Parse(h); got.Browser != "Firefox "+version {
			t.Fatalf("got %+v of agent %d", got, i)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add("Mozilla/5.0 (Linux; Android 14; Pixel 8)"+webkit+"Chrome/120.0.0.0 Mobile Safari/537.36", `"Chromium";v="156"`, `"Linux"`, "?0")
	f.Add("Mozilla/5.0 (CrOS x86_64 ;[;:/(Android;", `"Chromium";v="`, `"`, "?1")
	f.Add("Opera/9.80 (Android; Opera Mini/36.2/119.132; U; id) Presto/2.12.423 Version/12.16", "", "", "")
	f.Fuzz(func(t *testing.T, ua, brands, platform, mobile string) {
		a := Parse(Headers{ua, brands, platform, mobile})
		for _, s := range []string{a.Browser, a.OS, a.Device} {
			if len(s) > maxName+6 || utf8.ValidString(ua) && !utf8.ValidString(s) {
				t.Errorf("got %q of %q", s, ua)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	h := Headers{
		"Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/156.0.0.0 Safari/537.36", `"Not:A-Brand";v="8", "Chromium";v="156"`, `"Windows"`, "?0",
	}
	for name, read := range map[string]func(Headers) Agent{"known": Parse, "new": parse} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				read(h)
			}
		})
	}
}
