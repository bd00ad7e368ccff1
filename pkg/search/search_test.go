package search

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, text string
		want       []Term
	}{
		{"nothing", " \t ", nil},
		{"words", "foo  bar", []Term{{Field: Text, Op: Equal, Value: "foo"}, {Field: Text, Op: Equal, Value: "bar", At: 5}}},
		{"exact words", `"is \"not\" a\\b *"`, []Term{{Field: Text, Op: Exact, Value: `is "not" a\b *`}}},
		{"a pattern of words", `check*out`, []Term{{Field: Text, Op: Match, Value: `check*out`}}},
		{"a title pasted", "TypeError: x - y", []Term{{Field: Text, Op: Equal, Value: "TypeError:"}, {Field: Text, Op: Equal, Value: "x", At: 11}, {Field: Text, Op: Equal, Value: "-", At: 13}, {Field: Text, Op: Equal, Value: "y", At: 15}}},
		{"a URL pasted", "https://a.example/b", []Term{{Field: Text, Op: Equal, Value: "https://a.example/b"}}},
		{"a place in a file pasted", "app.js:10:5", []Term{{Field: Text, Op: Equal, Value: "app.js:10:5"}}},
		{"a word with a colon", `foo\:bar`, []Term{{Field: Text, Op: Equal, Value: "foo:bar"}}},
		{"a field", "release:1.4.2", []Term{{Field: Release, Op: Equal, Value: "1.4.2"}}},
		{"not", "-release:1 -foo", []Term{{Field: Release, Op: Equal, Value: "1", Not: true}, {Field: Text, Op: Equal, Value: "foo", Not: true, At: 11}}},
		{"a pattern", `url:*/check\*out*`, []Term{{Field: URL, Op: Match, Value: `*/check\*out*`}}},
		{"a star in quotes is a star", `url:"a*b"`, []Term{{Field: URL, Op: Equal, Value: "a*b"}}},
		{"white space behind a backslash", `url:*a\ b`, []Term{{Field: URL, Op: Match, Value: "*a b"}}},
		{"fields in another case or with _", "Is:Unresolved FIRST_RELEASE:a", []Term{{Field: Is, Op: Equal, Value: "unresolved"}, {Field: FirstRelease, Op: Equal, Value: "a", At: 14}}},
		{"levels by any name", "level:WARN level:>=err", []Term{{Field: Level, Op: Equal, Value: "warning"}, {Field: Level, Op: AtLeast, Value: "error", At: 11}}},
		{"browsers in another case", `browser:chrome browser:"FIREFOX 140" os:macos`, []Term{{Field: Browser, Op: Equal, Value: "Chrome"}, {Field: Browser, Op: Equal, Value: "Firefox 140", At: 15}, {Field: OS, Op: Equal, Value: "macOS", At: 37}}},
		{"ages", "first-seen:>2D last-seen:<036h", []Term{{Field: FirstSeen, Op: Greater, Value: "2d"}, {Field: LastSeen, Op: Less, Value: "36h", At: 15}}},
		{"a day and a time", "last-seen:2026-11-01 last-seen:>=2026-11-01T10:00:00+02:00", []Term{{Field: LastSeen, Op: Equal, Value: "2026-11-01"}, {Field: LastSeen, Op: AtLeast, Value: "2026-11-01T08:00:00Z", At: 21}}},
		{"numbers", "events:>100 users:007", []Term{{Field: Events, Op: Greater, Value: "100"}, {Field: Users, Op: Equal, Value: "7", At: 12}}},
		{"people", "assigned:Me user:42 user:**", []Term{{Field: Assigned, Op: Equal, Value: "me"}, {Field: User, Op: Equal, Value: "42", At: 12}, {Field: User, Op: Match, Value: "*", At: 20}}},
		{"tags", `tag:x -tag:plan=pro tag:a=b=c* tag:"my key=my value"`, []Term{
			{Field: Tag, Key: "x", Op: Match, Value: "*"},
			{Field: Tag, Key: "plan", Op: Equal, Value: "pro", Not: true, At: 6},
			{Field: Tag, Key: "a", Op: Match, Value: "b=c*", At: 20},
			{Field: Tag, Key: "my key", Op: Equal, Value: "my value", At: 31},
		}},
		{"what is compared elsewhere, in quotes", `release:">1"`, []Term{{Field: Release, Op: Equal, Value: ">1"}}},
	} {
		got, err := Parse(tc.text)
		if err != nil {
			t.Errorf("%s: %v", tc.name, err)
			continue
		}
		if diff := cmp.Diff(tc.want, got.Terms); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tc.name, diff)
		}
		again, err := Parse(got.String())
		if diff := cmp.Diff(placeless(got), placeless(again)); err != nil || diff != "" {
			t.Errorf("%s: written as %s it is read as something else (%v):\n%s", tc.name, got, err, diff)
		}
	}
}

