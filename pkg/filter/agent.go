package filter

import (
	"strconv"
	"strings"
)

// crawler walks once over the words of the User-Agent.
func (l *look) crawler() bool {
	for start := 0; start < len(l.agent); {
		end := start
		for end < len(l.agent) && isLetter(l.agent[end]) {
			end++
		}
		digit := end < len(l.agent) && l.agent[end] >= '0' && l.agent[end] <= '9'
		if end-start > 2 && !digit && crawls(l.agent[start:end]) {
			return true
		}
		start = end + 1
	}
	return false
}

func isLetter(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }

// crawlerNames are words of crawlers' names that do not end in bot, spider or crawler.
var crawlerNames = []string{
	"bingpreview", "slurp", "archiver", "mediapartners", "feedfetcher", "inspectiontool", "googleother", "aloud", "facebookexternalhit",
	"facebookcatalog", "externalagent", "scanner", "pingdom", "pingdomtms", "embedly", "qwantify",
}

// crawls tells whether a word is of a crawler's name. Most end in what they are: Googlebot, Baiduspider, Applebot.
// CUBOT is no crawler but makes phones.
func crawls(word string) bool {
	if endsIn(word, "bot") && !strings.EqualFold(word, "cubot") || endsIn(word, "bots") || endsIn(word, "spider") || endsIn(word, "crawler") {
		return true
	}
	for _, name := range crawlerNames {
		if len(word) == len(name) && strings.EqualFold(word, name) {
			return true
		}
	}
	return false
}

func endsIn(word, with string) bool {
	return len(word) >= len(with) && strings.EqualFold(word[len(word)-len(with):], with)
}

// legacyBrowser matches browsers nobody tests with any more: the defaults of Sentry Relay
// (relay-filter/src/legacy_browsers.rs) and all of Internet Explorer and Opera Mini.
func (l *look) legacyBrowser() bool {
	agent := l.agent
	if !browserAgent(agent) {
		return false
	}
	switch {
	case strings.Contains(agent, "Trident/"), strings.Contains(agent, "MSIE "), strings.Contains(agent, "Opera Mini/"), strings.HasPrefix(agent, "Opera/"):
		return true
	case strings.Contains(agent, "Chrome/"):
		return below(agent, "OPR/", 15)
	case strings.Contains(agent, "Firefox/"):
		return false
	case strings.Contains(agent, "Android "):
		return below(agent, "Android ", 4)
	}
	// Televisions and consoles count their versions from the start.
	safari := strings.Contains(agent, "Safari/") && (strings.Contains(agent, "Mac OS X") || strings.Contains(agent, "Windows"))
	return safari && below(agent, "Version/", 6)
}

// below tells whether agent names a version behind token that is lower than limit.
func below(agent, token string, limit int) bool {
	_, rest, found := strings.Cut(agent, token)
	digits := 0
	for digits < len(rest) && rest[digits] >= '0' && rest[digits] <= '9' {
		digits++
	}
	version, err := strconv.Atoi(rest[:digits])
	return found && err == nil && version < limit
}
