package access

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

func TestGoodTokensAreBelievedForAWhile(t *testing.T) {
	t.Parallel()
	seen, now := newTokens(), time.Now()
	token := store.Token{OrganizationID: 3}
	seen.put([32]byte{1}, token, now)
	if got, ok := seen.get([32]byte{1}, now.Add(tokenAge-1)); !ok || got.OrganizationID != 3 {
		t.Error("forgotten too early")
	}
	if _, ok := seen.get([32]byte{1}, now.Add(tokenAge)); ok {
		t.Error("believed too long")
	}
	for i := range 2 * maxTokens {
		seen.put([32]byte{byte(i), byte(i >> 8), 1}, token, now)
	}
	if len(seen.seen) > maxTokens {
		t.Errorf("%d tokens kept", len(seen.seen))
	}
}
