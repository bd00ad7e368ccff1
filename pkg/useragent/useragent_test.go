package useragent

import "testing"

func TestParseNamesBrowserAndSystem(t *testing.T) {
	t.Parallel()
	const webkit = " AppleWebKit/537.36 (KHTML, like Gecko) "
	for _, tc := range []struct {
		name, ua, brands, platform, browser, os string
	}{
		{"Chrome on Windows", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/156.0.0.0 Safari/537.36", "", "", "Chrome 156", "Windows"},
		{"headless Chrome", "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "HeadlessChrome/156.0.0.0 Safari/537.36", "", "", "Chrome 156", "Linux"},
		{"Chrome on a frozen Android", "Mozilla/5.0 (Linux; Android 10; K)" + webkit + "Chrome/156.0.0.0 Mobile Safari/537.36", "", "", "Chrome 156", "Android"},
		{"Samsung Internet", "Mozilla/5.0 (Linux; Android 15; SM-S911B)" + webkit + "SamsungBrowser/28.0 Chrome/130.0.0.0 Mobile Safari/537.36", "", "", "Samsung Internet 28", "Android 15"},
		{"Edge", "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" + webkit + "Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0", "", "", "Edge 156", "Windows"},
		{"Opera", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)" + webkit + "Chrome/154.0.0.0 Safari/537.36 OPR/120.0.0.0", "", "", "Opera 120", "macOS"},
		{"Firefox on Android", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0", "", "", "Firefox 140", "Android 15"},
		{"Firefox on Linux", "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "", "", "Firefox 140", "Linux"},
		{"Safari", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/19.0 Safari/605.1.15", "", "", "Safari 19", "macOS"},
		{"Safari on a phone", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/26.0 Mobile/15E148 Safari/604.1", "", "", "Mobile Safari 26", "iOS"},
		{"Chrome on a phone of Apple", "Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/156.0.1 Mobile/15E148 Safari/604.1", "", "", "Chrome 156", "iOS"},
		{"ChromeOS", "Mozilla/5.0 (X11; CrOS x86_64 14541.0.0)" + webkit + "Chrome/156.0.0.0 Safari/537.36", "", "", "Chrome 156", "ChromeOS"},
		{"hints win", "Mozilla/5.0 (X11; Linux x86_64)" + webkit + "Chrome/156.0.0.0 Safari/537.36", `"Not:A-Brand";v="8", "Microsoft Edge";v="157", "Chromium";v="157"`, `"Windows"`, "Edge 157", "Windows"},
		{"unknown hints change nothing", "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Firefox/140.0", `"Other";v="1"`, `"Android"`, "Firefox 140", "Android 15"},
		{"a library", "sentry.go/0.50.0", "", "", "", ""},
		{"nothing", "", "", "", "", ""},
		{"broken ends", "Mozilla/5.0 (Chrome/", `"Chromium";v="`, `"`, "Chrome", ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			browser, os := Parse(tc.ua, tc.brands, tc.platform)
			if browser != tc.browser || os != tc.os {
				t.Errorf("got %q, %q, want %q, %q", browser, os, tc.browser, tc.os)
			}
		})
	}
}
