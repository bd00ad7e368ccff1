package grouping

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

// rule returns the fingerprint of the first rule that matches e, nil when none does.
func (w *walk) rule(e *event.Event, rules []project.Rule) []string {
	for i := range rules {
		r := &rules[i]
		if len(r.Fingerprint) == 0 || !matches(r, e) {
			continue
		}
		if w.why != nil {
			w.chose(StrategyRule)
			w.why.Rule = i + 1
		}
		return r.Fingerprint
	}
	return nil
}

// matches tells whether all matchers that are set match; a rule without any matches nothing.
func matches(r *project.Rule, e *event.Event) bool {
	if r.Type == "" && r.Message == "" && r.File == "" && r.Function == "" {
		return false
	}
	if r.Type != "" && !glob(r.Type, e.Type) || r.Message != "" && !glob(r.Message, e.Message) {
		return false
	}
	return (r.File == "" || anyFrame(e, r.File, fileMatches)) && (r.Function == "" || anyFrame(e, r.Function, functionMatches))
}

func anyFrame(e *event.Event, pattern string, match func(pattern string, f *event.Frame) bool) bool {
	for i := range e.Frames {
		if match(pattern, &e.Frames[i]) {
			return true
		}
	}
	for i := range e.Exceptions {
		frames := e.Exceptions[i].Frames
		for j := range frames {
			if match(pattern, &frames[j]) {
				return true
			}
		}
	}
	return false
}

func fileMatches(pattern string, f *event.Frame) bool {
	return f.Filename != "" && glob(pattern, f.Filename) || f.AbsPath != "" && glob(pattern, f.AbsPath)
}

func functionMatches(pattern string, f *event.Frame) bool {
	return f.Function != "" && (glob(pattern, f.Function) || glob(pattern, functionName(f.Function)))
}

// glob tells whether the whole of s matches pattern, in which * stands for anything; case does not count.
// Each piece between stars is looked for once, by a search in linear time, so the whole is linear, too.
func glob(pattern, s string) bool {
	pattern, s = strings.ToLower(pattern), strings.ToLower(s)
	first, rest, star := strings.Cut(pattern, "*")
	if !star {
		return pattern == s
	}
	s, ok := strings.CutPrefix(s, first)
	for ok {
		var piece string
		piece, rest, star = strings.Cut(rest, "*")
		if !star {
			return strings.HasSuffix(s, piece)
		}
		_, s, ok = strings.Cut(s, piece)
	}
	return false
}

func isDefault(s string) bool { return placeholder(s) == "default" }

// meansDefault tells whether a client's wish says nothing of its own.
func meansDefault(wish []string) bool {
	return len(wish) == 0 || len(wish) == 1 && isDefault(wish[0])
}

// placeholder returns x of "{{ x }}", however it is spaced; "" for another text.
func placeholder(s string) string {
	s, open := strings.CutPrefix(strings.TrimSpace(s), "{{")
	s, closed := strings.CutSuffix(s, "}}")
	if !open || !closed {
		return ""
	}
	return strings.TrimSpace(s)
}

// variable returns what an element of a fingerprint stands for. The names are those of Sentry's rules
// (docs.sentry.io, fingerprint rules, variables); an unknown one stands for itself.
func variable(e *event.Event, s string) string {
	switch placeholder(s) {
	case "type", "error.type":
		return e.Type
	case "message", "value", "error.value":
		return e.Message
	case "transaction":
		return e.Transaction
	case "level":
		return e.Level.String()
	case "logger":
		return e.Logger
	case "function", "stack.function":
		if f := crashFrame(e); f != nil {
			return functionName(f.Function)
		}
		return ""
	case "module", "stack.module":
		if f := crashFrame(e); f != nil {
			return f.Module
		}
		return ""
	}
	return s
}
