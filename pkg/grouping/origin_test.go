package grouping

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
)

// TestOurOwnScriptIsNobodysBug has requests that failed within the function that trivet.js puts in fetch's place.
func TestOurOwnScriptIsNobodysBug(t *testing.T) {
	t.Parallel()
	failed := func(function, script string) *event.Event {
		return thrown("TypeError", "Failed to fetch", frame(function, "https://shop.test/app.js"), frame("?", "https://errors.test/"+script))
	}
	pay := failed("pay", "trivet.js")
	if got := Culprit(pay); got != Culprit(thrown("TypeError", "Failed to fetch", frame("pay", "https://shop.test/app.js"))) {
		t.Errorf("the culprit is %q", got)
	}
	if Of(pay, nil) != Of(failed("pay", "trivet-1.0.0.js"), nil) {
		t.Error("a version of the script makes another issue")
	}
	if Of(pay, nil) == Of(failed("order", "trivet.js"), nil) {
		t.Error("two places that failed are one issue")
	}
}
