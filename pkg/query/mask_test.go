package query

import "testing"

func TestMasksShowWhatTheyName(t *testing.T) {
	t.Parallel()
	const whole = `{"id":"1","user":{"id":"7","email":"a"},"tags":{"a,b":"c"},"list":[{"x":1,"y":2},3],"none":null}`
	for _, tc := range []struct {
		name, in, want string
	}{
		{"nothing asked is all", "", whole},
		{"one", "id", `{"id":"1"}`},
		{"order is the object's", "tags,id", `{"id":"1","tags":{"a,b":"c"}}`},
		{"mittens' braces", "{id, none}", `{"id":"1","none":null}`},
		{"an inner object", "user{id}", `{"user":{"id":"7"}}`},
		{"spaces", " id , user { email } ", `{"id":"1","user":{"email":"a"}}`},
		{"a list of objects", "list{y}", `{"list":[{"y":2},3]}`},
		{"an inner mask of what is no object", "id{x}", `{"id":"1"}`},
		{"an unknown one", "nope", `{}`},
		{"all others", "*,user{id}", `{"id":"1","user":{"id":"7"},"tags":{"a,b":"c"},"list":[{"x":1,"y":2},3],"none":null}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			m, err := parseMask(tc.in)
			if err != nil {
				t.Fatal(err)
			}
			if got := string(m.apply([]byte(whole))); got != tc.want {
				t.Errorf("got %s, want %s", got, tc.want)
			}
		})
	}
}

func FuzzMask(f *testing.F) {
	for _, seed := range []string{"id", "{id,a{b}}", "*", "a{b{c}},d", "{", "}", ",", "a b"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		m, err := parseMask(text)
		if err != nil {
			return
		}
		for _, body := range []string{`{"a":{"b":[{"c":1}]},"id":"1"}`, `[]`, `"OK"`, `{}`} {
			if got := m.apply([]byte(body)); len(got) > len(body) || len(got) == 0 {
				t.Errorf("%q makes %s of %s", text, got, body)
			}
		}
	})
}
