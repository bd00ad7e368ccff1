package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
)

// An origin says whose code a frame is.
type origin uint8

const (
	fromApp origin = iota
	fromLibrary
	fromExtension
	fromEngine
	fromClient
)

func (o origin) String() string {
	switch o {
	case fromLibrary:
		return "not the site's own code"
	case fromExtension:
		return "of a browser extension"
	case fromEngine:
		return "of the browser itself"
	case fromClient:
		return "of the client that reports errors"
	}
	return "an extension called by it failed"
}

// classify tells of each frame whose it is, which origin counts, and which frame of that origin failed; -1
// when there is none that may count.
func classify(frames []event.Frame, origins []origin, wrapped bool) (crash int, counts origin) {
	inner := consoleHook(frames) // from here on inwards it is the client, which made the error
	innermost := -1
	helped := false            // the last function with a name was a helper
	file, whose := "", fromApp // of the frame before: most neighbours share a file
	for i := range frames {
		f := &frames[i]
		name := functionName(f.Function)
		switch {
		case i >= inner || isClientFunction(name) || wrapped && i == 0 && inner > 1 && isWrapper(name):
			origins[i] = fromClient
			continue
		case isNative(f), i > 0 && name == "" && isEvaluated(f, &frames[i-1]):
			origins[i] = fromEngine
			continue
		}
		if f.Filename != file {
			file, whose = f.Filename, fileOrigin(f.Filename)
		}
		origins[i], innermost = whose, i
		if whose == fromApp && (f.InApp != nil && !*f.InApp) {
			origins[i] = fromLibrary
		}
		if name == "" {
			continue
		}
		if helped = isHelper(name) || helped && i < len(frames)-1 && isStep(name) || isRunner(f.Function); helped && whose == fromApp {
			origins[i] = fromLibrary
		}
	}
	if innermost < 0 {
		return -1, fromEngine
	}
	clientFile(frames, origins, frames[innermost].Filename)
	counts = fromLibrary
	if origins[innermost] == fromExtension {
		counts = fromExtension // the page it broke into is not to blame
	} else {
		for _, o := range origins {
			if o == fromApp {
				counts = fromApp
				break
			}
		}
	}
	crash = innermost
	for origins[crash] != counts {
		crash--
	}
	return crash, counts
}

// clientFile gives the frames of a file to the client where one of them is known to be: the client came in a
// file of its own, minified. What failed lies in the site's, and named functions stay the site's, so a bundle
// that holds both is not lost.
func clientFile(frames []event.Frame, origins []origin, site string) {
	file := ""
	for i, o := range origins {
		if f := frames[i].Filename; o == fromClient && f != site && !isNative(&frames[i]) {
			file = f
			break
		}
	}
	if file == "" {
		return
	}
	for i := range frames {
		if frames[i].Filename != file {
			continue
		}
		if name := functionName(frames[i].Function); name == "" || isMinified(name) {
			origins[i] = fromClient
		}
	}
}

// consoleHook returns the place of the outermost call of a console function. Those are the engine's and have
// no frame, but where a client has put its own in their place.
func consoleHook(frames []event.Frame) int {
	for i := range frames {
		name := frames[i].Function
		name, found := strings.CutPrefix(name[strings.LastIndexByte(name, '/')+1:], "console")
		if found && name != "" && (name[0] == '.' || name[0] == '[') {
			return i
		}
	}
	return len(frames)
}

// isNative tells whether a frame is the engine's: a built-in, or code without a file.
func isNative(f *event.Frame) bool {
	switch f.Filename {
	case "<anonymous>", "[native code]", "native":
		return true
	}
	return f.Function == "eval" || strings.HasSuffix(f.Filename, "> eval") || strings.HasSuffix(f.Filename, "> Function")
}

// isEvaluated tells whether a frame without a name is a text that its caller had evaluated: Firefox says it is in
// the caller's file, at the caller's line, and in no column.
func isEvaluated(f, caller *event.Frame) bool {
	return f.Column == 0 && f.Line > 0 && f.Line == caller.Line && f.Filename == caller.Filename && caller.Column > 0
}

// isClientFunction tells whether a function is one through which clients call the site's code. Names that
// minifiers keep, because they are properties.
func isClientFunction(name string) bool {
	switch name {
	case "sentryWrapped", "withScope", "withIsolationScope", "withActiveSpan", "startSpan", "startSpanManual", "handleCallbackErrors",
		"_rollbar_wrapped", "callMonitored", "nrWrapper":
		return true
	}
	return false
}

