package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// Title returns one line of at most 200 characters that names e in lists: type and message, without what
// browsers repeat in it; of a made-up exception the message alone, because its type is the client's.
func Title(e *event.Event) string {
	typ, message := firstLine(e.Type), firstLine(e.Message)
	if bare := firstLine(bare(message, typ)); bare != "" {
		message = bare
	}
	if x := e.Thrown(); message != "" && x != nil && x.Mechanism != nil && x.Mechanism.Synthetic && typ == "Error" {
		typ = ""
	}
	switch {
	case typ != "" && message != "":
		return event.Cut(typ+": "+message, event.MaxCulprit)
	case typ != "":
		return event.Cut(typ, event.MaxCulprit)
	case message != "":
		return event.Cut(message, event.MaxCulprit)
	}
	if f := crashFrame(e); f != nil {
		if label := firstLine(frameLabel(f)); label != "" {
			return event.Cut("Error in "+label, event.MaxCulprit)
		}
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
// and file of the frame that failed, else the page's path. "" when nothing tells.
func Culprit(e *event.Event) string {
	if e.Transaction != "" {
		return event.Cut(e.Transaction, event.MaxCulprit)
	}
	page := path(e.URL)
	if x := e.Thrown(); page != "" && x != nil && x.Mechanism != nil && x.Mechanism.Synthetic {
		return event.Cut(page, event.MaxCulprit) // its stack ends in the SDK
	}
	if f := crashFrame(e); f != nil {
		return event.Cut(frameLabel(f), event.MaxCulprit)
	}
	return event.Cut(page, event.MaxCulprit)
}

// crashFrame returns the frame that failed, as grouping sees it: of the thrown exception, or where that has no
// stack of the nearest one that has; nil when nothing has.
func crashFrame(e *event.Event) *event.Frame {
	for i := len(e.Exceptions) - 1; i >= 0; i-- {
		m := e.Exceptions[i].Mechanism
		if f := failed(e.Exceptions[i].Frames, m != nil && isWrapping(m.Type)); f != nil {
			return f
		}
	}
	return failed(e.Frames, false)
}

func failed(frames []event.Frame, wrapped bool) *event.Frame {
	if n := len(frames); n > event.MaxFrames {
		frames = frames[n-event.MaxFrames:]
	}
	var room [event.MaxFrames]origin
	if crash, _ := classify(frames, room[:len(frames)], wrapped); crash >= 0 {
		return &frames[crash]
	}
	return nil
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
