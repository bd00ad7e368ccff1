package useragent

import "strings"

// brands are names of Sec-CH-UA, most particular first: a list holds Chromium and a made-up brand besides.
var brands = []struct{ brand, name string }{
	{`"Microsoft Edge"`, "Edge"},
	{`"Opera GX"`, "Opera GX"},
	{`"Opera"`, "Opera"},
	{`"Samsung Internet"`, "Samsung Internet"},
	{`"Brave"`, "Brave"},
	{`"Vivaldi"`, "Vivaldi"},
	{`"YaBrowser"`, "Yandex Browser"},
	{`"Yandex"`, "Yandex Browser"},
	{`"DuckDuckGo"`, "DuckDuckGo"},
	{`"Android WebView"`, "Chrome WebView"},
	{`"Google Chrome"`, "Chrome"},
	{`"HeadlessChrome"`, "Chrome"},
	{`"Chromium"`, "Chrome"},
}

// platforms are the values of Sec-CH-UA-Platform.
var platforms = map[string]string{
	"Windows": "Windows", "macOS": "macOS", "Mac OS X": "macOS", "Linux": "Linux", "Android": "Android",
	"iOS": "iOS", "Chrome OS": "ChromeOS", "Chromium OS": "ChromeOS", "ChromeOS": "ChromeOS", "Fuchsia": "Fuchsia",
}

// brand names the browser of a list like `"Chromium";v="156", "Not:A-Brand";v="8"`, "" when it is none we know.
func brand(list string) string {
	if list == "" {
		return ""
	}
	for _, b := range brands {
		if rest, found := strings.CutPrefix(after(list, b.brand), `;v="`); found {
			return versioned(b.name, rest)
		}
	}
	return ""
}

func platform(value string) string { return platforms[strings.Trim(value, `"`)] }

// hinted corrects the kind of device by Sec-CH-UA-Mobile; a model stays.
func hinted(a Agent, mobile string) string {
	switch mobile {
	case "?1":
		if a.Device == "" || a.Device == "desktop" || a.Device == "tablet" {
			return "phone"
		}
	case "?0":
		switch {
		case a.Device != "" && a.Device != "phone" && a.Device != "desktop":
		case strings.HasPrefix(a.OS, "Android"):
			return "tablet" // or a phone that asks for desktop pages
		default:
			return "desktop"
		}
	}
	return a.Device
}
