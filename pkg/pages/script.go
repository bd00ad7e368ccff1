package pages

import (
	"net/url"
	"strings"
	"sync"

	"github.com/trivetlabs/trivet/sdk/js"
)

// newestScript is asked once: making a script ready to be served takes some milliseconds.
var newestScript = sync.OnceValue(js.Newest)

// originOf is the origin of a URL of ours as a policy names it, "" where it has none.
func originOf(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
