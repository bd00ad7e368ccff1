package grouping

import (
	"bytes"

	"github.com/trivetlabs/trivet/pkg/event"
)

// stack adds the frames of a stack that count: those of the site's own code, or where none is all that are
// the program's. It tells whether the stack alone names the error: whether the function that failed has a
// name that a build does not change, and one of those that count a name of its own.
//
// Of the callers only those with such a name count: anonymous functions are named differently by each
// engine, and minified ones by each build. Where the failing function's own name is short, that may be its
// real one, and then all names count. A name that every component has, as render, names nothing alone.
func (w *walk) stack(frames []event.Frame, wrapped, overflow bool) bool {
	if n := len(frames); n > event.MaxFrames {
		frames = frames[n-event.MaxFrames:]
	}
	var room [event.MaxFrames]origin
	origins := room[:len(frames)]
	crash, counts := classify(frames, origins, wrapped)
	if crash < 0 {
		for i := range frames {
			w.leftOut(&frames[i], origins[i].String())
		}
		return false
	}
	crashName := functionName(frames[crash].Function)
	named := crashName != "" && !isMinified(crashName)
	lasting := false
	before := w.here()
	var segments [16]segment // more are rare
	starts := segments[:0]
	for i := range frames {
		f := &frames[i]
		if origins[i] != counts {
			w.leftOut(f, origins[i].String())
			continue
		}
		name := crashName
		if i != crash {
			name = functionName(f.Function)
			if name == "" {
				w.leftOut(f, "an anonymous caller")
				continue
			}
			if isMinified(name) && (named || crashName == "") && !overflow {
				w.leftOut(f, "a minified caller")
				continue
			}
		}
		lasting = lasting || name != "" && !isMinified(name) && !isCommon(name)
		starts = append(starts, w.here())
		w.frame(f, name)
		if !overflow {
			starts = w.fold(starts)
		}
	}
	if overflow { // which function of the circle, or called by it, met the end of the stack is chance
		w.asSet(starts, true, "recursion")
		named = true
	} else if n := len(starts); n > maxCalls {
		w.cut(before, starts[n-maxCalls], "far from what failed: engines keep stacks of different depths")
	}
	w.chose(StrategyStack)
	return named && lasting
}

// maxCalls is how many calls count, from the one that failed outwards. Chrome keeps 10 frames of a stack, of
// which some are no calls that count, and other engines and Sentry's SDK keep more.
const maxCalls = 6

func (w *walk) frame(f *event.Frame, name string) {
	start := w.open(partFrame)
	w.buf = append(append(w.buf, name...), join)
	w.file(f)
	if w.why == nil {
		w.buf = append(w.buf, end)
		return
	}
	w.close(start, frameText(f))
}

// fold takes back the last calls where they repeat those before: a, a and a, b, a, b. So the depth of a
// recursion does not count.
func (w *walk) fold(starts []segment) []segment {
	const longest = 4 // functions that call each other in turn
	n := len(starts)
	for period := 1; period <= longest && 2*period <= n; period++ {
		again, before := starts[n-period], starts[n-2*period]
		if bytes.Equal(w.buf[before.buf:again.buf], w.buf[again.buf:]) {
			w.drop(again, "recursion")
			return starts[:n-period]
		}
	}
	return starts
}
