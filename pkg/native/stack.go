package native

import (
	"bytes"
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/read"
)

// Bounds of reading error.stack. Browsers stop at 10 to 100 lines; longer stacks are made by hand.
const (
	maxStackLines = 5000
	maxStackLine  = 8 << 10 // bytes; data: URLs of whole scripts occur
	maxCauses     = 10
)

// A trace is one error of a stack text: what stands above its frames, and those outermost first.
type trace struct {
	header string
	frames []event.Frame
}

// parseStack reads the text of error.stack as Chrome, Edge, Node, Firefox and Safari write it, with the
// chains that "Caused by:" or Node's "[cause]:" append: the thrown error first, then its causes. message
// is the error's message if known: its lines, should it have several, are then not taken for frames. Lines
// that are no frames and stand between frames are left out.
func parseStack(stack, message string) []trace {
	var traces []trace
	var t trace
	known, stack := cutHeader(stack, message)
	header := []byte(known)
	finish := func() {
		t.header = string(bytes.TrimSpace(header))
		slices.Reverse(t.frames)
		traces = append(traces, t)
	}
	for n := 0; stack != "" && n < maxStackLines; n++ {
		var line string
		line, stack, _ = strings.Cut(stack, "\n")
		if len(line) > maxStackLine {
			line = strings.ToValidUTF8(line[:maxStackLine], "")
		}
		text := strings.TrimSpace(line)
		if cause, is := cutCause(text); is && len(traces) < maxCauses {
			finish()
			t, header = trace{}, []byte(cause)
			continue
		}
		if f, is := parseFrame(text); is {
			t.frames = read.AppendFrame(t.frames, f)
		} else if t.frames == nil && len(header) < event.MaxMessage {
			header = append(append(header, '\n'), line...)
		}
	}
	finish()
	return traces
}

// cutHeader cuts what stands up to the end of a known message from a stack that starts with it.
func cutHeader(stack, message string) (header, rest string) {
	const maxPrefix = 200 // bytes before the message: "Uncaught (in promise) TypeError: "
	if message == "" {
		return "", stack
	}
	i := strings.Index(stack[:min(len(stack), maxPrefix+len(message))], message)
	if i < 0 || strings.IndexByte(stack[:i], '\n') >= 0 || strings.IndexByte(stack[:i], '@') >= 0 {
		return "", stack
	}
	end := i + len(message)
	line, rest, _ := strings.Cut(stack[end:], "\n")
	if strings.TrimSpace(line) != "" {
		return "", stack // the message goes on, or this is a frame that holds the same word
	}
	return stack[:end], rest
}

func cutCause(line string) (header string, is bool) {
	for _, mark := range []string{"Caused by: ", "[cause]: ", "caused by: "} {
		if header, is = strings.CutPrefix(line, mark); is {
			return strings.TrimSuffix(header, " {"), true
		}
	}
	return "", false
}

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
