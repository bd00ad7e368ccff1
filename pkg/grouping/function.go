package grouping

import "strings"

// functionName returns the name of a JavaScript function without what depends on the engine, on how it was
// called, or on the minified name of what it belongs to: "async e.total" is total, "Object.Z1 [as withScope]"
// is withScope, Firefox's "Cart.prototype.total" and "get total" are total. Unknown ones are "", and so are
// the names that Firefox makes up for functions without one: "checkout/<".
func functionName(s string) string {
	s, alias, _ := strings.Cut(s, " [as ")
	if i := strings.LastIndexByte(s, '*'); i >= 0 {
		s = s[i+1:] // Firefox's "async*total", "setTimeout handler*total"
	}
	for strings.HasPrefix(s, "async ") || strings.HasPrefix(s, "new ") || strings.HasPrefix(s, "bound ") || strings.HasPrefix(s, "static ") {
		_, s, _ = strings.Cut(s, " ")
	}
	if strings.HasSuffix(s, "<") || strings.HasPrefix(s, "wasm-function[") {
		return ""
	}
	if module := moduleName(s); module != "" {
		return module
	}
	s = lastName(s)
	if alias = strings.TrimSuffix(alias, "]"); alias != "" && (s == "<computed>" || s == "<anonymous>" || s == "value" || isMinified(s)) {
		if alias = lastName(alias); !isMinified(alias) {
			s = alias // a property keeps its name where a function loses it
		}
	}
	if isNoName(s) || s != "" && s[0] == '<' || strings.HasPrefix(s, "_callee") || allDigits(s) {
		return "" // "<static_initializer>"; Babel's "_callee2$", any async function; a module's number, new in each build
	}
	if i := strings.LastIndexByte(s, '$'); i > 2 && allDigits(s[i+1:]) {
		s = s[:i] // Rollup's, where two files of a bundle have one name
	}
	return s
}

// moduleName returns the source that a bundler names its function for a module after: "src/cart.ts" of
// webpack's "Module../src/cart.ts" and of Turbopack's "[project]/src/cart.ts [app-client] (ecmascript)"; ""
// for other functions.
func moduleName(s string) string {
	if strings.IndexByte(s, '/') < 0 {
		return "" // as nearly all
	}
	for _, mark := range [...]string{"./", "[project]/"} {
		if _, source, found := strings.Cut(s, mark); found {
			source, _, _ = strings.Cut(source, " ")
			source, _, _ = strings.Cut(source, "?")
			if _, ext := cutExtension(source); isScriptExtension(ext) { // else a function in it, as Firefox writes them
				return source
			}
		}
	}
	return ""
}

func lastName(s string) string {
	if i := strings.LastIndexAny(s, "./"); i >= 0 {
		s = s[i+1:]
	}
	if rest, found := strings.CutPrefix(s, "get "); found {
		return rest
	}
	s, _ = strings.CutPrefix(s, "set ")
	return s
}

func isNoName(s string) bool {
	switch s {
	case "?", "<anonymous>", "<unknown>", "<computed>", "Anonymous function", "anonymous", "(anonymous function)", "anonymous function",
		"(anonymous)", "global code", "module code", "eval code", "Global code", "Eval code", "undefined", "null":
		return true
	}
	return false
}

// isCommon tells whether a name is one that many functions of one program have, mostly because a framework
// or an interface asks for it.
func isCommon(name string) bool {
	switch name {
	case "render", "setup", "init", "start", "run", "main", "load", "update", "create", "destroy", "reset", "open", "close", "show", "hide",
		"get", "set", "add", "remove", "value", "data", "default", "constructor", "toString", "valueOf", "next", "then", "done", "exec",
		"call", "apply", "bind", "invoke", "execute", "process", "handle", "handler", "callback", "listener", "fn", "func", "cb",
		"map", "filter", "forEach", "reduce", "find", "some", "every", "sort", "push", "resolve", "reject", "success", "error", "fail", "complete",
		"emit", "dispatch", "notify", "subscribe", "send", "fetch", "request", "parse", "format", "validate", "transform",
		"onclick", "onload", "onerror", "onchange", "onsubmit", "onmessage", "onClick", "onChange", "onSubmit", "onLoad", "onError", "onSuccess",
		"handleClick", "handleChange", "handleSubmit", "handleEvent", "handleError",
		"mounted", "created", "updated", "beforeMount", "beforeDestroy", "unmounted", "watch", "computed", "effect", "ngOnInit", "ngOnDestroy",
		"ngOnChanges", "ngAfterViewInit", "componentDidMount", "componentDidUpdate", "componentWillUnmount", "connectedCallback",
		"disconnectedCallback", "attributeChangedCallback":
		return true
	}
	return false
}

// isMinified tells whether a name looks made by a minifier: one or two letters, or three with a digit or $
// among them. It is short for "may be another one in the next build".
func isMinified(name string) bool {
	switch len(name) {
	case 1, 2:
		return name[0] < 0x80
	case 3:
		return strings.ContainsAny(name, "$0123456789")
	}
	return false
}
