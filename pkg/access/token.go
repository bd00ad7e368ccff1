package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// A good token is believed for tokenAge without asking the database again, so a revoked one works for that
// long at most. maxTokens bounds the memory of it (about 300 bytes each).
const (
	tokenAge  = 30 * time.Second
	maxTokens = 4096
)

// maxAuthorization is more than a token takes in any of its forms.
const maxAuthorization = 512

// tokens are the good tokens seen lately, by the hash of their secrets. Safe for concurrent use.
type tokens struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]seenToken
}

type seenToken struct {
	token store.Token
	until time.Time
}

func newTokens() *tokens { return &tokens{seen: map[[sha256.Size]byte]seenToken{}} }

func (t *tokens) get(hash [sha256.Size]byte, now time.Time) (store.Token, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	s, ok := t.seen[hash]
	return s.token, ok && now.Before(s.until)
}

func (t *tokens) put(hash [sha256.Size]byte, token store.Token, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if len(t.seen) >= maxTokens {
		// Rare: more good tokens in half a minute than most installations have.
		clear(t.seen)
	}
	t.seen[hash] = seenToken{token, now.Add(tokenAge)}
}

// authenticate returns the token that an Authorization holds, web.ErrNoToken where it holds none that is good. basic
// tells that mittens' forms are taken beside Bearer.
func (a *Access) authenticate(ctx context.Context, authorization string, basic bool) (store.Token, error) {
	secret := bearer(authorization)
	if basic && secret == "" {
		secret = mittens(authorization)
	}
	if secret == "" {
		return store.Token{}, web.ErrNoToken
	}
	hash, now := sha256.Sum256([]byte(secret)), time.Now()
	if token, ok := a.tokens.get(hash, now); ok {
		return token, nil
	}
	token, err := a.db.Authenticate(ctx, secret)
	if errors.Is(err, store.ErrNotFound) {
		return token, web.ErrNoToken
	}
	if err != nil {
		return token, err
	}
	a.tokens.put(hash, token, now)
	return token, nil
}

// bearer returns the token of "Bearer TOKEN", "" for anything else.
func bearer(authorization string) string {
	scheme, secret, _ := strings.Cut(authorization, " ")
	if secret = strings.TrimSpace(secret); strings.EqualFold(scheme, "Bearer") && project.IsToken(secret) {
		return secret
	}
	return ""
}

// mittens returns the token that its clients send: raw or base64-encoded, alone or before a colon, with or
// without "Basic" in front; "" when there is none.
func mittens(authorization string) string {
	if len(authorization) > maxAuthorization {
		return ""
	}
	value := strings.TrimSpace(authorization)
	if scheme, rest, ok := strings.Cut(value, " "); ok {
		if !strings.EqualFold(scheme, "Basic") {
			return ""
		}
		value = strings.TrimSpace(rest)
	}
	decoded, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(value, "="))
	if err != nil {
		decoded = nil
	}
	for _, candidate := range []string{value, string(decoded)} {
		candidate, _, _ = strings.Cut(candidate, ":")
		if project.IsToken(candidate) {
			return candidate
		}
	}
	return ""
}
