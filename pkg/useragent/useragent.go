// Package useragent names browsers and operating systems from what they say of themselves, as coarsely as
// lists and filters need. It knows the common ones; anything else is "".
package useragent

import "strings"

// browsers are looked for in this order: nearly all claim to be Chrome, Safari and Mozilla as well.
var browsers = []struct{ token, name string }{
	{"Edg/", "Edge"},
	{"EdgA/", "Edge"},
	{"EdgiOS/", "Edge"},
	{"Edge/", "Edge"},
	{"OPR/", "Opera"},
	{"OPT/", "Opera"},
	{"SamsungBrowser/", "Samsung Internet"},
	{"FxiOS/", "Firefox"},
	{"Firefox/", "Firefox"},
	{"CriOS/", "Chrome"},
	{"HeadlessChrome/", "Chrome"},
	{"Chrome/", "Chrome"},
}

// brands are Sec-CH-UA's names, most particular first.
var brands = []struct{ brand, name string }{
	{`"Microsoft Edge"`, "Edge"},
	{`"Opera"`, "Opera"},
	{`"Samsung Internet"`, "Samsung Internet"},
	{`"Google Chrome"`, "Chrome"},
	{`"HeadlessChrome"`, "Chrome"},
	{`"Chromium"`, "Chrome"},
}

var systems = []struct{ token, name string }{
	{"Android", "Android"},
	{"iPhone", "iOS"},
	{"iPad", "iOS"},
	{"iPod", "iOS"},
	{"CrOS", "ChromeOS"},
	{"Windows", "Windows"},
	{"Macintosh", "macOS"},
	{"Linux", "Linux"},
	{"X11", "Linux"},
}

var platforms = map[string]string{
	"Windows": "Windows", "macOS": "macOS", "Mac OS X": "macOS", "Linux": "Linux", "Android": "Android",
	"iOS": "iOS", "Chrome OS": "ChromeOS", "Chromium OS": "ChromeOS", "ChromeOS": "ChromeOS",
}

// Parse returns the browser with its major version ("Chrome 156") and the operating system ("Windows",
// "Android 15"), each "" when unknown. ua is the User-Agent, secBrands and platform are the values of Sec-CH-UA
// and Sec-CH-UA-Platform, which win where they tell.
func Parse(ua, secBrands, platform string) (browser, os string) {
	browser = byBrand(secBrands)
	if browser == "" {
		browser = byAgent(ua)
	}
	os = system(ua)
	if name := platforms[strings.Trim(platform, `"`)]; name != "" && !strings.HasPrefix(os, name) {
		os = name
	}
	return browser, os
}

func byBrand(list string) string {
	for _, b := range brands {
		if _, rest, found := strings.Cut(list, b.brand+`;v="`); found {
			return versioned(b.name, rest)
		}
	}
	return ""
}

func byAgent(ua string) string {
	if !strings.HasPrefix(ua, "Mozilla/") && !strings.HasPrefix(ua, "Opera/") {
		return "" // a library: sentry.go/0.50.0, node, curl/8.14
	}
	for _, b := range browsers {
		if _, rest, found := strings.Cut(ua, b.token); found {
			return versioned(b.name, rest)
		}
	}
	if _, rest, found := strings.Cut(ua, "Version/"); found && strings.Contains(rest, "Safari/") {
		if strings.Contains(rest, "Mobile/") {
			return versioned("Mobile Safari", rest)
		}
		return versioned("Safari", rest)
	}
	return ""
}

// versioned appends the digits at the start of rest to name.
func versioned(name, rest string) string {
	n := 0
	for n < len(rest) && n < 5 && '0' <= rest[n] && rest[n] <= '9' {
		n++
	}
	if n == 0 {
		return name
	}
	return name + " " + rest[:n]
}

// system reads the comment at the start of a User-Agent. Only Android's version is kept, and not the one
// of "Android 10; K", which Chrome says on every Android; the others froze theirs or never told.
func system(ua string) string {
	_, comment, _ := strings.Cut(ua, "(")
	comment, _, _ = strings.Cut(comment, ")")
	for _, s := range systems {
		_, rest, found := strings.Cut(comment, s.token)
		if !found {
			continue
		}
		if version, is := strings.CutPrefix(rest, " "); is && s.name == "Android" && !strings.HasPrefix(version, "10; K") {
			return versioned(s.name, version)
		}
		return s.name
	}
	return ""
}
