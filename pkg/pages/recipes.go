package pages

import (
	"fmt"
	"net/url"
	"sync"

	"github.com/trivetlabs/trivet/pkg/web"
	"github.com/trivetlabs/trivet/sdk/js"
)

// newestScript is asked once: making a script ready to be served takes some milliseconds.
var newestScript = sync.OnceValue(js.Newest)

// A recipe is one way to make a site send its errors here, complete but for names of releases.
type recipe struct {
	ID, Name, About string
	Codes           []code
}

// A code is what is copied from a recipe as it stands.
type code struct{ Where, Text string }

// A target is where a site of the project sends to.
type target struct {
	URL     string // of ingest, without a slash at its end
	Key     string
	DSN     string
	Project int64
}

// recipes returns all ways. What is in them is ours, but for the URL of ingest, which the operator set.
func recipes(t target) []recipe {
	return append([]recipe{ownScript(t)}, append(libraries(t), append(withoutLibrary(t), firstParty(t)...)...)...)
}

// openRecipe is the one that a page begins with: that of an id, else the first. There must be one.
func openRecipe(all []recipe, id string) recipe {
	for _, r := range all {
		if r.ID == id {
			return r
		}
	}
	return all[0]
}

func ownScript(t target) recipe {
	s := newestScript()
	return recipe{"script", "Script", "3 KB, no build step. Into the head of each page, before other scripts:", []code{
		{"keeps what goes wrong before the script has loaded", js.Loader},
		{"the script, at a version that never changes", s.Tag(t.URL, t.Key)},
		{"where pages have a Content-Security-Policy, it must allow", fmt.Sprintf("script-src '%s' %s; connect-src %[2]s", js.LoaderHash, t.URL)},
	}}
}

func libraries(t target) []recipe {
	return []recipe{
		{"sentry-browser", "@sentry/browser", "Any Sentry SDK, version 5 to 11: only the DSN is ours.", []code{{"main.js", fmt.Sprintf(`import * as Sentry from "@sentry/browser";

Sentry.init({
  dsn: %q,
  release: "shop@1.4.2",
  environment: "production",
});`, t.DSN)}}},
		{"sentry-react", "@sentry/react", "With the error boundary of React 19; older versions wrap the app in Sentry.ErrorBoundary.", []code{{"main.jsx", fmt.Sprintf(`import * as Sentry from "@sentry/react";
import { createRoot } from "react-dom/client";

Sentry.init({ dsn: %q, release: "shop@1.4.2" });

createRoot(document.getElementById("root"), {
  onUncaughtError: Sentry.reactErrorHandler(),
  onCaughtError: Sentry.reactErrorHandler(),
  onRecoverableError: Sentry.reactErrorHandler(),
}).render(<App />);`, t.DSN)}}},
		{"sentry-vue", "@sentry/vue", "Takes what Vue's own error handler is given.", []code{{"main.js", fmt.Sprintf(`import { createApp } from "vue";
import * as Sentry from "@sentry/vue";
import App from "./App.vue";

const app = createApp(App);
Sentry.init({ app, dsn: %q, release: "shop@1.4.2" });
app.mount("#app");`, t.DSN)}}},
		{"faro", "Grafana Faro", "Exceptions and logs of level error are kept.", []code{{"main.js", fmt.Sprintf(`import { initializeFaro } from "@grafana/faro-web-sdk";

initializeFaro({
  url: "%s/collect/%s",
  app: { name: "shop", version: "1.4.2", environment: "production" },
});`, t.URL, t.Key)}}},
		{"otlp", "OpenTelemetry", "Log records with exception.* are kept, as JSON or protobuf.", []code{{"main.js", fmt.Sprintf(`import { OTLPLogExporter } from "@opentelemetry/exporter-logs-otlp-http";

const exporter = new OTLPLogExporter({
  url: "%s/api/%d/otlp/v1/logs",
  headers: { "x-api-key": %q },
});`, t.URL, t.Project, t.Key)}}},
	}
}

func withoutLibrary(t target) []recipe {
	report := fmt.Sprintf("%s/api/%d/%%s/?sentry_key=%s", t.URL, t.Project, t.Key)
	at := func(route string) string { return fmt.Sprintf(report, route) }
	return []recipe{
		{"fetch", "fetch", "A dozen lines of your own.", []code{{"in a script of the page", fmt.Sprintf(`function tell(error) {
  fetch("%s/t/%s", {
    method: "POST",
    keepalive: true,
    body: JSON.stringify({
      type: error.name, message: error.message, stack: error.stack,
      url: location.href, release: "shop@1.4.2",
    }),
  });
}
addEventListener("error", (e) => tell(e.error ?? { message: e.message }));
addEventListener("unhandledrejection", (e) => tell(e.reason ?? {}));`, t.URL, t.Key)}}},
		{"curl", "curl", "From a shell: jobs, servers, or to see that it works.", []code{{"shell", fmt.Sprintf(`curl -d '{"type":"TestError","message":"hello","level":"error"}' \
  '%s/t/%s'`, t.URL, t.Key)}}},
		{"reports", "Browser reports", "The browser itself tells what a policy blocked, what is deprecated, which page crashed: no script runs for it.", []code{
			{"header for CSP reports, every browser", "Content-Security-Policy: default-src 'self'; report-uri " + at("security")},
			{"headers for the Reporting API", fmt.Sprintf("Reporting-Endpoints: default=%q\nContent-Security-Policy: default-src 'self'; report-to default", at("reports"))},
			{"headers for network errors", fmt.Sprintf(`Report-To: {"group":"nel","max_age":86400,"endpoints":[{"url":%q}]}
NEL: {"report_to":"nel","max_age":86400}`, at("nel"))},
		}},
		{"pixel", "Pixel", "For pages without scripts, mails too.", []code{{"HTML", fmt.Sprintf(`<img src="%s/api/%d/pixel.gif?key=%s&amp;message=Payment+page+without+scripts" alt="">`, t.URL, t.Project, t.Key)}}},
	}
}

// firstParty are ways past blockers: the page sends to its own site, which passes it on.
func firstParty(t target) []recipe {
	host := ""
	if u, err := url.Parse(t.URL); err == nil {
		host = u.Host
	}
	return []recipe{{"first-party", "First-party", "Pages send to your own host, which passes it on: no request to another site, and nothing for blockers to know.", []code{
		{"nginx", fmt.Sprintf(`location /errors/ {
  proxy_pass %s/;
  proxy_set_header Host %s;
  proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
}`, t.URL, host)},
		{"Caddyfile", fmt.Sprintf(`handle_path /errors/* {
  reverse_proxy %s {
    header_up Host {upstream_hostport}
  }
}`, web.Origin(t.URL))},
		{"then our script", newestScript().Tag("/errors", t.Key)},
		{"or a Sentry SDK", fmt.Sprintf("Sentry.init({ dsn: %q, tunnel: \"/errors/tunnel\" });", t.DSN)},
		{"and for ingest, so that it believes the proxy about addresses of visitors", "INGEST_TRUSTED_PROXIES=203.0.113.7/32"},
	}}}
}
