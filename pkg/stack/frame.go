package stack

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// parseFrame reads one line of a stack, trimmed, of any engine.
func parseFrame(line string) (event.Frame, bool) {
	if rest, is := strings.CutPrefix(line, "at "); is {
		return v8Frame(rest)
	}
	return geckoFrame(line)
}

// v8Frame reads what follows "at " in Chrome, Edge and Node: "fn (url:1:2)", "async fn [as x] (url:1:2)",
// "url:1:2", "eval (eval at fn (url:1:2), <anonymous>:1:1)", "Array.map (<anonymous>)".
func v8Frame(s string) (f event.Frame, ok bool) {
	name, place := "", strings.TrimPrefix(s, "async ")
	if i := strings.Index(s, " ("); i >= 0 && strings.HasSuffix(s, ")") {
		name, place = s[:i], s[i+2:len(s)-1]
	}
	if strings.HasPrefix(place, "eval at ") {
		place = evalSite(place)
	}
	place = strings.TrimPrefix(place, "address at ") // Hermes
	f.Function = functionName(name)
	switch {
	case place == "<anonymous>", name != "" && strings.HasPrefix(place, "index "), place == "unknown location":
		f.Filename = "<anonymous>"
	case place == "native", place == "[native code]":
		f.Filename = "[native code]"
	default:
		f.Filename, f.Line, f.Column = position(place)
		if f.Line == 0 && (name == "" || !strings.Contains(place, "/")) {
			return f, false
		}
		if f.Column == 0 && !strings.ContainsAny(f.Filename, "/.<") {
			return f, false // "at 10:30" in a message
		}
	}
	return f, true
}

// evalSite returns where the outermost eval of "eval at a (eval at b (url:1:2), <anonymous>:1:1)…" was
// called, the one place in it that is a file.
func evalSite(s string) string {
	closing := strings.IndexByte(s, ')')
	if closing < 0 {
		return "<anonymous>"
	}
	site := s[strings.LastIndexByte(s[:closing], '(')+1 : closing]
	if _, line, _ := position(site); line == 0 {
		return "<anonymous>"
	}
	return site
}

// geckoFrame reads a line of Firefox or Safari: "fn@url:1:2", "@url:1:2", "async*fn@url:1:2",
// "fn@[native code]", "fn@url line 7 > eval:1:1", or in old Safari the URL alone.
func geckoFrame(line string) (f event.Frame, ok bool) {
	name, place, found := strings.Cut(line, "@")
	if !found {
		name, place = "", line
		if place != "[native code]" && (!strings.Contains(place, "://") || strings.ContainsAny(place, " \t")) {
			return f, false
		}
	}
	if i := strings.LastIndexByte(name, '*'); i >= 0 {
		name = name[i+1:] // "async*", "promise callback*", "setTimeout handler*"
	}
	if i := strings.LastIndex(place, " -> "); i >= 0 {
		place = place[i+4:] // of an extension: the file that loaded it comes first
	}
	f.Function = functionName(name)
	if place == "[native code]" {
		f.Filename = place
		return f, true
	}
	if file, rest, is := strings.Cut(place, " line "); is && strings.Contains(rest, " > ") {
		number, _, _ := strings.Cut(rest, " ")
		f.Filename, f.Line = file, lineNumber(number)
		return f, f.Line > 0
	}
	f.Filename, f.Line, f.Column = position(place)
	return f, f.Line > 0 && f.Filename != ""
}

// functionName returns the name as the engine has it, "?" for none, as Sentry's SDKs do.
func functionName(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "", "<anonymous>", "anonymous", "async", "async <anonymous>":
		return "?"
	}
	return s
}

// position cuts ":line:column" or ":line" from the end of a place; without one line is 0.
func position(place string) (file string, line, column int) {
	i := strings.LastIndexByte(place, ':')
	if i < 0 {
		return place, 0, 0
	}
	last := lineNumber(place[i+1:])
	if last == 0 {
		return place, 0, 0
	}
	if j := strings.LastIndexByte(place[:i], ':'); j >= 0 {
		if line = lineNumber(place[j+1 : i]); line > 0 {
			return place[:j], line, last
		}
	}
	return place[:i], last, 0
}

// lineNumber reads a whole number of up to 9 digits, 0 when s is none.
func lineNumber(s string) (n int) {
	if len(s) > 9 {
		return 0
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return 0
		}
		n = n*10 + int(s[i]-'0')
	}
	return n
}
