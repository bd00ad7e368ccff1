package useragent

import (
	"strings"

	"github.com/mileusna/useragent"
)

// windows holds the marketing names of Windows NT versions. 10.0 is missing on purpose: Windows 11 says it too.
var windows = map[string]string{"6.3": "Windows 8.1", "6.2": "Windows 8", "6.1": "Windows 7", "6.0": "Windows Vista", "5.1": "Windows XP"}

// televisions say Linux or Android as well.
var televisions = []struct{ token, name string }{{"Tizen", "Tizen"}, {"Web0S", "webOS"}}

// system names the operating system. A version is given where it is true: browsers froze that of macOS at 10.15.7 and
// that of Windows at 10, and Chrome says "Android 10; K" on every Android.
func system(ua *useragent.UserAgent) string {
	for _, t := range televisions {
		if strings.Contains(ua.String, t.token) {
			return t.name
		}
	}
	switch ua.OS {
	case useragent.Windows:
		if name := windows[ua.OSVersion]; name != "" {
			return name
		}
	case useragent.Android:
		if strings.Contains(ua.String, "Android 10; K)") {
			return useragent.Android
		}
		return versioned(ua.OS, ua.OSVersion)
	case useragent.IOS:
		version := ua.OSVersion
		if ua.Name == useragent.Safari && major(ua.Version) > "18" && len(major(ua.Version)) == 2 {
			version = ua.Version // since 26 Safari freezes the system at 18_6, and has its version itself
		}
		return versioned(ua.OS, version)
	case useragent.Harmony:
		return versioned("HarmonyOS", ua.OSVersion)
	case "":
		if strings.Contains(ua.String, "X11;") {
			return useragent.Linux
		}
	}
	return ua.OS
}

// device names the model, or the kind.
func device(ua *useragent.UserAgent) string {
	model := ua.Device
	switch {
	case isBot(ua):
		return "bot"
	case strings.Contains(ua.String, "Tizen") || strings.Contains(ua.String, "Web0S") || strings.Contains(ua.String, " TV"):
		return "tv"
	case model == "Tablet" || ua.OS == useragent.Android && model == "":
	case model != "" && model != "K" && model != "wv" && len(model) <= maxName:
		return model
	}
	switch {
	case ua.Tablet, ua.OS == useragent.Android && strings.HasPrefix(ua.String, "Mozilla/") && !strings.Contains(ua.String, "Mobi"):
		return "tablet" // today's browsers on Android say Mobile on phones alone
	case ua.Mobile:
		return "phone"
	case ua.Desktop:
		return "desktop"
	}
	return ""
}

// versioned appends the major version to a name.
func versioned(name, version string) string {
	name = cut(name, maxName)
	if version = major(version); version == "" {
		return name
	}
	return name + " " + version
}

// major returns the digits at the start of a version, "" when there are none or more than any version has.
func major(version string) string {
	n := 0
	for n < len(version) && '0' <= version[n] && version[n] <= '9' {
		n++
	}
	if n > 5 {
		return ""
	}
	return version[:n]
}

// after returns what follows the first token in s.
func after(s, token string) string {
	_, rest, _ := strings.Cut(s, token)
	return rest
}
