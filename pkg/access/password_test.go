package access

import (
	"context"
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	"golang.org/x/crypto/argon2"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

func TestPasswordsAreVerifiedByTheirHashes(t *testing.T) {
	t.Parallel()
	h := newHasher()
	hash, err := h.hash(t.Context(), password)
	if err != nil || !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=5,p=1$") || strings.Contains(hash, password) {
		t.Fatalf("%s, %v", hash, err)
	}
	again, err := h.hash(t.Context(), password)
	if err != nil || again == hash {
		t.Errorf("two hashes have one salt: %v", err)
	}
	const weak = "$argon2id$v=19$m=64,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
	for _, tc := range []struct {
		name, password, hash string
		good                 bool
	}{
		{"the password", password, hash, true},
		{"another", password + " ", hash, false},
		{"another case", strings.ToUpper(password), hash, false},
		{"nothing", "", hash, false},
		{"of nobody", password, "", false},
		{"nothing of nobody", "", "", false},
		{"the stand-in", password, unknown, false},
		{"something too long", strings.Repeat("a", 1<<20), hash, false},
		{"a hash that is cut", password, hash[:len(hash)-30], false},
		{"a hash without a key", password, weak, false},
		{"a hash that takes all memory", password, strings.Replace(hash, "m=19456", "m=99999999", 1), false},
		{"a hash that takes all day", password, strings.Replace(hash, "t=5", "t=99999", 1), false},
		{"another algorithm", password, strings.Replace(hash, "argon2id", "argon2i", 1), false},
	} {
		if good, _, err := h.verify(t.Context(), tc.password, tc.hash); err != nil || good != tc.good {
			t.Errorf("%s: %v, %v", tc.name, good, err)
		}
	}
	if _, _, _, ok := readHash(unknown); !ok {
		t.Error("the stand-in for unknown accounts is no hash: they would be answered sooner")
	}
	if p, _, _, _ := readHash(unknown); p != current {
		t.Error("the stand-in for unknown accounts takes another time")
	}
}

func TestFewPasswordsAreHashedAtOnce(t *testing.T) {
	t.Parallel()
	h := newHasher()
	for range maxHashing {
		h.turns <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	results := make(chan error, 2*maxWaiting)
	for range 2 * maxWaiting {
		go func() {
			_, err := h.hash(ctx, password)
			results <- err
		}()
	}
	for range maxWaiting { // half of them find too many waiting
		if err := <-results; !errors.Is(err, web.ErrBusy) {
			t.Errorf("got %v, want ErrBusy", err)
		}
	}
	cancel()
	for range maxWaiting {
		if err := <-results; !errors.Is(err, web.ErrBusy) || !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want ErrBusy for who has hung up", err)
		}
	}
}

func TestPasswordsThatAreGuessedAtOnceAreRefused(t *testing.T) {
	t.Parallel()
	for _, bad := range []string{
		"", "short", "nine chars"[:9], strings.Repeat("a", 201), "aaaaaaaaaaaaaa", "ababababababab", "password123", "PASSWORD123", "qwertyuiop", email, "ADA@example.org",
		"with a \x00 inside", "broken \xff utf-8",
	} {
		if err := CheckPassword(bad, email); !errors.Is(err, store.ErrInvalid) || strings.Contains(err.Error(), "qwerty") {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for _, good := range []string{password, "ten chars!", strings.Repeat("abcd", 50), "пароль на русском", "ひらがなパスワード"} {
		if err := CheckPassword(good, email); err != nil {
			t.Errorf("%q: %v", good, err)
		}
	}
}

// oldKey is that of the password by parameters of long ago.
func oldKey() string {
	return base64.RawStdEncoding.EncodeToString(argon2.IDKey([]byte(password), []byte("1234567890123456"), 1, 256, 1, keyBytes))
}
