package project

import (
	"strings"
	"testing"
)

func TestOriginsAreMatchedWholeOrByLabel(t *testing.T) {
	t.Parallel()
	list := Entry{Origins: []string{"https://shop.example", "https://*.shop.example", "http://localhost:3000"}}
	for _, tc := range []struct {
		name, origin string
		want         bool
	}{
		{"the origin", "https://shop.example", true},
		{"in another case", "https://SHOP.example", true},
		{"a subdomain", "https://www.shop.example", true},
		{"a deeper subdomain", "https://a.b.shop.example", true},
		{"with its port", "http://localhost:3000", true},
		{"no origin at all: not a browser", "", true},
		{"another port", "http://localhost:3001", false},
		{"another scheme", "http://www.shop.example", false},
		{"a name that ends alike", "https://evilshop.example", false},
		{"the name as a label of another", "https://shop.example.evil.io", false},
		{"nothing before the dot", "https://.shop.example", false},
		{"a sandboxed page", "null", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := list.Allows(tc.origin); got != tc.want {
				t.Errorf("%q: got %v", tc.origin, got)
			}
		})
	}
	if !(Entry{}).Allows("https://anywhere.example") || !(Entry{Origins: []string{"*"}}).Allows("null") {
		t.Error("without a list, or with *, every origin may send")
	}
}

func TestKeysAndTokens(t *testing.T) {
	t.Parallel()
	key, token := NewKey(), NewToken()
	if !IsKey(key) || IsKey(strings.ToUpper(key)) || IsKey(key+"0") || IsKey(token) {
		t.Errorf("key %s", key)
	}
	if !IsToken(token) || IsToken(key) || strings.Contains(TokenName(token), token) {
		t.Errorf("token of %d characters", len(token))
	}
	if NewKey() == key || NewToken() == token {
		t.Error("not random")
	}
}

func TestDSNs(t *testing.T) {
	t.Parallel()
	const key = "0123456789abcdef0123456789abcdef"
	for public, want := range map[string]string{
		"https://errors.example":          "https://" + key + "@errors.example/7",
		"http://127.0.0.1:8080/":          "http://" + key + "@127.0.0.1:8080/7",
		"https://errors.example/sub/path": "https://" + key + "@errors.example/sub/path/7",
	} {
		dsn, err := DSN(public, key, 7)
		if err != nil || dsn != want {
			t.Errorf("%s: %s, %v", public, dsn, err)
		}
		if k, p, ok := ParseDSN(dsn); !ok || k != key || p != "7" {
			t.Errorf("%s reads as %s, %s, %v", dsn, k, p, ok)
		}
	}
	for _, bad := range []string{"", "errors.example", "ftp://errors.example"} {
		if dsn, err := DSN(bad, key, 7); err == nil {
			t.Errorf("%q made %s", bad, dsn)
		}
	}
	for _, bad := range []string{"", "https://errors.example/7", "://"} {
		if _, _, ok := ParseDSN(bad); ok {
			t.Errorf("%q was read", bad)
		}
	}
}
