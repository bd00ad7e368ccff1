package read

import (
	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Frames reads a stack: a list of frames or {"frames":[…]}, outermost call first. Frames that say nothing
// are left out; of a stack over the limit the outer and the inner ends stay.
func Frames(r *jsonx.Reader) (frames []event.Frame) {
	switch r.Kind() {
	case jsonx.Object:
		for key := range r.Fields() {
			if string(key) == "frames" && r.Kind() == jsonx.Array {
				frames = Frames(r)
			}
		}
	case jsonx.Array:
		for range r.Elements() {
			f := frame(r)
			if f.Function == "" && f.Filename == "" && f.AbsPath == "" && f.Module == "" && f.Line == 0 {
				continue
			}
			if frames == nil {
				frames = make([]event.Frame, 0, 8) // a browser's usual stack in one allocation
			}
			frames = AppendFrame(frames, f)
		}
	default:
		r.Skip()
	}
	return frames
}

// AppendFrame appends f; at twice the limit it drops the middle, so that a stack of any length costs a
// bounded amount of memory and keeps its two ends.
func AppendFrame(frames []event.Frame, f event.Frame) []event.Frame {
	const half = event.MaxFrames / 2
	if len(frames) == 2*event.MaxFrames {
		copy(frames[half:], frames[len(frames)-half:])
		frames = frames[:2*half]
	}
	return append(frames, f)
}

func frame(r *jsonx.Reader) (f event.Frame) {
	for key := range r.Fields() {
		switch string(key) {
		case "function", "fn", "func":
			f.Function = r.Text()
		case "filename", "file", "url":
			f.Filename = r.Text()
		case "lineno", "line":
			f.Line = max(r.Int(), 0)
		case "colno", "column", "col":
			f.Column = max(r.Int(), 0)
		case "in_app":
			if in, ok := r.Bool(); ok {
				f.InApp = &in
			}
		case "module":
			f.Module = r.Text()
		case "abs_path":
			f.AbsPath = r.Text()
		case "context_line":
			f.ContextLine = r.Text()
		case "pre_context":
			f.PreContext = Lines(r)
		case "post_context":
			f.PostContext = Lines(r)
		case "vars":
			f.Vars = JSON(r)
		}
	}
	return f
}
