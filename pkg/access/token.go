package access

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/trivetlabs/trivet/pkg/project"
	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// maxAuthorization is more than a token takes in any of its forms.
const maxAuthorization = 512

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
	token, turn, ok := a.tokens.get(hash, now)
	if ok {
		return token, nil
	}
	token, err := a.db.Authenticate(ctx, secret)
	if errors.Is(err, store.ErrNotFound) {
		return token, web.ErrNoToken
	}
	if err != nil {
		return token, err
	}
	a.tokens.put(hash, token, turn, now, token.ExpiresAt)
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
