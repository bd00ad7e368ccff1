package grouping

import "strings"

// wordings are whole messages, in which engines say the same where the name that they tell is a variable's,
// which each build calls otherwise, or where only some tell any.
var wordings = [...]struct{ prefix, meaning string }{
	{"Assignment to constant variable", "assignment to a constant"},          // Chrome
	{"invalid assignment to const ", "assignment to a constant"},             // Firefox
	{"Attempted to assign to readonly property", "assignment to a constant"}, // Safari
	{"Converting circular structure to JSON", "circular JSON"},               // Chrome, with the circle
	{"cyclic object value", "circular JSON"},                                 // Firefox
	{"JSON.stringify cannot serialize cyclic structures", "circular JSON"},   // Safari
	{"All promises were rejected", "all rejected"},                           // Chrome, Safari
	{"No Promise in Promise.any was resolved", "all rejected"},               // Firefox
	// What React and its like meet where a translator or an extension has moved their nodes: Chrome, Firefox.
	{"Failed to execute 'removeChild' on 'Node': The node to be removed is not", "removeChild of another's child"},
	{"Node.removeChild: The node to be removed is not", "removeChild of another's child"},
	{"Failed to execute 'insertBefore' on 'Node': The node before which", "insertBefore another's child"},
	{"Node.insertBefore: Child to insert before is not", "insertBefore another's child"},
	{"The user aborted a request", "aborted"},       // Chrome
	{"signal is aborted without reason", "aborted"}, // Chrome, since 2022
	{"The operation was aborted", "aborted"},        // Firefox
	{"Fetch is aborted", "aborted"},                 // Safari
	{"This operation was aborted", "aborted"},       // Node
}

func wordingOf(s string) string {
	for i := range wordings {
		if w := &wordings[i]; s[0] == w.prefix[0] && strings.HasPrefix(s, w.prefix) && (w.meaning != "aborted" || strings.TrimRight(s[len(w.prefix):], ". ") == "") {
			return w.meaning
		}
	}
	return ""
}

// wrongKind reads what engines say where a value is used as what it is not. Of the expression its last name
// counts: the others are variables.
//
//	e.total is not a function                                                   Chrome, Firefox
//	e.total is not a function. (In 'e.total()', 'e.total' is undefined)         Safari
//	undefined is not a constructor (evaluating 'new e.Player')                  Safari
//	(0 , e.useCart) is not a function                                           of an import, transpiled
//	undefined is not iterable (cannot read property Symbol(Symbol.iterator))    Chrome
func wrongKind(s string) (meaning, rest string) {
	expression, after, found := strings.Cut(s, " is not ")
	if !found {
		return "", ""
	}
	switch {
	case strings.HasPrefix(after, "a function"):
		meaning, after = "is not a function: ", after[len("a function"):]
	case strings.HasPrefix(after, "a constructor"):
		meaning, after = "is not a constructor: ", after[len("a constructor"):]
	case strings.HasPrefix(after, "iterable"):
		meaning, after = "is not iterable: ", after[len("iterable"):]
	default:
		return "", ""
	}
	if inner, found := strings.CutPrefix(after, " (evaluating '"); found {
		expression, _, _ = strings.Cut(strings.TrimPrefix(inner, "new "), "(")
		expression, after = strings.TrimSuffix(expression, "')"), ""
	}
	if after = strings.TrimSuffix(after, "."); after != "" && !strings.HasPrefix(after, ". (In ") && !strings.HasPrefix(after, " (cannot read ") {
		return "", ""
	}
	if inner, found := strings.CutPrefix(expression, "(0"); found {
		expression = strings.TrimSuffix(strings.TrimLeft(inner, ", "), ")")
	} else if inner, found := strings.CutPrefix(expression, "Object("); found {
		expression = strings.TrimSuffix(inner, ")") // webpack 4
	}
	expression = strings.TrimPrefix(expression, "object ") // Chrome's "object null"
	expression = expression[strings.LastIndexByte(expression, '.')+1:]
	if strings.ContainsAny(expression, " ('\"") {
		return "", ""
	}
	return meaning, expression
}

// usedTooEarly returns the name of which a message says that it is not declared yet, in Chrome's and
// Firefox's words, which differ in front of it.
func usedTooEarly(s string) string {
	front, found := strings.CutSuffix(s, "' before initialization")
	if !found {
		return ""
	}
	if name, found := strings.CutPrefix(front, "Cannot access '"); found {
		return name
	}
	name, _ := strings.CutPrefix(front, "can't access lexical declaration '")
	if len(name) == len(front) {
		return ""
	}
	return name
}