func TestErrorsPointAtTheirPlace(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ text, at, problem string }{
		{`foo leve:error`, `leve`, "did you mean level?"},
		{`plan:pro`, `plan`, "tag:name=value"},
		{`is:open`, `open`, "want unresolved, resolved"},
		{`is:unres*`, `unres*`, "without a star"},
		{`level:>bad`, `bad`, "debug, info"},
		{`a "b c`, `"b c`, "does not end"},
		{`a b"c"`, `"`, "quotes around all"},
		{`"b"c`, `"`, "quotes around all"},
		{`release: x`, `release:`, "without a space"},
		{`release:>1`, `>`, "can't be compared"},
		{`release:""`, `""`, "want a value"},
		{`first-seen:2d`, `2d`, "want < or >"},
		{`first-seen:>99999999d`, `99999999d`, "want a day"},
		{`first-seen:soon`, `soon`, "want a day"},
		{`events:>many`, `many`, "number"},
		{`events:-1`, `-1`, "number"},
		{`user:4*`, `4*`, "all of it"},
		{`assigned:bob`, `bob`, "e-mail"},
		{`tag:=x`, `=x`, "name=value"},
		{`tag:x=`, `x=`, "name=value"},
		{`tag:x*=1`, `x*=1`, "name=value"},
		{`x ""`, `""`, "want a word"},
		{`***`, `***`, "want a word"},
		{`x\`, `\`, "behind the backslash"},
		{"x \x00", "\x00", "control"},
		{"x \xff", "\xff", "UTF-8"},
		{strings.Repeat("x", MaxBytes) + "yz", "yz", "1024"},
		{strings.Repeat("x ", MaxTerms) + "yz", "yz", "30"},
	} {
		_, err := Parse(tc.text)
		var wrong *Error
		if !errors.As(err, &wrong) {
			t.Errorf("%q is taken", tc.text)
			continue
		}
		if got := tc.text[wrong.At:min(len(tc.text), wrong.At+wrong.Length)]; got != tc.at || !strings.Contains(wrong.Problem, tc.problem) {
			t.Errorf("%q: at %q: %s", tc.text, got, wrong.Problem)
		}
	}
}

func TestTimesAreCompared(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	day := func(d int) time.Time { return time.Date(2026, 11, d, 0, 0, 0, 0, time.UTC) }
	for text, want := range map[string][2]time.Time{
		"<2d": {now.Add(-48 * time.Hour), {}}, "<=2d": {now.Add(-48 * time.Hour), {}}, ">2d": {{}, now.Add(-48 * time.Hour)}, ">=90m": {{}, now.Add(-90 * time.Minute)}, ">1w": {{}, now.AddDate(0, 0, -7)},
		"2026-11-01": {day(1), day(2)}, ">2026-11-01": {day(2), {}}, ">=2026-11-01": {day(1), {}}, "<2026-11-01": {{}, day(1)}, "<=2026-11-01": {{}, day(2)},
		">2026-11-01T00:00:00Z": {day(1).Add(time.Microsecond), {}}, "<2026-11-01T00:00:00Z": {{}, day(1)},
	} {
		q, err := Parse("last-seen:" + text)
		if err != nil {
			t.Fatal(err)
		}
		if from, to := q.Terms[0].Between(now); !from.Equal(want[0]) || !to.Equal(want[1]) {
			t.Errorf("%s: from %s to %s", text, from, to)
		}
	}
}

func TestFieldsAreAskedOfWhatHasThem(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][2]bool{"x level:error": {true, true}, "x is:new": {true, false}, "x handled:true": {false, true}} {
		q, _ := Parse(text)
		if issues, events := q.For(OfIssues) == nil, q.For(OfEvents) == nil; issues != want[0] || events != want[1] {
			t.Errorf("%s: issues %v, events %v", text, issues, events)
		}
	}
}

func TestEveryExampleIsGood(t *testing.T) {
	t.Parallel()
	for _, f := range Fields() {
		q, err := Parse(f.Example)
		if err != nil || len(q.Terms) == 0 || q.Terms[0].Field != f.Field || f.Meaning == "" || !f.Issues && !f.Events {
			t.Errorf("%s: %s: %v, %v", f.Field, f.Example, q, err)
		}
	}
}

// placeless is a query without its places, which differ from one way to write it to another.
func placeless(q Query) (terms []Term) {
	for _, t := range q.Terms {
		t.At = 0
		terms = append(terms, t)
	}
	return terms
}

func FuzzParse(f *testing.F) {
	for _, a := range Fields() {
		f.Add(a.Example)
	}
	for _, text := range []string{
		`is:unresolved level:error release:1.4.2 browser:Chrome url:*/checkout* user:42 first-seen:>2d "exact words" stack:"checkout.js" crumb:"POST /cart" -tag:x`,
		`-- \-x -"a\\\"" tag:a\*=\** tag:"a*=" release:\<* x\: -:-`, "a\u00a0b \\\u2003c", `tag:a="`,
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		q, err := Parse(text)
		var wrong *Error
		if err != nil {
			if !errors.As(err, &wrong) || wrong.At < 0 || wrong.At > len(text) || wrong.Length < 1 || wrong.Problem == "" {
				t.Fatalf("%q: %#v", text, err)
			}
			return
		}
		written := q.String()
		if len(written) > MaxBytes {
			return // escapes made it longer
		}
		again, err := Parse(written)
		if diff := cmp.Diff(placeless(q), placeless(again)); err != nil || diff != "" {
			t.Fatalf("%q is written as %q and then read as something else: %v\n%s", text, written, err, diff)
		}
		if again.String() != written {
			t.Fatalf("%q is written as %q and then as %q", text, written, again)
		}
	})
}
