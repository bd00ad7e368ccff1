package project

import "testing"

func TestOriginsThatNoBrowserSendsAreRefused(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name string
		in   string
		want bool
	}{
		{"all", "*", true},
		{"an origin", "https://shop.example", true},
		{"a port", "http://localhost:3000", true},
		{"an address of version 6", "http://[::1]:3000", true},
		{"a scheme of an app", "capacitor://localhost", true},
		{"all subdomains", "https://*.shop.example", true},
		{"nothing", "", false},
		{"a bare host", "shop.example", false},
		{"a path", "https://shop.example/", false},
		{"a star inside", "https://shop.*.example", false},
		{"a user", "https://me@shop.example", false},
		{"a port that is none", "https://shop.example:99999", false},
		{"an empty port", "https://shop.example:", false},
		{"a list", "https://a.example,https://b.example", false},
		{"a line break", "https://a.example\n", false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := ValidOrigin(tc.in); got != tc.want {
				t.Errorf("ValidOrigin(%q) = %v, want %v", tc.in, got, tc.want)
			}
		})
	}
}
