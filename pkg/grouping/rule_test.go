package grouping

import (
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/project"
)

func TestGlobs(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		pattern, s string
		want       bool
	}{
		{"abc", "ABC", true},
		{"abc", "abcd", false},
		{"*", "", true},
		{"a*", "abc", true},
		{"*c", "abc", true},
		{"*b*", "abc", true},
		{"a*c", "ac", true},
		{"ab*bc", "abc", false},
		{"*a*a*", "aa", true},
		{"*a*a*", "a", false},
		{"**x**", "axb", true},
		{"Größe *", "GRÖSSE 1", false},
		{"größe *", "GRÖßE 1", true},
		{strings.Repeat("*a", 1000) + "b", strings.Repeat("a", 1<<20), false},
	} {
		if got := glob(tc.pattern, tc.s); got != tc.want {
			t.Errorf("%.20q matches %.20q: got %t", tc.pattern, tc.s, got)
		}
	}
}

func TestTheFirstRuleThatMatchesCounts(t *testing.T) {
	t.Parallel()
	e := thrown("TypeError", "Order 17 is gone", frame("e.loadOrder", "https://a.test/orders-3f9a.js"), frame("send", "https://a.test/api.js"))
	e.Fingerprint = []string{"client"}
	for _, tc := range []struct {
		name string
		rule project.Rule
		want bool
	}{
		{"the type", project.Rule{Type: "typeerror"}, true},
		{"the message", project.Rule{Message: "order * is gone"}, true},
		{"a part of the message alone", project.Rule{Message: "order"}, false},
		{"the file of any frame", project.Rule{File: "*/orders-*.js"}, true},
		{"a function, as it stands", project.Rule{Function: "e.load*"}, true},
		{"a function, without what it belongs to", project.Rule{Function: "loadOrder"}, true},
		{"all that are set", project.Rule{Type: "TypeError", File: "*/cart*"}, false},
		{"nothing set", project.Rule{}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			tc.rule.Fingerprint = []string{"mine"}
			rules := []project.Rule{{Type: "Other", Fingerprint: []string{"other"}}, {Type: "*"}, tc.rule, {Type: "*", Fingerprint: []string{"last"}}}
			x := Explain(e, rules)
			if matched := x.Rule == 3 && x.Parts[0].Value == "mine"; matched != tc.want || x.Strategy != StrategyRule {
				t.Errorf("got rule %d, %v", x.Rule, x.Parts)
			}
		})
	}
}

func TestRulesAndWishesShareTheirNames(t *testing.T) {
	t.Parallel()
	e := thrown("TypeError", "m 1", frame("loadOrder", "https://a.test/a.js"))
	rules := []project.Rule{{Type: "*", Fingerprint: []string{"{{ default }}", "payments"}}}
	if Of(e, rules) != Of(wish(thrown("TypeError", "m 2", frame("loadOrder", "https://a.test/a.js")), "{{default}}", "payments"), nil) {
		t.Error("a rule's fingerprint is not the client's")
	}
}

func TestVariablesOfWishes(t *testing.T) {
	t.Parallel()
	e := thrown("TypeError", "m", frame("e.loadOrder", "https://a.test/a.js"))
	e.Transaction, e.Logger, e.Level = "/orders", "console", event.Warning
	e.Exceptions[0].Frames[0].Module = "orders"
	check(t, func(s string) string { return variable(e, s) }, map[string]string{
		"{{ type }}": "TypeError", "{{error.type}}": "TypeError", "{{ error.value }}": "m", "{{ transaction }}": "/orders", "{{ level }}": "warning",
		"{{ logger }}": "console", "{{ stack.function }}": "loadOrder", "{{ stack.module }}": "orders", "{{ shiny }}": "{{ shiny }}", "type": "type", "{{": "{{",
	})
	check(t, func(s string) string { return variable(&event.Event{}, s) }, map[string]string{"{{ function }}": "", "{{ module }}": ""})
}
