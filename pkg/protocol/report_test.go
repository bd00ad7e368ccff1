package protocol

import (
	"sort"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// reported is the straight reading of a browser's report. Messages are ours: they must hold what names the cause.
func reported(payload object, e *event.Event) straight {
	kind := text(payload["type"])
	body, _ := payload["body"].(object)
	if old, is := payload["csp-report"].(object); is {
		kind, body = "csp-violation", object{}
		for key, value := range old { // "blocked-uri" is blockedURL
			words := strings.Split(key, "-")
			for i := 1; i < len(words); i++ {
				words[i] = strings.ToUpper(words[i][:1]) + words[i][1:]
			}
			body[strings.Replace(strings.Join(words, ""), "Uri", "URL", 1)] = value
		}
	}
	s := straight{
		Type: e.Type, Message: e.Message, Level: "error", Release: e.Release, Environment: e.Environment, User: "  ",
		Tags: []string{"report=" + kind},
	}
	switch {
	case kind == "crash":
		s.Level = "fatal"
	case kind == "deprecation", kind == "intervention", body["disposition"] == "report":
		s.Level = "warning"
	}
	if message := text(body["message"]); message != "" {
		s.Message = message
	}
	for _, word := range []string{text(body["effectiveDirective"]), text(body["status_code"]), text(body["destination"])} {
		if !strings.Contains(e.Message, word) {
			s.Message = "a message with " + word
		}
	}
	for tag, member := range map[string]string{
		"disposition": "disposition", "id": "id", "policy": "policyId", "directive": "effectiveDirective", "destination": "destination",
		"status": "status_code", "phase": "phase", "error": "type", "reason": "reason",
	} {
		if v := text(body[member]); v != "" {
			s.Tags = append(s.Tags, tag+"="+v)
		}
	}
	if blocked := text(body["blockedURL"]); blocked != "" {
		s.Tags = append(s.Tags, "blocked="+host(blocked))
	}
	if kind == "network-error" {
		s.Tags = append(s.Tags, "host="+host(text(payload["url"])))
	}
	sort.Strings(s.Tags)
	if file := text(body["sourceFile"]); file != "" {
		s.Frames = []string{"?" + file + ":" + text(body["lineNumber"]) + ":" + text(body["columnNumber"])}
	}
	return s
}

// host returns the name between // and the port, or a word as it is.
func host(url string) string {
	if _, rest, found := strings.Cut(url, "://"); found {
		name, _, _ := strings.Cut(rest, "/")
		name, _, _ = strings.Cut(name, ":")
		return name
	}
	return url
}
