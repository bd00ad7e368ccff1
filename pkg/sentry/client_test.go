package sentry

import (
	"testing"
)

// TestWhatClientsSendIsUnderstood reads events as SDKs make them of less usual errors, cut to what matters.
func TestWhatClientsSendIsUnderstood(t *testing.T) {
	t.Parallel()
	const (
		yes, no = "handled", "unhandled"
		onerror = `"mechanism":{"type":"auto.browser.global_handlers.onerror","handled":false}`
		reject  = `"mechanism":{"type":"auto.browser.global_handlers.onunhandledrejection","handled":false}`
		caught  = `"mechanism":{"type":"generic","handled":true,"synthetic":true}`
		frames  = `"stacktrace":{"frames":[{"filename":"https://shop.test/a.js","function":"?","in_app":true,"lineno":9,"colno":1},{"filename":"https://shop.test/a.js","function":"pay","in_app":true,"lineno":3,"colno":7}]}`
	)
	for _, tc := range []struct{ name, in, typ, message, level, handled, innermost string }{
		{
			"a DOMException", `{"level":"error","exception":{"values":[{"type":"Error","value":"QuotaExceededError: quota",` + caught + `}]},"tags":{"DOMException.code":"22"}}`,
			"Error", "QuotaExceededError: quota", "error", yes, "",
		},
		{
			"a rejection of undefined", `{"level":"error","exception":{"values":[{"type":"UnhandledRejection","value":"Non-Error promise rejection captured with value: undefined",` + reject + `}]}}`,
			"UnhandledRejection", "Non-Error promise rejection captured with value: undefined", "error", no, "",
		},
		{
			"a rejection by an event", `{"exception":{"values":[{"type":"Event","value":"Event ` + "`Event`" + ` (type=error) captured as promise rejection",` + reject + `}]},"extra":{"__serialized__":{"isTrusted":true}}}`,
			"Event", "Event `Event` (type=error) captured as promise rejection", "error", no, "",
		},
		{
			"a thrown object", `{"exception":{"values":[{"type":"Error","value":{"code":7,"detail":{"x":null}},` + onerror + `,` + frames + `}]}}`,
			"Error", `{"code":7,"detail":{"x":null}}`, "error", no, "pay",
		},
		{"a thrown number", `{"exception":{"values":[{"type":"Error","value":404,` + onerror + `}]}}`, "Error", "404", "error", no, ""},
		{"an error without a message", `{"exception":{"values":[{"type":"TypeError","value":"",` + onerror + `,` + frames + `}]}}`, "TypeError", "", "error", no, "pay"},
		{
			"a group of errors", `{"exception":{"values":[{"type":"Error","value":"two","mechanism":{"type":"chained","source":"errors[1]","exception_id":2,"parent_id":0}},{"type":"Error","value":"one","mechanism":{"type":"chained","source":"errors[0]","exception_id":1,"parent_id":0}},{"type":"AggregateError","value":"All promises were rejected","mechanism":{"type":"onunhandledrejection","handled":false,"is_exception_group":true,"exception_id":0},` + frames + `}]}}`,
			"AggregateError", "All promises were rejected", "error", no, "pay",
		},
		{
			"a chain of version 7, whose root cause knows", `{"exception":{"values":[{"type":"Error","value":"root","mechanism":{"type":"onerror","handled":false}},{"type":"Error","value":"top","mechanism":{"type":"generic","handled":true},` + frames + `}]}}`,
			"Error", "top", "error", no, "pay",
		},
		{
			"a message of version 11 with its stack", `{"message":"slow","level":"warning","exception":{"values":[{"value":"slow",` + caught + `,` + frames + `}]}}`,
			"", "slow", "warning", yes, "pay",
		},
		{
			"a panic of Go", `{"platform":"go","level":"fatal","message":"boom","threads":[{"crashed":true,"current":true,"stacktrace":{"frames":[{"function":"ServeHTTP","module":"net/http","in_app":false},{"function":"order","module":"main","abs_path":"/srv/main.go","lineno":12,"in_app":true}]}}],"request":{"url":"http://shop.test/o","headers":{"User-Agent":"curl/8"},"env":{"REMOTE_ADDR":"192.0.2.1"}}}`,
			"", "boom", "fatal", "", "order",
		},
		{
			"a panic of Go by an error", `{"platform":"go","level":"fatal","exception":[{"type":"runtime.boundsError","value":"index out of range","mechanism":{"type":"generic","handled":false},"stacktrace":{"frames":[{"function":"order","module":"main","lineno":12}]}}]}`,
			"runtime.boundsError", "index out of range", "fatal", no, "order",
		},
		{
			"a log of Python with what is no JSON", `{"platform":"python","level":"error","logger":"shop","logentry":{"message":"order %s of %d","params":["a",7]},"extra":{"rate":NaN,"max":-Infinity},"exception":{"values":[{"type":"ValueError","value":"bad","module":"builtins","mechanism":null,"stacktrace":{"frames":[{"function":"pay","filename":"shop.py","lineno":3,"vars":{"x":NaN}}]}}]}}`,
			"ValueError", "bad", "error", "", "pay",
		},
		{"a log of Python", `{"platform":"python","level":"error","logentry":{"message":"order %s of %d","params":["a",7]}}`, "", "order a of 7", "error", "", ""},
		{
			"flags of features", `{"exception":{"values":[{"type":"Error","value":"x",` + onerror + `,` + frames + `}]},"contexts":{"flags":{"values":[{"flag":"new","result":true},{"flag":"odd","result":null}]}}}`,
			"Error", "x", "error", no, "pay",
		},
		{
			"raven's text of a message", `{"culprit":"https://shop.test/a.js","message":"Error: x","exception":{"values":[{"type":"Error","value":"x",` + frames + `}],"mechanism":{"type":"onerror","handled":false}}}`,
			"Error", "x", "error", no, "pay",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			e := normalise(t, tc.in)
			handled := ""
			if e.Handled != nil {
				if handled = no; *e.Handled {
					handled = yes
				}
			}
			stack := e.Frames
			if x := e.Thrown(); x != nil {
				stack = x.Frames
			}
			innermost := ""
			if n := len(stack); n > 0 {
				innermost = stack[n-1].Function
			}
			got := [...]string{e.Type, e.Message, e.Level.String(), handled, innermost}
			if want := [...]string{tc.typ, tc.message, tc.level, tc.handled, tc.innermost}; got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}
