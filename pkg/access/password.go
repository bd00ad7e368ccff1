package access

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	_ "embed" // the commonest passwords
	"encoding/base64"
	"fmt"
	"strings"
	"sync/atomic"
	"unicode/utf8"

	"golang.org/x/crypto/argon2"

	"github.com/trivetlabs/trivet/pkg/store"
	"github.com/trivetlabs/trivet/pkg/web"
)

// What a password costs: 19 MiB as OWASP wants at least, and passes until one took 60 ms on the machine that this was
// measured on. Twice the passes and a sign-in takes twice as long; more memory and two at once are more than query's
// share.
const (
	argonMemory = 19 << 10 // KiB
	argonPasses = 5
	argonLanes  = 1
	saltBytes   = 16
	keyBytes    = 32
)

// Bounds of what is made a hash of, in bytes: below it is guessed, and above nobody types it.
const (
	minPassword = 10
	maxPassword = 200
)

// How many hashes are made at once and how many requests may wait for that: tries to sign in must not take the machine
// from those who are.
const (
	maxHashing = 2
	maxWaiting = 30
)

// hasher makes hashes of passwords, a few at a time. Safe for concurrent use.
type hasher struct {
	turns   chan struct{}
	waiting atomic.Int32
}

func newHasher() *hasher { return &hasher{turns: make(chan struct{}, maxHashing)} }

// turn waits until a hash may be made. The error is web.ErrBusy or the context's.
func (h *hasher) turn(ctx context.Context) (done func(), err error) {
	if h.waiting.Add(1) > maxWaiting {
		h.waiting.Add(-1)
		return nil, web.ErrBusy
	}
	defer h.waiting.Add(-1)
	select {
	case h.turns <- struct{}{}:
		return func() { <-h.turns }, nil
	case <-ctx.Done():
		return nil, fmt.Errorf("%w: %w", web.ErrBusy, ctx.Err())
	}
}

// parameters of a hash.
type parameters struct {
	memory, passes uint32
	lanes          uint8
}

var current = parameters{argonMemory, argonPasses, argonLanes}

// unknown is what a password is compared with where there is no account: it takes the same time and is never equal, for
// nobody knows what it is a hash of.
const unknown = "$argon2id$v=19$m=19456,t=5,p=1$rIuJ0n1ULGR9yJDaXgwGcw$9tV6Pxa0RBt2RfKx1fT3m8UIIiJhcJ2kbIWuU5w9q0o"

// hash returns a password's hash in PHC form.
func (h *hasher) hash(ctx context.Context, password string) (string, error) {
	done, err := h.turn(ctx)
	if err != nil {
		return "", err
	}
	defer done()
	var salt [saltBytes]byte
	if _, err := rand.Read(salt[:]); err != nil {
		panic(err) // crypto/rand never fails on the systems we run on
	}
	key := argon2.IDKey([]byte(password), salt[:], current.passes, current.memory, current.lanes, keyBytes)
	b64 := base64.RawStdEncoding.EncodeToString
	return fmt.Sprintf("$argon2id$v=%d$m=%d,t=%d,p=%d$%s$%s", argon2.Version, current.memory, current.passes, current.lanes, b64(salt[:]), b64(key)), nil
}

// verify tells whether a password is that of a hash, and whether the hash is by older parameters. A hash that can't be
// read is nobody's.
func (h *hasher) verify(ctx context.Context, password, hash string) (good, old bool, err error) {
	p, salt, key, ok := readHash(hash)
	if !ok || len(password) > maxPassword {
		// It takes as long as for anybody.
		p, salt, key, _ = readHash(unknown)
		ok = false
	}
	done, err := h.turn(ctx)
	if err != nil {
		return false, false, err
	}
	defer done()
	got := argon2.IDKey([]byte(password[:min(len(password), maxPassword)]), salt, p.passes, p.memory, p.lanes, uint32(len(key))) // bounded by readHash
	return subtle.ConstantTimeCompare(got, key) == 1 && ok, p != current, nil
}

// readHash reads PHC form, with bounds on what it may cost.
func readHash(hash string) (p parameters, salt, key []byte, ok bool) {
	parts := strings.Split(hash, "$")
	if len(parts) != 6 || parts[0] != "" || parts[1] != "argon2id" || parts[2] != fmt.Sprintf("v=%d", argon2.Version) {
		return p, nil, nil, false
	}
	if n, err := fmt.Sscanf(parts[3], "m=%d,t=%d,p=%d", &p.memory, &p.passes, &p.lanes); err != nil || n != 3 {
		return p, nil, nil, false
	}
	salt, err := base64.RawStdEncoding.DecodeString(parts[4])
	if err != nil {
		return p, nil, nil, false
	}
	key, err = base64.RawStdEncoding.DecodeString(parts[5])
	const mostMemory, mostPasses = 256 << 10, 16
	ok = err == nil && len(salt) >= 8 && len(key) >= 16 && len(key) <= 64 && p.lanes >= 1 && p.passes >= 1 && p.passes <= mostPasses && p.memory <= mostMemory
	return p, salt, key, ok
}

//go:embed common.txt
var commonText string

// common are passwords that are tried first by everybody who guesses, of those that are long enough.
var common = func() map[string]bool {
	all := map[string]bool{}
	for _, line := range strings.Fields(commonText) {
		all[line] = true
	}
	return all
}()

// minDistinct is how many different characters a password has: "aaaaaaaaaa" is one.
const minDistinct = 4

// CheckPassword refuses a password that could not be kept or is guessed at once, as store.ErrInvalid. Nothing else is
// asked of it: rules make people write passwords down.
func CheckPassword(password, email string) error {
	distinct := map[rune]bool{}
	for _, r := range password {
		distinct[r] = true
	}
	lower := strings.ToLower(password)
	switch {
	case len(password) < minPassword || len(password) > maxPassword || !utf8.ValidString(password) || strings.ContainsRune(password, 0):
		return &store.InvalidError{What: "password", Want: fmt.Sprintf("%d to %d bytes", minPassword, maxPassword)}
	case common[lower], len(distinct) < minDistinct, lower == strings.ToLower(strings.TrimSpace(email)):
		return &store.InvalidError{What: "password", Want: "one that nobody guesses at once"}
	}
	return nil
}
