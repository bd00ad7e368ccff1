// Package useragent names the browser, the operating system and the device of a visitor from what the browser
// says of itself, as coarsely as lists and filters need. It promises to be cheap for any input: what is too long
// is cut, and what repeats is remembered. What nothing tells is "".
package useragent

import (
	"strings"

	"github.com/mileusna/useragent"
)

// Headers are what a request says of the browser that sent it, each "" where it did not.
type Headers struct {
	UserAgent string
	Brands    string // Sec-CH-UA
	Platform  string // Sec-CH-UA-Platform
	Mobile    string // Sec-CH-UA-Mobile: ?1 on phones
}

// An Agent is a browser with its major version ("Chrome 156"), an operating system with the version where it is
// told and true ("Android 14", "iOS 17", "Windows"), and the device: a model where it is told ("Pixel 8",
// "iPhone"), else its kind: desktop, phone, tablet, tv, or bot for a crawler of any kind.
type Agent struct{ Browser, OS, Device string }

// Bounds of what is read. Real User-Agents end before 400 bytes.
const (
	maxUserAgent = 512
	maxHint      = 256
	maxName      = 64
)

// Parse names the browser of a request. The client hints win where they tell: they are what Chromium says when the
// User-Agent is frozen. A client that is no browser (a server's SDK, curl) gives the zero Agent. Safe for
// concurrent use.
func Parse(h Headers) Agent {
	h.UserAgent, h.Brands = cut(h.UserAgent, maxUserAgent), cut(h.Brands, maxHint)
	h.Platform, h.Mobile = cut(h.Platform, maxHint), cut(h.Mobile, maxHint)
	if h == (Headers{}) {
		return Agent{}
	}
	return known.parse(h)
}

// cut clones what it cuts, so that the memory of parsed agents holds no long text.
func cut(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	return strings.Clone(strings.ToValidUTF8(s[:limit], ""))
}

func parse(h Headers) (a Agent) {
	if ua := useragent.Parse(h.UserAgent); isBrowser(h.UserAgent) || isBot(&ua) {
		a = Agent{Browser: browser(&ua), OS: system(&ua), Device: device(&ua)}
	}
	if name := brand(h.Brands); name != "" && (!isChrome(name) || a.Browser == "" || isChrome(a.Browser) || !strings.Contains(h.UserAgent, " Chrome/")) {
		a.Browser = name // but an app around Chrome, or a crawler in it, tells more of itself in its agent
	}
	if name := platform(h.Platform); name != "" && !strings.HasPrefix(a.OS, name) {
		a.OS = name
	}
	a.Device = hinted(a, h.Mobile)
	return a
}

func isChrome(name string) bool { return strings.HasPrefix(name, useragent.Chrome) }

// isBrowser tells browsers from libraries (sentry.go/0.50.0, node, curl/8.14): all claim to be Mozilla, but for
// old Opera.
func isBrowser(ua string) bool {
	return strings.HasPrefix(ua, "Mozilla/") || strings.HasPrefix(ua, "Opera/")
}

func isBot(ua *useragent.UserAgent) bool {
	if ua.Name == useragent.HeadlessChrome {
		return false // tests and previews run real pages in it
	}
	name := strings.ToLower(ua.Name)
	return ua.Bot || strings.Contains(name, "bot") || strings.Contains(name, "spider") || strings.Contains(name, "crawler")
}

// names are those people know, where the library has others.
var names = map[string]string{
	useragent.HeadlessChrome:   "Chrome",
	useragent.SamsungBrowser:   "Samsung Internet",
	useragent.OperaTouch:       "Opera",
	useragent.InternetExplorer: "Internet Explorer",
	useragent.FacebookApp:      "Facebook",
	useragent.InstagramApp:     "Instagram",
	useragent.TiktokApp:        "TikTok",
	"YaBrowser":                "Yandex Browser",
	"Mobile DuckDuckGo":        "DuckDuckGo",
	"iPhone":                   "WebView", // an app on iOS that does not name itself
	"iPad":                     "WebView",
}

func browser(ua *useragent.UserAgent) string {
	name, version := ua.Name, ua.Version
	switch {
	case name == ua.String, name == "": // nothing in it was understood
		return ""
	case name == "Trident":
		name, version = useragent.InternetExplorer, after(ua.String, "rv:")
	case name == useragent.Chrome && strings.Contains(ua.String, " UCBrowser/"):
		name, version = "UC Browser", after(ua.String, " UCBrowser/")
	case name == useragent.Chrome && strings.Contains(ua.String, "; wv)"):
		name = "Chrome WebView"
	case name == useragent.Safari && ua.OS == useragent.IOS:
		name = "Mobile Safari"
	}
	if n, is := names[name]; is {
		name = n
	}
	return versioned(name, version)
}
