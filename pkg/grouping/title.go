package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Title returns one line of at most 200 characters that names e in lists.
func Title(e *event.Event) string {
	message := firstLine(e.Message)
	if e.Type != "" { // what window.onerror says of an error names its type once more
		bare := strings.TrimPrefix(message, "Uncaught ")
		if rest, named := strings.CutPrefix(bare, e.Type+": "); named && rest != "" {
			message = rest
		}
	}
	switch {
	case e.Type != "" && message != "":
		return event.Cut(firstLine(e.Type)+": "+message, event.MaxCulprit)
	case e.Type != "":
		return event.Cut(firstLine(e.Type), event.MaxCulprit)
	case message != "":
		return event.Cut(message, event.MaxCulprit)
	}
	return "<unlabeled event>"
}

// firstLine returns the first line of s that is not blank, without control characters.
func firstLine(s string) string {
	s = strings.TrimSpace(s)
	if i := strings.IndexAny(s, "\r\n"); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	return strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
}

// Culprit returns where e happened in one line: the transaction where the client names one, else function
// and file of the innermost in-app frame (of the innermost at all, where none is), else the page's path.
// "" when nothing tells.
func Culprit(e *event.Event) string {
	if e.Transaction != "" {
		return event.Cut(e.Transaction, event.MaxCulprit)
	}
	page := path(e.URL)
	if x := e.Thrown(); page != "" && x != nil && x.Mechanism != nil && x.Mechanism.Synthetic {
		return event.Cut(page, event.MaxCulprit) // its stack ends in the SDK
	}
	for frames := range stacks(e) {
		if f := innermost(frames); f != nil {
			return event.Cut(frameLabel(f), event.MaxCulprit)
		}
	}
	return event.Cut(page, event.MaxCulprit)
}

func innermost(frames []event.Frame) (f *event.Frame) {
	for i := len(frames) - 1; i >= 0; i-- {
		switch {
		case isNative(&frames[i]):
		case inApp(&frames[i]):
			return &frames[i]
		case f == nil:
			f = &frames[i]
		}
	}
	return f
}

func frameLabel(f *event.Frame) string {
	file := path(f.Filename)
	if file == "" {
		file = f.Module
	}
	switch {
	case f.Function == "" || f.Function == "?":
		return file
	case file == "":
		return f.Function
	}
	return f.Function + "(" + file + ")"
}
