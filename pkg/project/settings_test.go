package project

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSettingsAreReadWhole(t *testing.T) {
	t.Parallel()
	const text = `{"filters":{"switches":{"crawler":false},"messages":["*timeout*"]},
		"scrub":{"ip":"truncate","email":"hash","fields":["iban"],"safe_fields":["token_count"]},
		"grouping":{"rules":[{"type":"PaymentError","fingerprint":["payment","{{ default }}"]}]},"attachments":false}`
	got, err := ReadSettings([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	no := false
	want := Settings{
		Filters:     Filters{Switches: map[string]bool{"crawler": false}, Messages: []string{"*timeout*"}},
		Scrub:       Scrub{IP: Truncate, Email: Hash, Fields: []string{"iban"}, SafeFields: []string{"token_count"}},
		Grouping:    Grouping{Rules: []Rule{{Type: "PaymentError", Fingerprint: []string{"payment", "{{ default }}"}}}},
		Attachments: &no,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if got, err = ReadSettings([]byte(" {} ")); err != nil || !cmp.Equal(got, Settings{}) {
		t.Errorf("an empty object: %+v, %v", got, err)
	}
}

func TestSettingsThatCanNotWorkAreRefusedByMember(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("ä", 201)
	list := func(n int, element string) string { return strings.TrimSuffix(strings.Repeat(element+",", n), ",") }
	for _, tc := range []struct{ name, text, member string }{
		{"nothing", "", "settings"},
		{"null", "null", "settings"},
		{"a list", "[]", "settings"},
		{"half an object", `{"filters":`, "settings"},
		{"two objects", "{}{}", "settings"},
		{"something behind it", "{} x", "settings"},
		{"too much", `{"filters":{"messages":["` + strings.Repeat("a", MaxSettings) + `"]}}`, "settings"},
		{"a member nobody knows", `{"filtres":{}}`, "settings"},
		{"a member nobody knows further in", `{"scrub":{"ips":"never"}}`, "settings"},
		{"a wrong type", `{"scrub":{"ip":7}}`, "scrub.ip"},
		{"a list that is none", `{"filters":{"messages":"x"}}`, "filters.messages"},
		{"a filter nobody has", `{"filters":{"switches":{"bots":true}}}`, "filters.switches"},
		{"a switch that is no switch", `{"filters":{"switches":{"crawler":"off"}}}`, "filters.switches"},
		{"an empty message", `{"filters":{"messages":["x",""]}}`, "filters.messages[1]"},
		{"a message that is everything", `{"filters":{"messages":["**"]}}`, "filters.messages[0]"},
		{"a long message", `{"filters":{"messages":["` + long + `"]}}`, "filters.messages[0]"},
		{"a NUL", `{"filters":{"messages":["a\u0000b"]}}`, "filters.messages[0]"},
		{"many messages", `{"filters":{"messages":[` + list(101, `"x"`) + `]}}`, "filters.messages"},
		{"a policy nobody knows", `{"scrub":{"email":"forget"}}`, "scrub.email"},
		{"many fields", `{"scrub":{"fields":[` + list(101, `"x"`) + `]}}`, "scrub.fields"},
		{"a line break in a field", `{"scrub":{"safe_fields":["a\nb"]}}`, "scrub.safe_fields[0]"},
		{"many rules", `{"grouping":{"rules":[` + list(101, `{"type":"x","fingerprint":["x"]}`) + `]}}`, "grouping.rules"},
		{"a rule for everything", `{"grouping":{"rules":[{"fingerprint":["x"]}]}}`, "grouping.rules[0]"},
		{"a long glob", `{"grouping":{"rules":[{"type":"x","fingerprint":["x"]},{"file":"` + long + `","fingerprint":["x"]}]}}`, "grouping.rules[1].file"},
		{"no fingerprint", `{"grouping":{"rules":[{"type":"x"}]}}`, "grouping.rules[0].fingerprint"},
		{"a long fingerprint", `{"grouping":{"rules":[{"type":"x","fingerprint":[` + list(11, `"x"`) + `]}]}}`, "grouping.rules[0].fingerprint"},
		{"an empty part", `{"grouping":{"rules":[{"type":"x","fingerprint":["a",""]}]}}`, "grouping.rules[0].fingerprint[1]"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			_, err := ReadSettings([]byte(tc.text))
			var wrong *SettingsError
			if !errors.As(err, &wrong) || wrong.Member != tc.member || wrong.Want == "" {
				t.Errorf("got %v, want an error of %s", err, tc.member)
			}
		})
	}
}

func TestRefusalsOfSettingsRepeatNoValue(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		`{"<script>":1}`, `{"\u0000é":1}`, fmt.Sprintf(`{%q:1}`, strings.Repeat("script", 20)), `{"scrub":{"ip":"<script>"}}`,
		`{"filters":{"switches":{"<script>":true}}}`, `{"filters":{"switches":{"<script>":1}}}`, `{"scrub":{"ip":{"<script>":1}}}`,
	} {
		if _, err := ReadSettings([]byte(text)); err == nil || strings.Contains(err.Error(), "script") || strings.ContainsAny(err.Error(), "\x00<é") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ReadSettings([]byte(`{"filtres":{}}`)); err == nil || !strings.Contains(err.Error(), "filtres") {
		t.Errorf("a misspelt member is not named: %v", err)
	}
}

func FuzzReadSettings(f *testing.F) {
	f.Add([]byte(`{"filters":{"switches":{"crawler":false},"messages":["*timeout*"]}}`))
	f.Add([]byte(`{"grouping":{"rules":[{"type":"*","file":"a*b","fingerprint":["{{ default }}"]}]}}`))
	f.Add([]byte(`{"scrub":{"ip":"hash","fields":["\ud800"]}}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		s, err := ReadSettings(text)
		if err != nil {
			return
		}
		if err := s.Validate(); err != nil {
			t.Fatalf("read, but %v", err)
		}
	})
}
