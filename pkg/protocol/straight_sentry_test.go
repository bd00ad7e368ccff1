package protocol

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/trivetlabs/trivet/pkg/event"
)

// compareRest holds what only Sentry's events have against a straight reading.
func compareRest(t *testing.T, payload object, e *event.Event) {
	t.Helper()
	request, _ := payload["request"].(object)
	sdk, _ := payload["sdk"].(object)
	want := map[string]any{
		"handled": unhandled(payload["exception"]), "dist": text(payload["dist"]), "platform": text(payload["platform"]), "logger": text(payload["logger"]),
		"transaction": text(payload["transaction"]), "server": text(payload["server_name"]), "url": text(request["url"]),
		"sdk":      text(sdk["name"]) + " " + text(sdk["version"]),
		"contexts": payload["contexts"], "extra": payload["extra"], "modules": payload["modules"], "debug_meta": payload["debug_meta"],
	}
	got := map[string]any{
		"handled": "", "dist": e.Dist, "platform": e.Platform, "logger": e.Logger,
		"transaction": e.Transaction, "server": e.ServerName, "url": "", "sdk": " ",
		"contexts": decoded(e.Contexts), "extra": decoded(e.Extra), "modules": decoded(e.Modules), "debug_meta": decoded(e.DebugMeta),
	}
	if e.Handled != nil {
		got["handled"] = text(*e.Handled)
	}
	if e.Request != nil {
		got["url"] = e.Request.URL
	}
	if sdk == nil { // raven-js tells it in the query, and calls a file a transaction
		delete(want, "sdk")
		delete(got, "sdk")
		want["transaction"] = ""
	} else if e.SDK != nil {
		got["sdk"] = e.SDK.Name + " " + e.SDK.Version
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("a straight reading differs:\n%s", diff)
	}
}

// unhandled is "false" when one mechanism says so, "true" when others do, "" when none says anything.
func unhandled(exception any) (handled string) {
	list := values(exception)
	if o, is := exception.(object); is {
		list = append(list, o)
	}
	for _, x := range list {
		mechanism, _ := x["mechanism"].(object)
		if s := text(mechanism["handled"]); s != "" && handled != "false" {
			handled = s
		}
	}
	return handled
}

func decoded(raw json.RawMessage) (v any) {
	if raw != nil && json.Unmarshal(raw, &v) != nil {
		return "not JSON"
	}
	return v
}
