package grouping

import (
	"bytes"
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// chain adds type and stack, or type and message, of each exception in order: the root cause first, the
// thrown one last. The children of an aggregate count as a set, so it does not matter how many of a hundred
// requests failed in the same way.
func (w *walk) chain(e *event.Event) {
	w.chose(StrategyMessage)
	if len(e.Exceptions) == 0 {
		w.plain(e)
		return
	}
	wrapped, group := false, false
	for i := range e.Exceptions {
		if m := e.Exceptions[i].Mechanism; m != nil {
			wrapped, group = wrapped || isWrapping(m.Type), group || m.IsGroup
		}
	}
	var room [4]segment // most chains have one exception
	starts := room[:0]
	last := len(e.Exceptions) - 1
	before := w.here()
	for i := range e.Exceptions {
		x := &e.Exceptions[i]
		if i < last && strings.HasPrefix(x.Type, boundaryPrefix) {
			w.omit(partType, x.Type, "the components around the error, which differ from page to page")
			continue
		}
		if i == last && group {
			w.asSet(starts, false, "another error of the same aggregate says the same")
		}
		s := w.here()
		w.exception(e, x, i == last, wrapped)
		if group {
			starts = append(starts, s)
			continue
		}
		if bytes.Equal(w.buf[before.buf:s.buf], w.buf[s.buf:]) {
			w.drop(s, "the same as its cause") // thrown again, wrapped in its like
			continue
		}
		before = s
	}
}

// boundaryPrefix begins the name of what Sentry's SDK for React puts into a chain as a cause: a stack of
// components, made up by the error boundary.
const boundaryPrefix = "React ErrorBoundary"

// plain adds an event without exceptions. Its message beats its stack, which only some clients send along
// with messages, and of those some let it end in the SDK.
func (w *walk) plain(e *event.Event) {
	typ, value := describe(e.Type, e.Message, false)
	if typ != "" {
		w.part(partType, typ, e.Type)
	}
	if value != "" {
		w.message(value)
		return
	}
	w.stack(e.Frames, false, false)
}

func (w *walk) exception(e *event.Event, x *event.Exception, thrown, wrapped bool) {
	value, frames := x.Value, x.Frames
	if thrown && value == "" {
		value = e.Message
	}
	if thrown && len(frames) == 0 {
		frames = e.Frames
	}
	synthetic := x.Mechanism != nil && x.Mechanism.Synthetic
	typ, value := describe(x.Type, value, synthetic)
	overflow := isOverflow(value)
	if overflow {
		typ = "RangeError" // Firefox's InternalError
	}
	if typ != "" {
		w.part(partType, typ, x.Type)
	}
	if synthetic {
		// Its stack was made up by the SDK where it noticed the error, so it is the same for all such.
		for i := range frames {
			w.leftOut(&frames[i], "the client made up the stack")
		}
	} else if w.stack(frames, wrapped, overflow) {
		return
	}
	if value != "" {
		w.message(value)
	}
}

func (w *walk) message(s string) {
	start := w.open(partMessage)
	meaning, rest := neutral(s)
	w.buf = appendMessage(append(w.buf, meaning...), rest)
	w.close(start, s)
}

// isWrapping tells whether a mechanism means that the client called the site's handler through a wrapper of
// its own, which is then the outermost frame. The names are those of @sentry/browser: "instrument" up to
// version 9, "auto.browser.browserapierrors.setTimeout" and the like since.
func isWrapping(mechanism string) bool {
	return mechanism == "instrument" || strings.Contains(mechanism, "browserapierrors")
}

// describe returns the type and the message of an exception, however its client and its engine split and
// worded them. The type of a made-up exception is the client's; where its message names one, as for a
// DOMException ("QuotaExceededError: quota"), that is the error's.
func describe(typ, value string, synthetic bool) (string, string) {
	value = bare(value, typ)
	typ = typeName(typ)
	if synthetic {
		typ = ""
	}
	if typ == "" {
		if name, rest, found := strings.Cut(value, ": "); found && isErrorName(name) {
			typ, value = name, rest
		}
	}
	return typ, value
}

// bare returns a message without what browsers and consoles put in front: "Uncaught (in promise) ", and the
// type once more.
func bare(value, typ string) string {
	value = strings.TrimLeft(value, " \t\r\n")
	for {
		rest := value
		for _, prefix := range []string{"Uncaught ", "(in promise) ", "Unhandled Promise Rejection: ", "Error: "} {
			rest = strings.TrimPrefix(rest, prefix)
		}
		if typ != "" {
			if cut, found := strings.CutPrefix(rest, typ); found && strings.HasPrefix(cut, ": ") {
				rest = cut[2:]
			}
		}
		if len(rest) == len(value) || rest == "" {
			return value
		}
		value = rest
	}
}

// typeName returns the name of an error's class without what bundlers do to it: "ApiError$1" is ApiError, and
// "t", minified, is no name. Error is what all are, and what clients call that which was none.
func typeName(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "Error", "error", "UnhandledRejection":
		return ""
	}
	if base, number, found := strings.Cut(s, "$"); found && len(base) > 2 && allDigits(number) {
		s = base
	}
	if isMinified(s) {
		return ""
	}
	return s
}

// isErrorName tells whether s is an identifier that ends as names of errors do.
func isErrorName(s string) bool {
	for i := range len(s) {
		if c := s[i]; !isWord(c) && c != '_' && c != '$' && c != '.' {
			return false
		}
	}
	return strings.HasSuffix(s, "Error") || strings.HasSuffix(s, "Exception")
}
