package words_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/words"
)

func TestATextIsTakenApart(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, text, want string }{
		{"words of a sentence, in lower case", "Cannot read properties", "cannot read properties"},
		{"brackets and quotes end words", `x['total'] of "Cart" (app)`, "total of cart app"},
		{"a word with a point also in pieces", "checkout.js", "checkout.js checkout js"},
		{"a path by its elements", "/src/cart/Checkout.ts", "src cart checkout.ts checkout ts"},
		{"an address likewise", "https://shop.example/cart?step=pay", "https shop.example shop example cart step pay"},
		{"punctuation around a word is no part of it", "TypeError: …really!", "typeerror really"},
		{"a method and a path", "POST /cart", "post cart"},
		{"versions stay whole", "shop@1.4.22", "shop@1.4.22 shop 22"},
		{"the hash of a build is left out", "checkout-3f9a0c1d.js", "checkout.js checkout js"},
		{"whatever it looks like", "index-DkfGhJkl.js", "index.js index js"},
		{"names are no hashes", "handle-CheckoutForm.js", "handle-checkoutform.js handle checkoutform js"},
		{"long numbers are left out, codes are not", "order 123456 gave 404", "order gave 404"},
		{"ids are left out", "user 550e8400e29b41d4a716446655440000", "user"},
		{"words of other scripts", "Größe überschritten 金額", "größe überschritten 金額"},
		{"each once", "a.b aa aa", "a.b aa"},
		{"nothing of nothing", " .,;() x 1 ", ""},
	} {
		if got := strings.Join(words.Query(c.text), " "); got != c.want {
			t.Errorf("%s: %q gives %q, want %q", c.name, c.text, got, c.want)
		}
	}
}

func all(words.Kind, uint64) bool { return false }

func example() *event.Event {
	return &event.Event{
		Culprit: "pay (checkout.js)", Release: "shop@1.4.2", Environment: "production", Browser: "Chrome 142", OS: "Windows", URL: "https://shop.example/cart?id=123456",
		Exceptions: []event.Exception{{Type: "TypeError", Value: "x is undefined", Frames: []event.Frame{
			{Function: "Form.submit", Filename: "https://shop.example/js/form-3f9a0c1d.js?v=9"},
			{Function: "pay", Module: "cart", AbsPath: "webpack:///./src/checkout.js"},
		}}},
		Breadcrumbs: []event.Breadcrumb{
			{Category: "ui.click", Message: "button.pay"},
			{Category: "fetch", Data: json.RawMessage(`{"method":"POST","url":"/api/cart","status_code":500,"body":"card"}`)},
		},
		Tags: event.Tags{{Key: "variant", Value: "B"}, {Key: "empty"}},
	}
}

func TestAnEventGivesWordsOfEachKind(t *testing.T) {
	t.Parallel()
	got := map[words.Kind][]string{}
	for _, w := range words.NewFinder().Find(nil, example(), "TypeError: x is undefined", all) {
		got[w.Kind] = append(got[w.Kind], w.Text)
	}
	want := map[words.Kind][]string{
		words.Text:        {"typeerror", "is", "undefined", "pay", "checkout.js", "checkout", "js"},
		words.Stack:       {"pay", "cart", "src", "checkout.js", "checkout", "js", "form.submit", "form", "submit", "form.js"},
		words.Crumb:       {"fetch", "post", "api", "cart", "ui.click", "ui", "click", "button.pay", "button", "pay"},
		words.Release:     {"shop@1.4.2"},
		words.Environment: {"production"},
		words.Browser:     {"Chrome 142"},
		words.OS:          {"Windows"},
		words.URL:         {"https://shop.example/cart?id=123456"},
		words.Tag:         {"variant=B", "empty="},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("words (-want +got):\n%s", diff)
	}
}

func TestAPieceThatIsKnownIsNotTakenApart(t *testing.T) {
	t.Parallel()
	type piece struct {
		kind words.Kind
		hash uint64
	}
	known := map[piece]bool{}
	skip := func(kind words.Kind, hash uint64) bool {
		there := known[piece{kind, hash}]
		known[piece{kind, hash}] = true
		return there
	}
	f, e := words.NewFinder(), example()
	if got := f.Find(nil, e, "title", skip); len(got) == 0 {
		t.Fatal("nothing found at first")
	}
	if got := f.Find(nil, e, "title", skip); len(got) != 0 {
		t.Errorf("found again: %v", got)
	}
	e.Breadcrumbs = append(e.Breadcrumbs, event.Breadcrumb{Message: "fresh"})
	e.Exceptions[0].Frames[0].Line = 7
	if diff := cmp.Diff([]words.Word{{Kind: words.Crumb, Text: "fresh"}}, f.Find(nil, e, "title", skip)); diff != "" {
		t.Errorf("words of what is new (-want +got):\n%s", diff)
	}
}

func TestWordsAreBounded(t *testing.T) {
	t.Parallel()
	var e event.Event
	for i := range 100 {
		e.Frames = append(e.Frames, event.Frame{Function: fmt.Sprintf("f%d.g%d", i, i), Filename: strings.Repeat("ä", 300)})
		e.Breadcrumbs = append(e.Breadcrumbs, event.Breadcrumb{Message: strings.Repeat(fmt.Sprintf("word%d ", i), 1000)})
	}
	count := map[words.Kind]int{}
	for _, w := range words.NewFinder().Find(nil, &e, strings.Repeat("x", 1000), all) {
		count[w.Kind]++
		if len(w.Text) > words.MaxBytes || !utf8.ValidString(w.Text) {
			t.Errorf("word of %d bytes: %q", len(w.Text), w.Text)
		}
	}
	if diff := cmp.Diff(map[words.Kind]int{words.Text: 1, words.Stack: words.MaxWords, words.Crumb: 100}, count); diff != "" {
		t.Errorf("words of each kind (-want +got):\n%s", diff)
	}
}

// FuzzWords holds what is stored and what is asked together: whatever text is in a title is found by any words of it.
func FuzzWords(f *testing.F) {
	for _, text := range []string{"checkout-3f9a0c1d.js", "https://shop.example/cart?id=1", "TypeError: x['a'] is “undefined”", "İstanbul Größe 金額", "__webpack_require__.e"} {
		f.Add(text)
	}
	finder := words.NewFinder()
	f.Fuzz(func(t *testing.T, text string) {
		if !utf8.ValidString(text) {
			t.Skip()
		}
		asked := words.Query(text)
		for _, word := range asked {
			if len(word) < 2 || len(word) > words.MaxBytes || !utf8.ValidString(word) || strings.ContainsAny(word, " \t\n\x00") {
				t.Errorf("%q gives %q", text, word)
			}
		}
		var stored []string
		for _, w := range finder.Find(nil, &event.Event{}, text, all) {
			stored = append(stored, w.Text)
		}
		if !slices.Equal(asked, stored) {
			t.Errorf("%q is asked for by %q and stored as %q", text, asked, stored)
		}
		finder.Find(nil, &event.Event{Breadcrumbs: []event.Breadcrumb{{Data: json.RawMessage(text)}}}, "", all)
	})
}
