package grouping

import "strings"

// neutral returns what a message of a JavaScript engine or of a client means, in words of our own, and the
// part of it that is the program's. Chrome, Firefox and Safari word the same error differently, and so do
// versions of one client. Other messages are returned as rest.
func neutral(s string) (meaning, rest string) {
	if s == "" {
		return "", ""
	}
	switch s[0] {
	case 'C', 'c', 'u', 'n':
		if meaning, rest = missingProperty(s); meaning != "" {
			return meaning, rest
		}
	case 'M':
		const react = "Minified React error #"
		if strings.HasPrefix(s, react) { // the address of the explanation changes with React's versions
			return s[:len(react)+digits(s[len(react):])], ""
		}
	case 'O', 'N':
		if _, keys, found := strings.Cut(s, " with keys: "); found && (strings.HasPrefix(s, "Object captured as ") || strings.HasPrefix(s, "Non-Error ")) {
			return "an object with keys ", keys
		}
	}
	if isOverflow(s) {
		return "endless recursion", ""
	}
	if isNetworkFailure(s) {
		return "a request failed", ""
	}
	if isEarlyEnd(s) {
		return "JSON ended early", ""
	}
	if strings.HasPrefix(s, "JSON.parse: ") || strings.HasPrefix(s, "JSON Parse error: ") || strings.Contains(s, " in JSON at position ") || strings.HasSuffix(s, "is not valid JSON") && strings.HasPrefix(s, "Unexpected ") {
		return "invalid JSON", ""
	}
	if meaning = wordingOf(s); meaning != "" {
		return meaning, ""
	}
	if meaning, rest = wrongKind(s); meaning != "" {
		return meaning, rest
	}
	if name, found := strings.CutSuffix(s, " is not defined"); found {
		return "is not defined: ", name
	}
	if name := usedTooEarly(s); name != "" {
		return "used before its declaration: ", name
	}
	s, _, _ = strings.Cut(s, " https://goo.gl/") // Chrome's links to explanations, which come and go
	return "", s
}

// missingProperty reads what engines say where something is looked for in undefined or null:
//
//	Cannot read properties of undefined (reading 'total')             Chrome
//	Cannot read property 'total' of undefined                         Chrome before 92
//	can't access property "total", e.cart is undefined                Firefox
//	undefined is not an object (evaluating 'e.cart.total')            Safari
//	Cannot destructure property 'total' of 'e.cart' as it is null.    Chrome, where Safari says the same as above
//	Can't find variable: cart                                         Safari, of a name that is not defined
func missingProperty(s string) (meaning, rest string) {
	if name, found := strings.CutPrefix(s, "Can't find variable: "); found {
		return "is not defined: ", name
	}
	of, name := "", ""
	switch {
	case strings.HasPrefix(s, "Cannot read propert"), strings.HasPrefix(s, "Cannot set propert"):
		switch {
		case strings.Contains(s, " of undefined"):
			of = "undefined"
		case strings.Contains(s, " of null"):
			of = "null"
		}
		name = between(s, "'", "'")
	case strings.HasPrefix(s, "Cannot destructure property '"):
		switch {
		case strings.HasSuffix(s, " as it is undefined."):
			of = "undefined"
		case strings.HasSuffix(s, " as it is null."):
			of = "null"
		}
		name = between(s, "'", "'")
	case strings.HasPrefix(s, "can't access property "):
		if name = between(s, `"`, `"`); name == "" {
			name = between(s, "property ", ",") // an index
		}
		if of = "undefined"; strings.HasSuffix(s, " is null") {
			of = "null"
		}
	default:
		var found bool
		if of, name, found = strings.Cut(s, " is not an object (evaluating '"); !found || of != "undefined" && of != "null" {
			return "", ""
		}
		name = lastProperty(strings.TrimSuffix(name, "')"))
	}
	switch of {
	case "undefined":
		return "property of undefined: ", name
	case "null":
		return "property of null: ", name
	}
	return "", ""
}

// lastProperty returns the property that an expression ends in: "e.cart.total = 1", "e.cart.total()" and
// "e.cart['total']" end in total.
func lastProperty(expression string) string {
	expression, _, _ = strings.Cut(expression, " ")
	if i := strings.IndexByte(expression, '('); i > 0 {
		expression = expression[:i]
	}
	if i := strings.LastIndexAny(expression, ".["); i >= 0 {
		expression = expression[i+1:]
	}
	return strings.Trim(expression, `'"]`)
}

func between(s, open, closed string) string {
	_, s, _ = strings.Cut(s, open)
	s, _, found := strings.Cut(s, closed)
	if !found {
		return ""
	}
	return s
}

// isOverflow tells whether a message says that the stack is full: Chrome's and Safari's, Firefox's.
func isOverflow(s string) bool {
	return strings.HasPrefix(s, "Maximum call stack size exceeded") || s == "too much recursion"
}

// isNetworkFailure tells whether a message is what fetch rejects with: Chrome's, Firefox's, Safari's of today
// and before, with the host in brackets where the engine tells it.
func isNetworkFailure(s string) bool {
	s, _, _ = strings.Cut(s, " (")
	switch s {
	case "Failed to fetch", "NetworkError when attempting to fetch resource.", "Load failed", "Network request failed", "Network Error",
		"The network connection was lost.", "The Internet connection appears to be offline.", "Could not connect to the server.":
		return true
	}
	return false
}

// isEarlyEnd tells whether a message says that a JSON text is cut off.
func isEarlyEnd(s string) bool {
	return s == "Unexpected end of JSON input" || strings.HasPrefix(s, "JSON.parse: unexpected end of data") || strings.HasPrefix(s, "JSON Parse error: Unexpected EOF") || strings.HasPrefix(s, "Unterminated string in JSON")
}
