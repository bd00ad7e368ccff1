package pages

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/trivetlabs/trivet/sdk/js"
)

// A snippet is what people put into their site so that its errors come here.
type snippet struct {
	Name  string // in URLs
	Title string
	About string
	Code  string
}

// snippets returns one for each common way, with the key filled in. ingest is the URL that browsers reach it by.
func snippets(ingest, key, dsn string) []snippet {
	ingest = strings.TrimRight(ingest, "/")
	script := newestScript()
	return []snippet{
		{"script", "Script", "One element at the top of the head. It catches what nobody caught, and rejected promises.", script.Tag(ingest, key)},
		{"sentry", "@sentry/browser", "Any Sentry SDK works: only the DSN is another.", fmt.Sprintf(`import * as Sentry from "@sentry/browser";

Sentry.init({
  dsn: %q,
  release: "my-site@1.0.0",
  environment: "production",
});`, dsn)},
		{"fetch", "fetch", "Without any library.", fmt.Sprintf(`addEventListener("error", (e) => {
  fetch("%s/t/%s", {
    method: "POST",
    keepalive: true,
    body: JSON.stringify({
      type: e.error?.name,
      message: e.error?.message ?? e.message,
      stack: e.error?.stack,
      url: location.href,
      release: "my-site@1.0.0",
    }),
  });
});`, ingest, key)},
		{"curl", "curl", "From a shell, to see that it works.", fmt.Sprintf(`curl '%s/t/%s' \
  -d '{"type":"TestError","message":"hello from curl","level":"error"}'`, ingest, key)},
	}
}

// newestScript is asked once: making a script ready to be served takes some milliseconds.
var newestScript = sync.OnceValue(js.Newest)

func hasSnippet(all []snippet, name string) bool {
	return slices.ContainsFunc(all, func(s snippet) bool { return s.Name == name })
}

// originOf is the origin of a URL of ours as a policy names it, "" where it has none.
func originOf(target string) string {
	u, err := url.Parse(target)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
