package pages

import (
	"fmt"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A stackView is one exception with its calls, the one that failed first.
type stackView struct {
	Type, Value string
	Title       string // both
	Module      string
	Cause       bool   // it is why the one shown before it was thrown
	Handled     string // yes, no, or empty where the client did not say
	Mechanism   string
	Synthetic   bool // made up to carry a stack
	Runs        []frameRun
	Others      bool // some calls are not of the application, and some are
	Frames      int
	Text        string // the stack as browsers write it
}

// A frameRun is calls that are shown or folded together.
type frameRun struct {
	Folded bool // they are not of the application
	Frames []frameView
}

// A frameView is one call.
type frameView struct {
	Function, File, Path string
	Place                string // :line:column
	App, Failed          bool
	Source               []sourceLine
	Vars                 []pair
}

// A sourceLine is one line of source around a call. Mark is the character at the call's column.
type sourceLine struct {
	Number              int
	Text                string
	Here                bool
	Before, Mark, After string
}

// newStacks prepares the exceptions of an event, the thrown one first; all shows every call at once.
func newStacks(e *event.Event, all bool) []stackView {
	var stacks []stackView
	for i := len(e.Exceptions) - 1; i >= 0; i-- {
		x := &e.Exceptions[i]
		s := stackView{Type: x.Type, Value: x.Value, Title: titleOf(x.Type, x.Value), Module: x.Module, Cause: len(stacks) > 0}
		if m := x.Mechanism; m != nil {
			s.Mechanism, s.Synthetic = m.Type, m.Synthetic
			if m.Handled != nil {
				s.Handled = yesNo(*m.Handled)
			}
		}
		s.fill(x.Frames, all)
		stacks = append(stacks, s)
	}
	if len(e.Frames) > 0 {
		s := stackView{Type: e.Type, Value: e.Message, Title: titleOf(e.Type, e.Message)}
		s.fill(e.Frames, all)
		stacks = append(stacks, s)
	}
	return stacks
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

func titleOf(kind, value string) string {
	switch {
	case kind == "":
		return value
	case value == "":
		return kind
	}
	return kind + ": " + value
}

// fill turns the order of the frames: whoever mends an error reads from where it failed outwards. Calls that are not of
// the application are folded, unless there are no others.
func (s *stackView) fill(frames []event.Frame, all bool) {
	s.Frames, s.Text = len(frames), stackText(s.Title, frames)
	own := false
	for i := range frames {
		own = own || inApp(&frames[i])
		s.Others = s.Others || !inApp(&frames[i])
	}
	s.Others = s.Others && own
	for i := len(frames) - 1; i >= 0; i-- {
		view := newFrame(&frames[i])
		view.Failed = i == len(frames)-1
		fold := own && !all && !view.App
		if n := len(s.Runs); n == 0 || s.Runs[n-1].Folded != fold {
			s.Runs = append(s.Runs, frameRun{Folded: fold})
		}
		last := &s.Runs[len(s.Runs)-1]
		last.Frames = append(last.Frames, view)
	}
}

// inApp takes a call for the application's own when the client did not say.
func inApp(f *event.Frame) bool { return f.InApp == nil || *f.InApp }

func newFrame(f *event.Frame) frameView {
	view := frameView{Function: f.Function, File: fileOf(f), Path: f.AbsPath, Place: placeOf(f), App: inApp(f), Vars: pairsOf(f.Vars)}
	if view.Path == view.File {
		view.Path = ""
	}
	if f.ContextLine == "" && len(f.PreContext) == 0 {
		return view
	}
	before, after := f.PreContext, f.PostContext
	if len(before) > maxContext {
		before = before[len(before)-maxContext:]
	}
	if len(after) > maxContext {
		after = after[:maxContext]
	}
	for i, text := range before {
		view.Source = append(view.Source, sourceLine{Number: numbered(f.Line, i-len(before)), Text: text})
	}
	view.Source = append(view.Source, marked(f))
	for i, text := range after {
		view.Source = append(view.Source, sourceLine{Number: numbered(f.Line, i+1), Text: text})
	}
	return view
}

// maxContext bounds the lines shown before and after a call: clients send five.
const maxContext = 10

func numbered(line, away int) int {
	if line <= 0 {
		return 0
	}
	return max(0, line+away)
}

// marked finds the call's column in its line. A line that the client cut has no columns any more.
func marked(f *event.Frame) sourceLine {
	line := sourceLine{Number: max(0, f.Line), Text: f.ContextLine, Here: true, Before: f.ContextLine}
	runes := []rune(f.ContextLine)
	if at := f.Column - 1; at >= 0 && at < len(runes) && !strings.Contains(f.ContextLine, "{snip}") && !strings.Contains(f.ContextLine, "…") {
		line.Before, line.Mark, line.After = string(runes[:at]), string(runes[at]), string(runes[at+1:])
	}
	return line
}

func fileOf(f *event.Frame) string {
	switch {
	case f.Filename != "":
		return f.Filename
	case f.AbsPath != "":
		return f.AbsPath
	}
	return f.Module
}

func placeOf(f *event.Frame) string {
	switch {
	case f.Line <= 0:
		return ""
	case f.Column <= 0:
		return fmt.Sprintf(":%d", f.Line)
	}
	return fmt.Sprintf(":%d:%d", f.Line, f.Column)
}

// stackText writes a stack as Chromium does.
func stackText(title string, frames []event.Frame) string {
	var out strings.Builder
	out.WriteString(title)
	for i := len(frames) - 1; i >= 0; i-- {
		f := &frames[i]
		file := f.AbsPath
		if file == "" {
			file = fileOf(f)
		}
		if f.Function == "" {
			fmt.Fprintf(&out, "\n    at %s%s", file, placeOf(f))
		} else {
			fmt.Fprintf(&out, "\n    at %s (%s%s)", f.Function, file, placeOf(f))
		}
	}
	return out.String()
}
