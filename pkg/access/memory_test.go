package access

import (
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/store"
)

func TestGoodSecretsAreBelievedForAWhile(t *testing.T) {
	t.Parallel()
	seen, now := newMemory[store.Token](), time.Now()
	token, turn := store.Token{OrganizationID: 3}, 0
	seen.put([32]byte{1}, token, turn, now, nil)
	if got, _, ok := seen.get([32]byte{1}, now.Add(believed-1)); !ok || got.OrganizationID != 3 {
		t.Error("forgotten too early")
	}
	if _, _, ok := seen.get([32]byte{1}, now.Add(believed)); ok {
		t.Error("believed too long")
	}
	end := now.Add(time.Second)
	seen.put([32]byte{2}, token, turn, now, &end)
	if _, _, ok := seen.get([32]byte{2}, end); ok {
		t.Error("believed after its end")
	}
	_, turn, _ = seen.get([32]byte{3}, now)
	seen.forget()
	if seen.put([32]byte{3}, token, turn, now, nil); len(seen.seen) > 0 {
		t.Error("what was asked for before all was forgotten is kept")
	}
	turn++
	if _, _, ok := seen.get([32]byte{1}, now); ok {
		t.Error("not forgotten")
	}
	for i := range 2 * maxRemembered {
		seen.put([32]byte{byte(i), byte(i >> 8), 1}, token, turn, now, nil)
	}
	if len(seen.seen) > maxRemembered {
		t.Errorf("%d kept", len(seen.seen))
	}
}
