// Package project holds what an edge must know of a website to take its errors: the directory entries
// behind keys and tokens, and the DSN people paste into their pages. Pure.
package project

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/url"
	"slices"
	"strings"
)

// A Entry is what the directory tells of one key or write token. It is the JSON value in the KV bucket.
type Entry struct {
	ProjectID int64    `json:"project"`
	Revoked   bool     `json:"revoked,omitempty"`
	Origins   []string `json:"origins,omitempty"` // none: every origin may send
	Rate      int      `json:"rate,omitempty"`    // events a second it may send; 0: what the edge gives everybody
}

// Allows reports whether a page of origin may send. The list is noise control, not a guard: anything but a
// browser can claim any origin, and a request without one passes. An element is "*", a full origin
// ("https://shop.example") or one with a leading "*." label in its host ("https://*.shop.example").
func (e Entry) Allows(origin string) bool {
	if origin == "" || len(e.Origins) == 0 {
		return true
	}
	return slices.ContainsFunc(e.Origins, func(pattern string) bool { return originMatches(pattern, origin) })
}

func originMatches(pattern, origin string) bool {
	if pattern == "*" || strings.EqualFold(pattern, origin) {
		return true
	}
	scheme, host, ok := strings.Cut(pattern, "://*.")
	if !ok {
		return false
	}
	gotScheme, gotHost, ok := strings.Cut(origin, "://")
	return ok && strings.EqualFold(scheme, gotScheme) &&
		len(gotHost) > len(host)+1 && strings.EqualFold(gotHost[len(gotHost)-len(host)-1:], "."+host)
}

// KeyName and TokenName are the names of entries in the directory bucket.
func KeyName(publicKey string) string { return "key." + publicKey }

// TokenName is KeyName for a token, by its hash: the directory never holds a secret.
func TokenName(secret string) string { return TokenNameOfHash(HashToken(secret)) }

// TokenNameOfHash is TokenName for who has only the hash, in hex.
func TokenNameOfHash(hash string) string { return "token." + hash }

// NewKey returns a public key: 32 lower-case hex digits, the only form every Sentry SDK takes.
func NewKey() string { return randomHex(16) }

// tokenPrefix lets people and secret scanners recognise a leaked token.
const tokenPrefix = "trv_"

// NewToken returns a secret token of 256 random bits.
func NewToken() string { return tokenPrefix + randomHex(32) }

// HashToken returns the form in which tokens are stored: SHA-256, in hex. A fast hash is enough for a
// secret of 256 random bits.
func HashToken(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

func randomHex(n int) string {
	b := make([]byte, n)
	if _, err := rand.Read(b); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
	return hex.EncodeToString(b)
}

// IsKey reports whether s has the form of a public key.
func IsKey(s string) bool {
	if len(s) != 32 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// IsToken reports whether s has the form of a secret token.
func IsToken(s string) bool {
	return len(s) == len(tokenPrefix)+64 && strings.HasPrefix(s, tokenPrefix)
}

// DSN returns what people paste into an SDK: http(s)://KEY@HOST/PROJECT, a path of publicURL kept before
// the project.
func DSN(publicURL, publicKey string, projectID int64) (string, error) {
	u, err := url.Parse(publicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", fmt.Errorf("public URL %q: want http(s)://host[:port][/path]", publicURL)
	}
	return fmt.Sprintf("%s://%s@%s%s/%d", u.Scheme, publicKey, u.Host, strings.TrimSuffix(u.Path, "/"), projectID), nil
}

// ParseDSN reads the key and the project of a DSN; ok is false when it is none.
func ParseDSN(dsn string) (publicKey string, projectID string, ok bool) {
	u, err := url.Parse(dsn)
	if err != nil || u.User == nil || u.Host == "" {
		return "", "", false
	}
	return u.User.Username(), u.Path[strings.LastIndexByte(u.Path, '/')+1:], true
}
