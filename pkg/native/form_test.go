package native

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

const formLimit = 1 << 20

func TestAFormIsAnEvent(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, form, want string }{
		{"fields are members", "message=form+beacon&level=error", `{"message":"form beacon","level":"error"}`},
		{"escapes", "message=%C3%A9%22%5C%0A&%74ype=E", `{"message":"é\"\\\n","type":"E"}`},
		{"escapes that are none", "message=100%&type=%zz", `{"message":"100%","type":"%zz"}`},
		{"bytes that are no UTF-8", "message=%ff", `{"message":"` + "\uFFFD" + `"}`},
		{"the last of a name counts", "message=a&type=E&message=b", `{"message":"b","type":"E"}`},
		{"a name without a value", "message=a&flag", `{"message":"a","flag":""}`},
		{"a value without a name", "=x&message=a", `{"message":"a"}`},
		{"brackets", "tags[area]=pay&user[id]=7&tags[step]=2&meta[k]=v", `{"tags":{"area":"pay","step":"2"},"user":{"id":"7"},"meta":{"k":"v"}}`},
		{"brackets twice", "tags[a]=1&tags[a]=2", `{"tags":{"a":"2"}}`},
		{"deeper brackets", "meta[a][b]=1", `{"meta":{"a.b":"1"}}`},
		{"empty brackets", "tags[]=1", `{"tags":"1"}`},
		{"brackets that are none", "[a]=1&b[=2&c]=3", `{"[a]":"1","b[":"2","c]":"3"}`},
		{"an object over a text", "tags=x&tags[a]=1", `{"tags":{"a":"1"}}`},
		{"a text over an object", "tags[a]=1&tags=x", `{"tags":"x"}`},
		{"short names", "msg=a&file=f&line=1&col=2", `{"message":"a","filename":"f","lineno":"1","colno":"2"}`},
		{"an object as text where one belongs", `message=a&tags={"k":1}`, `{"message":"a","tags":{"k":1}}`},
		{"an object as text where a text belongs", `type=E&message={"k":1}`, `{"type":"E","message":"{\"k\":1}"}`},
		{"what looks like an object", `message=a&tags={"k"`, `{"message":"a","tags":"{\"k\""}`},
		{"a truth", "message=a&handled=false", `{"message":"a","handled":false}`},
		{"no truth", "message=a&handled=maybe", `{"message":"a","handled":"maybe"}`},
		{"a field that is the event", `x=1&event={"message":"a"}`, `{"message":"a"}`},
		{"a field that is events", `data=+[{},{}]&x=1`, ` [{},{}]`},
		{"a field called data that isn't", `data=x`, `{"data":"x"}`},
		{"the only field", `payload={"message":"a"}`, `{"message":"a"}`},
		{"an only field without a value", `{"message":"a"}`, `{"message":"a"}`},
		{"an only field that looks like it", `message=[object Object]`, `{"message":"[object Object]"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fields, err := ParseForm(tc.form)
			if err != nil {
				t.Fatal(err)
			}
			got, err := FormJSON(fields, formLimit)
			if err != nil || string(got) != tc.want {
				t.Errorf("got %s, %v, want %s", got, err, tc.want)
			}
		})
	}
}

func TestFormsAreBounded(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name, form string
		want       error
	}{
		{"nothing", "", event.ErrInvalid},
		{"no names", "=a&=b", event.ErrInvalid},
		{"1,001 fields", strings.Repeat("a=b&", MaxFields) + "a=b", event.ErrTooLarge},
		{"too long", "message=" + strings.Repeat("a", formLimit), event.ErrTooLarge},
		{"too long once it is escaped", "message=" + strings.Repeat("%00", formLimit/3), event.ErrTooLarge},
		{"1,000 fields", strings.Repeat("a=b&", MaxFields-1) + "a=b", nil},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fields, err := ParseForm(tc.form)
			if err == nil {
				_, err = FormJSON(fields, formLimit)
			}
			if !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// part is one part of a multipart body with the boundary "b".
func part(disposition, body string) string {
	return "--b\r\nContent-Disposition: form-data; " + disposition + "\r\n\r\n" + body + "\r\n"
}

func TestMultipartBodies(t *testing.T) {
	t.Parallel()
	const typed = "multipart/form-data; boundary=b"
	message := part(`name="message"`, "a\r\nb")
	shot := "--b\r\nContent-Disposition: form-data; name=\"shot\"; filename=\"../x/shot.png\"\r\nContent-Type: image/png\r\n\r\n\x89PNG\r\n\x00\r\n"
	for _, tc := range []struct {
		name, kind, body string
		want             string // fields, then files
		err              error
	}{
		{"fields and files", typed, message + shot + "--b--\r\n", `[{message a
b}] shot.png image/png "\x89PNG\r\n\x00";`, nil},
		{"the boundary in the body alone", "", message + "--b--\r\n", "[{message a\r\nb}] ", nil},
		{"another type", "text/plain", message + "--b--\r\n", "[{message a\r\nb}] ", nil},
		{"a Blob of JSON is a file and the event", typed, part(`name="event"; filename="blob"`, `{"message":"a"}`) + shot + "--b--", `[{event {"message":"a"}}] shot.png image/png "\x89PNG\r\n\x00";`, nil},
		{"the only part", typed, part(`name="x"; filename="blob"`, `{"message":"a"}`) + "--b--", `[{event {"message":"a"}}] `, nil},
		{"a part without a name", typed, part(`x="y"`, "z") + message + "--b--", "[{message a\r\nb}] ", nil},
		{"nothing", typed, "--b--\r\n", "[] ", nil},
		{"no end", typed, message, "", event.ErrInvalid},
		{"cut off in a part", typed, message[:len(message)-3], "", event.ErrInvalid},
		{"another boundary", "multipart/form-data; boundary=c", message + "--b--", "[] ", nil},
		{"no boundary", "", "no boundary", "", event.ErrInvalid},
		{"a header without an end", typed, "--b\r\nA: " + strings.Repeat("x", 1<<20), "[] ", nil},
		{"a header of 20 KiB", typed, "--b\r\nA: " + strings.Repeat("x", 20<<10) + "\r\n\r\n\r\n--b--", "", event.ErrTooLarge},
		{"1,001 parts", typed, strings.Repeat(part(`name="a"`, "b"), MaxFields+1) + "--b--", "", event.ErrTooLarge},
		{"1,001 parts without names", typed, strings.Repeat("--b\r\n\r\n\r\n", MaxFields+1) + "--b--", "", event.ErrTooLarge},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			fields, files, err := ParseMultipart([]byte(tc.body), tc.kind)
			if !errors.Is(err, tc.err) {
				t.Fatalf("got %v, want %v", err, tc.err)
			}
			got := fmt.Sprintf("%v ", fields)
			for _, f := range files {
				got += fmt.Sprintf("%s %s %q;", f.Name, f.Type, f.Data)
			}
			if want := strings.ReplaceAll(strings.ReplaceAll(tc.want, "\r\n", "\n"), "\n", "\r\n"); err == nil && got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// FuzzForm holds forms to their promise: bounded, and JSON where it is not the client's own.
func FuzzForm(f *testing.F) {
	f.Add("message=form+beacon&level=error", "")
	f.Add("tags[a]=1&tags=2&m=%22", "")
	f.Add(part(`name="event"; filename="blob"`, `{"message":"a"}`)+"--b--", "multipart/form-data; boundary=b")
	f.Fuzz(func(t *testing.T, body, kind string) {
		fields, err := ParseForm(body)
		if kind != "" {
			fields, _, err = ParseMultipart([]byte(body), kind)
		}
		if err != nil {
			return
		}
		text, err := FormJSON(fields, 1000)
		if _, own := embedded(fields); err != nil || own {
			return
		}
		if len(text) > 1000 || jsonx.Check(text) != nil {
			t.Fatalf("%d bytes: %s", len(text), text)
		}
	})
}
