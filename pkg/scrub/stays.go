package scrub

import "bytes"

func isLiteral(text []byte) bool {
	switch string(text) {
	case "", "true", "false", "null", "undefined", "nil", "none", "None", "True", "False", "NaN", "!0", "!1", "[object", "(":
		return true
	}
	return false
}

// isVerdict tells of words that say what is wrong with a value instead of being it: "password: must be at least 8
// characters", "cookies: disabled".
func isVerdict(text []byte) bool {
	if len(text) > len("unauthorized") {
		return false
	}
	switch string(bytes.ToLower(text)) {
	case "is", "must", "should", "can", "cannot", "may", "has", "does", "not", "too", "required", "requires", "needed", "invalid", "missing", "incorrect", "wrong", "expired",
		"failed", "denied", "disabled", "enabled", "blocked", "expected", "malformed", "unauthorized", "unknown", "empty", "please", "path", "field", "value":
		return true
	}
	return false
}

// folder tells of the values that PWD has in environments.
func folder(text []byte) bool {
	if len(text) > maxStays {
		return false
	}
	return len(text) > 0 && (text[0] == '/' || text[0] == '~') || len(text) > 1 && text[1] == ':'
}

// looksMade tells whether a word was made by a machine or to be hard to guess: "Unexpected token: name" is prose.
func looksMade(text []byte) bool {
	return len(text) >= 20 || bytes.ContainsAny(text, "0123456789")
}

// isCode tells of values that are expressions of source code and hold a secret only while it runs: getToken(),
// this.password, string. rest is what follows.
func (t *reader) isCode(text, rest []byte) bool {
	if len(text) > maxStays {
		return false
	}
	first := 0
	for first < len(text) && (class[text[first]] == inWord && text[first] != '-' || text[first] == '$') {
		first++
	}
	if first == 0 || isDigit(text[0]) {
		return text[0] == '('
	}
	if first == len(text) {
		if len(rest) > 0 && rest[0] == '(' || first <= 2 {
			return true
		}
		switch string(text) {
		case "string", "number", "boolean", "any", "unknown", "String", "Number", "Boolean", "function", "new", "await", "async", "typeof", "require", "this", "return":
			return true
		}
		return first <= 40 && !isDigit(text[first-1]) && t.s.nameOf(text) != open
	}
	switch text[first] {
	case '(', '[':
		return true
	case ')', '}', ',':
		return first <= 2 // minified: e.auth=t}(window,n)
	case '.', '?':
		if first <= 2 {
			return true
		}
		switch string(text[:first]) {
		case "this", "self", "window", "document", "process", "req", "res", "request", "response", "ctx", "props", "state", "config", "options", "opts", "user", "data",
			"event", "localStorage", "sessionStorage", "module", "exports", "env", "params", "args", "body", "import":
			return true
		}
		last := bytes.LastIndexByte(text, '.') + 1
		return !bytes.ContainsAny(text, "0123456789") && last < len(text) && t.s.nameOf(text[last:]) != open
	}
	return false
}
