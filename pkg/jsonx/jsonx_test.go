package jsonx

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
)

func TestCheckSaysWhereAndWhy(t *testing.T) {
	t.Parallel()
	deep := strings.Repeat("[", MaxDepth+1) + strings.Repeat("]", MaxDepth+1)
	for _, tc := range []struct {
		name, in, want string
	}{
		{"an object", `{"a":[1,-2.5e+3,true,false,null,"x\u00e9\n"]}`, ""},
		{"white space around the value", " \n[ ]\t", ""},
		{"bad UTF-8 in a string is cleaned later", "\"\xff\"", ""},
		{"as deep as allowed", strings.Repeat("[", MaxDepth) + strings.Repeat("]", MaxDepth), ""},
		{"too deep", deep, "nested deeper than 64 at byte 64"},
		{"nothing", "", "unexpected end of JSON at byte 0"},
		{"two values", `{} {}`, "unexpected data after the value at byte 3"},
		{"a key without quotes", `{a:1}`, "expected a key in quotes at byte 1"},
		{"a trailing comma", `[1,]`, "unexpected character where a value should start at byte 3"},
		{"a leading zero", `01`, "unexpected data after the value at byte 1"},
		{"a bare fraction", `1.`, "bad number at byte 2"},
		{"a control character", "\"a\x00\"", "control character in a string at byte 2"},
		{"a short escape", `"\u12"`, "bad escape in a string at byte 1"},
		{"an open string", `"abc`, "string without an end at byte 4"},
		{"a half word", `tru`, "unknown word at byte 0"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			got := ""
			if err := Check([]byte(tc.in)); err != nil {
				got = err.Error()
				if !errors.As(err, new(*SyntaxError)) {
					t.Errorf("error is %T, want *SyntaxError", err)
				}
			}
			if got != tc.want {
				t.Errorf("got %q, want %q", got, tc.want)
			}
		})
	}
}

func TestReaderReadsWhatItIsAskedForAndSkipsTheRest(t *testing.T) {
	t.Parallel()
	r := NewReader([]byte(`{"skip":{"x":[1,{"y":2}]},"s":"a\u0000b\ud800c\ud83d\ude00\/","n":12.9,"t":"7","b":true,
		"l":[1,"two",null,{"k":3}],"wrong":{"not":"a number"},"esc\u0061pe":1}`))
	got := map[string]any{}
	for key := range r.Fields() {
		switch string(key) {
		case "s":
			got["s"] = r.Text()
		case "n":
			got["n"] = r.Int()
		case "t":
			got["t"] = r.Int()
		case "b":
			got["b"], _ = r.Bool()
		case "l":
			var l []string
			for range r.Elements() {
				l = append(l, r.Text())
			}
			got["l"] = l
		case "wrong":
			got["wrong"] = r.Int()
		case "escape":
			got["escape"] = r.Text()
		}
	}
	want := map[string]any{
		"s": "a\uFFFDb\uFFFDc😀/", "n": 12, "t": 7, "b": true,
		"l": []string{"1", "two", "", `{"k":3}`}, "wrong": 0, "escape": "1",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if r.Kind() != None {
		t.Errorf("kind after the end is %d", r.Kind())
	}
}

func TestReaderSkipsTheRestAfterABreak(t *testing.T) {
	t.Parallel()
	r := NewReader([]byte(`[{"a":1,"b":2},[1,2,3],"after"]`))
	var last string
	for n := range r.Elements() {
		switch n {
		case 0:
			for range r.Fields() {
				break
			}
		case 1:
			for range r.Elements() {
				break
			}
		case 2:
			last = r.Text()
		}
	}
	if last != "after" {
		t.Errorf("got %q, want %q", last, "after")
	}
}

func TestCleanMakesTextStorable(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"a":"x"}`:                `{"a":"x"}`,
		`{"a":"\u0000"}`:           "{\"a\":\"\uFFFD\"}",
		`["\ud83d\ude00"]`:         `["😀"]`,
		`["\udead",1]`:             "[\"\uFFFD\",1]",
		"[\"\xff\"]":               "[\"\uFFFD\"]",
		`["\\ud800 is only text"]`: `["\\ud800 is only text"]`,
	} {
		if got := string(Clean([]byte(in))); got != want {
			t.Errorf("Clean(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestLenientReplacesOnlyBareWords(t *testing.T) {
	t.Parallel()
	got := string(Lenient([]byte(`{"a":NaN,"b":[-Infinity,Infinity],"c":"NaN \" Infinity"}`)))
	if want := `{"a":null,"b":[null,null],"c":"NaN \" Infinity"}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// FuzzCheck holds Check against encoding/json, and the Reader against its promise never to panic.
func FuzzCheck(f *testing.F) {
	for _, s := range []string{`{"a":[1,2.5e-3,"x\ud83d\ude00",null,true]}`, `[[[]]]`, `"\u0000"`, `-0`, `{"a":{}}`, "[1,]", "\"\xff\""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		err := Check(b)
		var syntax *SyntaxError
		if errors.As(err, &syntax) && strings.HasPrefix(syntax.Reason, "nested") {
			return
		}
		if want := json.Valid(b); (err == nil) != want {
			t.Fatalf("Check(%q) = %v, encoding/json says %v", b, err, want)
		}
		walk(NewReader(b))
		if err == nil {
			clean := Clean(b)
			if !json.Valid(clean) || !utf8.Valid(clean) {
				t.Fatalf("Clean(%q) = %q is not clean JSON", b, clean)
			}
		}
		_ = Lenient(b)
	})
}

func walk(r *Reader) {
	switch r.Kind() {
	case Object:
		for key := range r.Fields() {
			_ = fmt.Sprint(string(key))
			walk(r)
		}
	case Array:
		for range r.Elements() {
			walk(r)
		}
	case Number:
		r.Float()
	default:
		if !utf8.ValidString(r.Text()) {
			panic("text is not UTF-8")
		}
	}
}

func TestTextIsWhatEncodingJSONReadsAtAnyOffset(t *testing.T) {
	t.Parallel()
	for _, special := range []string{``, `\n`, `\"`, `\\`, `é`, `€uro`, `\u20ac`, `\/`, ` `, "\x7f", `#`, `]`} {
		for before := range 20 {
			for after := range 20 {
				text := []byte(`"` + strings.Repeat("a", before) + special + strings.Repeat("b", after) + `" `)
				var want string
				if err := json.Unmarshal(text, &want); err != nil {
					t.Fatal(err)
				}
				r := NewReader(text)
				if got := r.Text(); got != want || Check(text) != nil || r.Kind() != None {
					t.Fatalf("%s reads %q, want %q", text, got, want)
				}
			}
		}
	}
	for _, bad := range []string{"\x00", "\x1f", "\n", `\x`, `\u12g`} {
		for before := range 20 {
			if Check([]byte(`"`+strings.Repeat("a", before)+bad+`bbbbbbbbbbbb"`)) == nil {
				t.Fatalf("%q after %d characters is let through", bad, before)
			}
		}
	}
}

func TestIntReadsEveryNumber(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		"0": 0, "7": 7, "123456789": 123456789, "1234567890": 1234567890, "-3": -3, "2.9": 2, "1e3": 1000, "1e300": 0, `"12"`: 12, `"x"`: 0, "null": 0, "[1]": 0,
	} {
		if got := NewReader([]byte(in)).Int(); got != want {
			t.Errorf("%s reads %d, want %d", in, got, want)
		}
	}
}
