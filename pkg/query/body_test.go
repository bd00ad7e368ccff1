package query

import (
	"errors"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/web"
)

func TestBodiesAreReadStrictly(t *testing.T) {
	t.Parallel()
	type inner struct {
		At   *time.Time `json:"at"`
		Name string     `json:"name"`
	}
	type body struct {
		Text  string   `json:"text"`
		Count int64    `json:"count"`
		Yes   bool     `json:"yes"`
		IDs   []string `json:"ids"`
		Inner *inner   `json:"inner"`
	}
	for _, tc := range []struct {
		name, media, in string
		kind            error
		detail          string
	}{
		{"a good one", "application/json", `{"text":"a","count":1,"yes":true,"ids":["a"],"inner":{"at":"2026-01-02T03:04:05Z"}}`, nil, ""},
		{"a good one with a charset", "application/json; charset=utf-8", ` {} `, nil, ""},
		{"a form", "application/x-www-form-urlencoded", `{}`, web.ErrMedia, "application/json"},
		{"plain text", "text/plain", `{}`, web.ErrMedia, ""},
		{"no type", "", `{}`, web.ErrMedia, ""},
		{"two types", "application/json, text/plain", `{}`, web.ErrMedia, ""},
		{"nothing", "application/json", ``, web.ErrBody, "end of JSON"},
		{"null", "application/json", `null`, web.ErrBody, "an object"},
		{"a list", "application/json", `[]`, web.ErrBody, "an object"},
		{"two values", "application/json", `{}{}`, web.ErrBody, "after the value"},
		{"deep", "application/json", `{"ids":` + strings.Repeat("[", 100) + strings.Repeat("]", 100) + `}`, web.ErrBody, "nested deeper"},
		{"too long", "application/json", `{"text":"` + strings.Repeat("a", 1000) + `"}`, web.ErrTooLarge, ""},
		{"an unknown member", "application/json", `{"txt":"a"}`, web.ErrMember, "txt: unknown"},
		{"an unknown member inside", "application/json", `{"inner":{"nam":"a"}}`, web.ErrMember, "nam: unknown"},
		{"an unknown member that is markup", "application/json", `{"<script>":1}`, web.ErrMember, "a member: unknown"},
		{"an unknown member that breaks lines", "application/json", `{"a\r\nb":1}`, web.ErrMember, "a member: unknown"},
		{"a number for a text", "application/json", `{"text":1}`, web.ErrMember, "text: want a text"},
		{"a fraction", "application/json", `{"count":1.5}`, web.ErrMember, "count: want a whole number"},
		{"a number too large", "application/json", `{"count":99999999999999999999}`, web.ErrMember, "count: want a whole number"},
		{"a text for a list", "application/json", `{"ids":"a"}`, web.ErrMember, "ids: want a list"},
		{"a number in a list", "application/json", `{"ids":[1]}`, web.ErrMember, "ids: want a text"},
		{"a text for an object", "application/json", `{"inner":"a"}`, web.ErrMember, "inner: want an object"},
		{"a number inside", "application/json", `{"inner":{"name":1}}`, web.ErrMember, "inner.name: want a text"},
		{"no time", "application/json", `{"yes":true,"inner":{"at":"<script>"}}`, web.ErrMember, "inner: want"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			r := httptest.NewRequestWithContext(t.Context(), "POST", "/", strings.NewReader(tc.in))
			r.Header.Set("Content-Type", tc.media)
			got, err := decodeBody[body](&request{http: echo.New().NewContext(r, httptest.NewRecorder())}, 500)
			if tc.kind == nil {
				if err != nil {
					t.Errorf("got %v", err)
				}
				return
			}
			if !errors.Is(err, tc.kind) || !strings.Contains(err.Error(), tc.detail) || strings.Contains(err.Error(), "script>") {
				t.Errorf("got %v, want %v: %s", err, tc.kind, tc.detail)
			}
			if got.Text != "" || got.Count != 0 || got.Yes || got.IDs != nil || got.Inner != nil {
				t.Errorf("something was read: %+v", got)
			}
		})
	}
}
