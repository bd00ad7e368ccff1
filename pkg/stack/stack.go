// Package stack reads the texts in which JavaScript engines tell where an error happened: error.stack of
// Chrome, Edge, Node, Firefox, Safari and Hermes. It promises linear time and bounded memory for any text,
// and never to fail: a text it cannot read has no frames.
package stack

import (
	"bytes"
	"slices"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/read"
)

// Bounds of reading error.stack. Browsers stop at 10 to 100 lines; longer stacks are made by hand.
const (
	MaxLines  = 5000
	maxLine   = 8 << 10 // bytes; data: URLs of whole scripts occur
	maxCauses = 10
)

// A Trace is one error of a stack text.
type Trace struct {
	Header string        // what stands above the frames: name and message in V8, nothing in Firefox and Safari
	Frames []event.Frame // outermost first, nil when there is none; up to twice event.MaxFrames
}

// Parse reads the text of error.stack with the chains that "Caused by:" or Node's "[cause]:" append: the
// thrown error first, then its causes; at least one trace. message is the error's message if known: its
// lines, should it have several, are then not taken for frames. Lines that are no frames and stand between
// frames are left out.
func Parse(text, message string) []Trace {
	var traces []Trace
	var t Trace
	known, text := cutHeader(text, message)
	header := []byte(known)
	finish := func() {
		t.Header = string(bytes.TrimSpace(header))
		slices.Reverse(t.Frames)
		traces = append(traces, t)
	}
	for n := 0; text != "" && n < MaxLines; n++ {
		var line string
		line, text, _ = strings.Cut(text, "\n")
		if len(line) > maxLine {
			line = strings.ToValidUTF8(line[:maxLine], "")
		}
		bare := strings.TrimSpace(line)
		if cause, is := cutCause(bare); is && len(traces) < maxCauses {
			finish()
			t, header = Trace{}, []byte(cause)
			continue
		}
		if f, is := parseFrame(bare); is {
			t.Frames = read.AppendFrame(t.Frames, f)
		} else if t.Frames == nil && len(header) < event.MaxMessage {
			header = append(append(header, '\n'), line...)
		}
	}
	finish()
	return traces
}

// Causes makes the exceptions of what Parse returned but the thrown one, oldest cause first.
func Causes(traces []Trace) (causes []event.Exception) {
	for i := len(traces) - 1; i > 0; i-- {
		cause := event.Exception{Value: traces[i].Header, Frames: traces[i].Frames}
		if name, message, is := SplitHeader(traces[i].Header); is {
			cause.Type, cause.Value = name, message
		}
		causes = append(causes, cause)
	}
	return causes
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
