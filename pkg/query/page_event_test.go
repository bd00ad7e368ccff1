package query

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
)

func (s *site) eventPath(e map[string]any) string {
	return fmt.Sprintf("/projects/%d/events/%s?day=%s", s.project, e["id"], e["day"])
}

// notShown are members of the API's answer that the page tells otherwise: times in the viewer's zone, ids in links,
// the client's bytes cut.
var notShown = map[string]bool{
	"raw": true, "raw_encoding": true, "project_id": true, "issue_id": true, "day": true, "received_at": true, "occurred_at": true, "timestamp": true,
	"exception_id": true, "parent_id": true, "is_exception_group": true, "source": true, "synthetic": true, "handled": true, "in_app": true,
	"event_id": true, "content_type": true, "size": true, "colno": true, "lineno": true,
}

// leaves gives every text and number of an answer with where it stands.
func leaves(at string, v any, give func(at, leaf string)) {
	switch v := v.(type) {
	case map[string]any:
		for name, member := range v {
			if !notShown[name] {
				leaves(at+"."+name, member, give)
			}
		}
	case []any:
		for i, element := range v {
			leaves(fmt.Sprintf("%s[%d]", at, i), element, give)
		}
	case string:
		give(at, v)
	case float64:
		give(at, strconv.FormatFloat(v, 'f', -1, 64))
	}
}

func TestThePageOfAnEventShowsWhatTheAPIAnswers(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	captured := s.captured(t)
	if len(captured) < 40 {
		t.Fatalf("only %d captures hold events", len(captured))
	}
	for name, records := range captured {
		ids := s.store(records...)
		for i, id := range ids {
			full := object(t, s.b.get(s.path("/events/"+id), s.token))
			text := textOf(s.shown(s.eventPath(full) + "&frames=all"))
			leaves("", full, func(at, leaf string) {
				quoted, err := json.Marshal(leaf)
				if err != nil {
					t.Fatal(err)
				}
				within := strings.Trim(string(quoted), `"`)
				if want := fold1(leaf); !strings.Contains(text, want) && !strings.Contains(text, fold1(within)) {
					t.Errorf("%s, event %d: the page lacks %s: %q", name, i, at, want)
				}
			})
		}
	}
}

// polyglot breaks out of whatever is escaped for another place.
const polyglot = `jaVasCript:/*-/*` + "`" + `/*\` + "`" + `/*'/*"/**/(/* */oNcliCk=alert(1) )//%0D%0A//</stYle/</titLe/</teXtarEa/</scRipt/--!><sVg/<sVg/oNloAd=alert(1)//>{{7*7}}<img src=x onerror=alert(1)>`