// isWrapper tells whether the outermost function may be a client's wrapper of event handlers and timers.
// Clients take their own wrapper off by its name, where a minifier has left it.
func isWrapper(name string) bool {
	return name == "wrapped" || len(name) > 0 && len(name) <= 3
}

// isHelper tells whether a function is put between the site's own by compilers, polyfills and schedulers.
// The names are those of Sentry's enhancement rules, and of zone.js, React and Vue.
func isHelper(name string) bool {
	switch name {
	case "_callSuper", "_asyncToGenerator", "asyncGeneratorStep", "__awaiter", "__generator", "processTicksAndRejections", "runMicrotasks",
		"_next", "_throw", "fulfilled", "_invoke", "__webpack_require__", "__webpack_exec__", "webpackJsonpCallback",
		"invokeTask", "runTask", "onInvokeTask", "runGuarded", "drainMicroTaskQueue", "globalZoneAwareCallback", "globalCallback",
		"invokeGuardedCallback", "invokeGuardedCallbackDev",
		"callWithErrorHandling", "callWithAsyncErrorHandling", "invokeWithErrorHandling", "invoker":
		return true
	}
	return false
}

// isStep tells whether a function is a helper where a helper calls it: asyncGeneratorStep calls next, and that
// _invoke and tryCatch; TypeScript's fulfilled calls step.
func isStep(name string) bool {
	switch name {
	case "next", "step", "tryCatch", "invoke":
		return true
	}
	return false
}

// isRunner tells whether a function as the engine names it is a method of zone.js, of Angular's zone, or of a
// generator made by Babel: "ZoneDelegate.invoke", "Generator.eval [as _invoke]".
//
// It must not be "".
func isRunner(function string) bool {
	switch function[0] { // nearly all begin otherwise
	case 'N', '_', 'G', 'Z':
	default:
		return false
	}
	if strings.HasPrefix(function, "NgZone.") || strings.HasPrefix(function, "_NgZone.") {
		return true
	}
	if method, found := strings.CutPrefix(function, "Generator."); found {
		return method == "next" || method == "throw" || strings.HasSuffix(method, "_invoke") || strings.HasSuffix(method, "[as _invoke]")
	}
	rest, found := strings.CutPrefix(strings.TrimPrefix(function, "_"), "Zone")
	if !found {
		return false
	}
	class, _, found := strings.Cut(rest, ".")
	return found && (class == "" || class == "Delegate" || class == "Impl" || class == "Task")
}

// fileOrigin tells by the name of a file whose code it holds. SDKs in browsers call every frame the site's.
func fileOrigin(url string) origin {
	scheme, rest, found := strings.Cut(url, "://")
	if found {
		switch scheme {
		case "chrome-extension", "moz-extension", "safari-extension", "safari-web-extension", "ms-browser-extension", "chrome":
			return fromExtension
		}
		host, _, _ := strings.Cut(rest, "/")
		switch host {
		case "unpkg.com", "cdnjs.cloudflare.com", "cdn.jsdelivr.net", "esm.sh", "esm.run", "ajax.googleapis.com", "code.jquery.com":
			return fromLibrary
		}
	} else if strings.HasPrefix(url, "node:") {
		return fromLibrary
	}
	if strings.Contains(url, "/node_modules/") || isLibraryFile(base(url)) {
		return fromLibrary
	}
	return fromApp
}

// isLibraryFile tells whether a file's name is one that bundlers give to what is not the site's own, or that
// of a library or an agent which everybody knows.
func isLibraryFile(name string) bool {
	for _, prefix := range [...]string{
		"node_modules_", "chunk-vendors", "core-js", "regenerator-runtime", "react-dom", "zone-evergreen", "nr-loader", "nr-spa", "newrelic",
	} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	word, _, _ := strings.Cut(name, ".")
	switch word {
	case "react", "vue", "angular", "zone", "tslib", "logrocket", "LogRocket":
		return true
	}
	if i := strings.IndexAny(word, "-~"); i >= 0 {
		word = word[:i]
	}
	switch word {
	case "vendor", "vendors", "polyfill", "polyfills", "framework", "jquery", "trivet":
		return true
	}
	return false
}
