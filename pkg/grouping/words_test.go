package grouping

import "testing"

func check(t *testing.T, of func(string) string, table map[string]string) {
	t.Helper()
	for in, want := range table {
		if got := of(in); got != want {
			t.Errorf("%q reads %q, want %q", in, got, want)
		}
	}
}

func TestMessagesLoseWhatVaries(t *testing.T) {
	t.Parallel()
	check(t, func(s string) string { return string(appendMessage(nil, s)) }, map[string]string{
		"":                                       "",
		"order 17 failed after 10ms, 3rd try":    "order <n> failed after <n>, <n> try",
		"Could not load https://a.test/x?v=2: 7": "Could not load <url> <n>",
		"see (https://a.test/x?args[]=1), then":  "see (<url>), then",
		"user 0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0 gone":                            "user <id> gone",
		"at 2026-11-21T17:16:37.5Z, or Sat Nov 21 2026 17:03:16 GMT+0100 (CET)":     "at <n>, or <n>",
		"commit 9fceb02d0ae598e95dc970b74767f19372d61af8 at 0x1F":                   "commit <id> at <id>",
		"utf8, E1001, NG0500, html5parser, OAuth2Client stay, deadbeef and v1.2 no": "utf8, E1001, NG0500, html5parser, OAuth2Client stay, deadbeef and v<n> no",
		"1.234,56 1,234.56 1'234 1\u202f234 12 345":                                 "<n> <n> <n> <n> <n>",
		"-3 +4 1e-7 2h30m 50%": "<n> <n> <n> <n> <n>%",
		"status code 404, HTTP 500, code: 1006, error #130, answered 503": "status code 404, HTTP 500, code: 1006, error #130, answered 503",
		"error 17, code 1234567":                "error <n>, code <n>",
		"mail ann.b+c@d.test":                   "mail <email>",
		"10.0.0.1:80":                           "<n>",
		"can't find 'insertBefore' on \"Node\"": `can't find "insertBefore" on "Node"`,
		"“Blue Shoes” and 'a b'":                "<quoted> and <quoted>",
		"Unexpected token '<'":                  `Unexpected token "<"`,
		"a stray ' and \" mark":                 "a stray ' and \" mark",
		"got {\"a\": [1, \"}\"]} back":          "got <json> back",
		"[object Object] in [1,2]":              "[object Object] in <json>",
		"cut {\"a\": ":                          "cut <json>",
		"one\n\n two \nthree":                   "one two",
		" \t a  b\u00a0c ":                      "a b\u00a0c",
		"no :r1a: here":                         "no :<id>: here",
		"user1234567":                           "user<n>",
		"größer als ٣٤ – ok":                    "größer als <n> – ok",
		"token V1StGXR8Z5jdHi6BmyT2a4":          "token <id>",
		"fe80::1ff:fe23:4567:890a, 0:0:0:0:0:0:0:1, 00:1A:2b:3c:4d:5e and 17:03:10": "<ip>, <ip>, <ip> and <n>",
		"12.4MB, 3 GB and 17 bytes of 5 Books":                                      "<n>, <n> and <n> of <n> Books",
		"room _dHi6B-myTV1StGXR8Z5j, not _private":                                  "room <id>, not _private",
		"no /assets/Cart-C_9wLQ2-.js and /my-page-checkout.js":                      "no /assets/Cart and /my-page-checkout.js",
		"bad::cafe std::vec a:b:c:d":                                                "bad::cafe std::vec a:b:c:d",
	})
}

func TestEnginesAreOneVoice(t *testing.T) {
	t.Parallel()
	check(t, func(s string) string { meaning, rest := neutral(s); return meaning + rest }, map[string]string{
		"Cannot read properties of undefined (reading 'x')":                          "property of undefined: x",
		"Cannot read properties of null":                                             "property of null: ",
		"Cannot read property 'x' of undefined":                                      "property of undefined: x",
		"Cannot set properties of undefined (setting 'x')":                           "property of undefined: x",
		`can't access property "x", a.b is null`:                                     "property of null: x",
		"undefined is not an object (evaluating 'a.b.x')":                            "property of undefined: x",
		"undefined is not an object (evaluating 'a.x(b.c, d)')":                      "property of undefined: x",
		"null is not an object (evaluating 'a['x'] = 1')":                            "property of null: x",
		"Can't find variable: x":                                                     "is not defined: x",
		"x is not defined":                                                           "is not defined: x",
		"e.x is not a function":                                                      "is not a function: x",
		"t.x is not a function. (In 't.x()', 't.x' is undefined)":                    "is not a function: x",
		"this thing is not a function of time":                                       "this thing is not a function of time",
		"(0 , e.useCart) is not a function":                                          "is not a function: useCart",
		"Object(e.useCart) is not a function":                                        "is not a function: useCart",
		"e.rows(...).sort is not a function":                                         "is not a function: sort",
		"undefined is not a function (evaluating 'e.rows.sort()')":                   "is not a function: sort",
		"undefined is not a constructor (evaluating 'new t.Player(e)')":              "is not a constructor: Player",
		"n.Player is not a constructor":                                              "is not a constructor: Player",
		"undefined is not iterable (cannot read property Symbol(Symbol.iterator))":   "is not iterable: undefined",
		"object null is not iterable (cannot read property Symbol(Symbol.iterator))": "is not iterable: null",
		"the list is not iterable":                                                   "the list is not iterable",
		"Cannot access 'cfg' before initialization":                                  "used before its declaration: cfg",
		"can't access lexical declaration 'cfg' before initialization":               "used before its declaration: cfg",
		"Nobody may use 'cfg' before initialization":                                 "Nobody may use 'cfg' before initialization",
		"Cannot destructure property 'zip' of 'e.address' as it is null.":            "property of null: zip",
		"can't access property 0, e is undefined":                                    "property of undefined: 0",
		"Assignment to constant variable.":                                           "assignment to a constant",
		"invalid assignment to const 'e'":                                            "assignment to a constant",
		"Node.removeChild: The node to be removed is not a child of this node":       "removeChild of another's child",
		"No Promise in Promise.any was resolved":                                     "all rejected",
		"cyclic object value":                                                        "circular JSON",
		"signal is aborted without reason":                                           "aborted",
		"The operation was aborted. ":                                                "aborted",
		"The operation was aborted by the bank":                                      "The operation was aborted by the bank",
		"Minified React error #31; visit https://react.dev/errors/31":                "Minified React error #31",
		"it failed https://goo.gl/LdLk22":                                            "it failed",
		"Load failed (a.test)":                                                       "a request failed",
		"too much recursion":                                                         "endless recursion",
		"JSON Parse error: Unexpected EOF":                                           "JSON ended early",
		"Unexpected token < in JSON at position 0":                                   "invalid JSON",
		"Object captured as promise rejection with keys: a, b":                       "an object with keys a, b",
		"Non-Error exception captured with keys: a, b":                               "an object with keys a, b",
		"Cannot read the room":                                                       "Cannot read the room",
		"null":                                                                       "null",
		"nobody said is not an object (evaluating 'x')":                              "nobody said is not an object (evaluating 'x')",
	})
}