func hostile(t *testing.T) string {
	t.Helper()
	text := polyglot + "\u202e\u0000\u001b[31m"
	frame := map[string]any{
		"function": text, "filename": text, "abs_path": "javascript:alert(1)", "lineno": 1, "colno": 3, "in_app": true,
		"pre_context": []string{text}, "context_line": text, "post_context": []string{text}, "vars": map[string]any{text: text},
	}
	raw, err := json.Marshal(map[string]any{
		"event_id": "c0ffee00c0ffee00c0ffee00c0ffee00", "level": "error", "release": text, "environment": "production", "transaction": text, "logger": text, "server_name": text, "dist": text,
		"platform": "javascript", "fingerprint": []string{text}, "message": text,
		"exception": map[string]any{"values": []any{
			map[string]any{"type": text, "value": text, "module": text, "mechanism": map[string]any{"type": text, "handled": false}, "stacktrace": map[string]any{"frames": []any{frame, frame}}},
			map[string]any{"type": text, "value": strings.Repeat(text+"\n", 40)},
		}},
		"breadcrumbs": []any{map[string]any{"timestamp": 1, "category": text, "type": text, "message": text, "level": text, "data": map[string]any{text: map[string]any{text: text}}}},
		"user":        map[string]any{"id": text, "email": text, "username": text, "ip_address": "1.2.3.4", "data": map[string]any{text: text}},
		"request":     map[string]any{"url": "javascript:alert(1)//" + text, "headers": map[string]any{text: text, "Referer": text}, "query_string": text, "cookies": text, "data": map[string]any{text: text}},
		"tags":        map[string]any{text: text}, "extra": map[string]any{text: text}, "contexts": map[string]any{text: map[string]any{text: text}, "browser": text},
		"modules": map[string]any{text: text}, "sdk": map[string]any{"name": text, "version": text, "integrations": []string{text}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

var (
	openTag   = regexp.MustCompile(`<([a-zA-Z!/][^\s>]*)([^>]*)>`)
	attribute = regexp.MustCompile(`([a-zA-Z-]+)\s*=\s*"([^"]*)"`)
)

// checkMarkup fails where a page holds an element or an attribute that no template of ours makes.
func checkMarkup(t *testing.T, path, page string) {
	t.Helper()
	if tags := openTag.FindAllString(page, -1); len(tags) != strings.Count(page, "<") {
		t.Errorf("%s: %d tags, %d times <", path, len(tags), strings.Count(page, "<"))
	}
	for _, tag := range openTag.FindAllStringSubmatch(page, -1) {
		switch name := strings.ToLower(tag[1]); name {
		case "iframe", "object", "embed", "base", "style", "template", "math":
			t.Errorf("%s: element %s", path, tag[0])
		case "script":
			if !strings.Contains(tag[2], `src="/static/`) {
				t.Errorf("%s: script %s", path, tag[0])
			}
		case "img":
			if !strings.Contains(tag[2], `src="/static/`) {
				t.Errorf("%s: picture %s", path, tag[0])
			}
		}
		for _, a := range attribute.FindAllStringSubmatch(tag[2], -1) {
			name, value := strings.ToLower(a[1]), a[2]
			if strings.HasPrefix(name, "on") || name == "style" || name == "srcdoc" {
				t.Errorf("%s: attribute %s", path, a[0])
			}
			ours := strings.HasPrefix(value, "/") && !strings.HasPrefix(value, "//") || strings.HasPrefix(value, "#") || strings.HasPrefix(value, "?")
			if (name == "href" || name == "action" || name == "src") && !ours && !strings.HasPrefix(value, "https://shop.example") {
				t.Errorf("%s: leads away: %s", path, a[0])
			}
		}
	}
	for _, odd := range []string{"\u202e", "\x00", "\x1b"} {
		if strings.Contains(page, odd) {
			t.Errorf("%s: %q is not made visible", path, odd)
		}
	}
}

func TestHostileEventsAreOnlyText(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	id := s.store(s.record(event.Sentry, time.Now(), hostile(t)))[0]
	full := object(t, s.b.get(s.path("/events/"+id), s.token))
	page := s.eventPath(full)
	issue := fmt.Sprintf("/projects/%d/issues/%s", s.project, full["issue_id"])
	for _, path := range []string{
		page, page + "&frames=all", page + "&stack=text", fmt.Sprintf("/projects/%d/feedback", s.project), issue, issue + "?tab=events", issue + "?tab=why", issue + "?tab=activity", issue + "?tab=merged",
		fmt.Sprintf("/projects/%d/tail", s.project), fmt.Sprintf("/projects/%d/start", s.project),
		issue + "?tab=events&q=" + "%22%3E%3Cscript%3E",
	} {
		checkMarkup(t, path, s.shown(path))
	}
	shown := textOf(s.shown(page))
	if !strings.Contains(shown, "‹U+202E›") || !strings.Contains(shown, "‹U+001B›") {
		t.Error("what can't be seen is not named")
	}
}

func TestAnEventIsCopiedAsText(t *testing.T) {
	t.Parallel()
	s := newBench(t).site("acme")
	id := s.store(s.record(event.Sentry, time.Now(), hostile(t)))[0]
	base := fmt.Sprintf("/projects/%d/events/%s", s.project, id)
	for _, form := range []string{".md", ".json"} {
		w := s.page(base+form, s.wide)
		if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "text/plain; charset=utf-8" || !strings.Contains(w.Header().Get("Content-Security-Policy"), "sandbox") {
			t.Errorf("%s: %d %v", form, w.Code, w.Header())
		}
	}
	if w := s.page(base+".html", s.wide); w.Code != http.StatusNotFound {
		t.Errorf("another form: %d", w.Code)
	}
	outside := outsideOfCode(s.page(base+".md", s.wide).Body.String())
	for _, bad := range []string{"<img", "<sVg", "alert", "javascript", "{{7"} {
		if strings.Contains(outside, bad) {
			t.Errorf("Markdown holds %s outside of code: %s", bad, outside)
		}
	}
}

// outsideOfCode takes fences and spans of code out of Markdown, as CommonMark finds them.
func outsideOfCode(text string) string {
	var plain strings.Builder
	fence := ""
	for line := range strings.SplitSeq(text, "\n") {
		ticks := line[:len(line)-len(strings.TrimLeft(line, "`"))]
		switch {
		case fence != "" && strings.TrimRight(line, " ") == ticks && len(ticks) >= len(fence):
			fence = ""
		case fence != "":
		case len(ticks) >= 3 && !strings.Contains(line[len(ticks):], "`"):
			fence = ticks
		default:
			plain.WriteString(withoutSpans(line) + "\n")
		}
	}
	return plain.String()
}

var ticks = regexp.MustCompile("`+")

func withoutSpans(line string) string {
	out := ""
	for {
		open := ticks.FindStringIndex(line)
		if open == nil {
			return out + line
		}
		mark := line[open[0]:open[1]]
		out += line[:open[0]]
		rest := line[open[1]:]
		end := -1
		for _, at := range ticks.FindAllStringIndex(rest, -1) {
			if rest[at[0]:at[1]] == mark {
				end = at[1]
				break
			}
		}
		if end < 0 {
			return out + mark + rest
		}
		line = rest[end:]
	}
}