func TestFunctionsLoseWhoCalledThem(t *testing.T) {
	t.Parallel()
	check(t, functionName, map[string]string{
		"checkout": "checkout", "e.discountOf": "discountOf", "async p.dispatch": "dispatch", "new Cart": "Cart", "async*load": "load",
		"setTimeout handler*load": "load", "Object.Z1 [as withScope]": "withScope", "Object.applyCoupon [as apply]": "applyCoupon",
		"console.<computed> [as error]": "error", "Foo.get bar [as bar]": "bar", "get bar": "bar", "Cart.prototype.total": "total",
		"Timer/this.refresh": "refresh", "checkout/<": "", "a/</<": "", "HTMLButtonElement.<anonymous>": "", "?": "", "Object.?": "",
		"global code": "", "(anonymous function)": "", "wasm-function[17]": "", "bound go": "go", "#unlock": "#unlock", "Vault.#unlock": "#unlock",
		"e.value [as total]": "total", "value": "value", "Module.4711": "", "<static_initializer>": "", "_callee2$": "", "total$1": "total", "$1": "$1",
		"Module../src/cart.ts": "src/cart.ts", "./src/cart.ts/exports.total": "total",
		"Module.[project]/src/cart.ts [app-client] (ecmascript) <module evaluation>": "src/cart.ts",
		"": "", " [as x]": "", "*": "", "async ": "",
	})
}

func TestFilesLoseBuildsAndPlaces(t *testing.T) {
	t.Parallel()
	check(t, func(s string) string { return string(appendFile(nil, s)) }, map[string]string{
		"https://a.test/v2/app-3f9a0c1d.min.js?x": "app", "http://b.test:81/App.DkfGhJkl.js": "app", "https://a.test/x/B_a1-cXy.js": "b-a1-cxy",
		"https://a.test/checkout2.js": "checkout2", "https://a.test/my-checkout-page.js": "my-checkout-page", "https://a.test/12.3f2a9c1b.chunk.js": "",
		"https://a.test/main-es2015.3f9a0c1d.js": "main", "https://a.test/app-kqzjvwxm.js": "app", "https://a.test/app-checkout.js": "app-checkout", "https://a.test/app-html-css.js": "app-html-css", "https://a.test/CqLV1h2d.js": "", "https://a.test/orders/17": "", "https://a.test": "", "https://a.test/a.html": "", "data:text/javascript,x": "",
		"blob:https://a.test/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0": "", "webpack:///./src/cart/index.ts": "cart/index", "/srv/app/index.js": "app/index",
		"https://a.test/assets/index-DkfGhJkl.js": "index", "https://a.test/app/orders/page-0a1b2c3d.js": "orders/page", `C:\app\main.js`: "main",
		"example.com/shop/main.go": "main-go", "node:internal/process": "process", "": "", ".js": "js", "https://a.test/OAuth2Client.js": "oauth2client",
	})
}

func TestRoutesLoseWhoWasThere(t *testing.T) {
	t.Parallel()
	check(t, func(s string) string { return string(appendRoute(nil, path(s))) }, map[string]string{
		"https://a.test/": "", "https://a.test/orders/17/": "/orders/<id>", "/orders/:id": "/orders/<id>", "/orders/[id]//x": "/orders/<id>/x",
		"https://a.test/u/0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0?x": "/u/<id>", "/blog/how-we-built-a-trivet": "/blog/<id>", "/terms-of-service": "/terms-of-service",
		"/p/blue-shoes-4711": "/p/<id>", "/u/ann@a.test": "/u/<id>", "/v2/cart": "/v2/cart", "https://a.test": "",
	})
}
