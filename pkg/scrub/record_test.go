package scrub

import (
	"bytes"
	"errors"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

func TestJSONLosesWhatItsNamesCallSecret(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"a member", `{"password":"x","user":"ada"}`, `{"password":"` + f + `","user":"ada"}`},
		{
			"names in every way of writing", `{"apiKey":"a","API-KEY":"b","x_api.key":"c","X-Auth-Token":"d","clientSecret":"e","userpassword":"f","MYSQL_PWD":"g","APIToken":"h","STRIPE_KEY":"i"}`,
			`{"apiKey":"` + f + `","API-KEY":"` + f + `","x_api.key":"` + f + `","X-Auth-Token":"` + f + `","clientSecret":"` + f + `","userpassword":"` + f + `","MYSQL_PWD":"` + f + `","APIToken":"` + f + `","STRIPE_KEY":"` + f + `"}`,
		},
		{
			"names that are not", `{"author":"a","authMethod":"b","tokens_used":9,"max_tokens":"c","compass":"d","card_type":"e","public_key":"f","key":"g","PWD":"/srv","session.id":"h","keys":["i"]}`,
			`{"author":"a","authMethod":"b","tokens_used":9,"max_tokens":"c","compass":"d","card_type":"e","public_key":"f","key":"g","PWD":"/srv","session.id":"h","keys":["i"]}`,
		},
		{"everything below, in its shape", `{"credentials":{"a":["x",1,true,null,""],"b":{"c":-1.5}}}`, `{"credentials":{"a":["` + f + `","` + f + `",true,null,""],"b":{"c":"` + f + `"}}}`},
		{"an escaped name", `{"\u0070assword":"x","pass\u0077ord":1}`, `{"\u0070assword":"` + f + `","pass\u0077ord":"` + f + `"}`},
		{
			"an attribute of OTLP", `[{"key":"db.password","value":{"stringValue":"x"}},{"key":"url","value":{"stringValue":"y"}}]`,
			`[{"key":"db.password","value":{"stringValue":"` + f + `"}},{"key":"url","value":{"stringValue":"y"}}]`,
		},
		{"an attribute with the value first", `[{"value":{"stringValue":"x"},"key":"password"}]`, `[{"value":{"stringValue":"` + f + `"},"key":"password"}]`},
		{"a header by name and value", `{"headers":[{"name":"Set-Cookie","value":"a=b"},{"name":"Accept","value":"c"}]}`, `{"headers":[{"name":"Set-Cookie","value":"` + f + `"},{"name":"Accept","value":"c"}]}`},
		{"pairs", `{"headers":[["Authorization","x"],["Accept","y"],["Cookie",["a","b"]]]}`, `{"headers":[["Authorization","` + f + `"],["Accept","y"],["Cookie",["` + f + `","` + f + `"]]]}`},
		{"words that are no pairs", `{"fingerprint":["session","expired"],"list":["token","x"]}`, `{"fingerprint":["session","expired"],"list":["token","x"]}`},
		{"a flat list of headers", `{"rawHeaders":["Accept","x","Cookie","a=b"]}`, `{"rawHeaders":["Accept","x","Cookie","` + f + `"]}`},
		{"a list of arguments", `{"argv":["node","x.js","--token","abc","--port","80"]}`, `{"argv":["node","x.js","--token","` + f + `","--port","80"]}`},
		{"an exception of such a name", `{"type":"InvalidToken","value":"the token has expired"}`, `{"type":"InvalidToken","value":"the token has expired"}`},
		{"a field of a form", `{"type":"password","value":"x"}`, `{"type":"password","value":"` + f + `"}`},
		{"a session that is an object", `{"session":{"id":"x","cookie":"y"}}`, `{"session":{"id":"x","cookie":"` + f + `"}}`},
		{"a session that is a text", `{"session":"x","sid":"y","pin":1234}`, `{"session":"` + f + `","sid":"` + f + `","pin":"` + f + `"}`},
		{"a card as a number", `{"n":4111111111111111,"t":1795280632066,"id":4111111111111112}`, `{"n":"` + f + `","t":1795280632066,"id":4111111111111112}`},
		{"JSON in a string", `{"data":"{\"a\":[{\"key\":\"password\",\"value\":\"x\"}],\"u\":\"ada\"}"}`, `{"data":"{\"a\":[{\"key\":\"password\",\"value\":\"` + f + `\"}],\"u\":\"ada\"}"}`},
		{"JSON in a string in JSON in a string", `{"d":"{\"d\":\"{\\\"password\\\":\\\"x\\\"}\"}"}`, `{"d":"{\"d\":\"{\\\"password\\\":\\\"` + f + `\\\"}\"}"}`},
		{"escapes of Go's JSON", `{"url":"/a?b=1\u0026token=x\u0026c=2"}`, `{"url":"/a?b=1&token=` + f + `&c=2"}`},
		{"escaped slashes", `{"url":"https:\/\/ada:x@a.test\/b","other":"a\/b"}`, `{"url":"https://ada:` + f + `@a.test/b","other":"a\/b"}`},
		{"a secret in a name", `{"/a?token=x":1}`, `{"/a?token=` + f + `":1}`},
		{"a private key in lines", `{"a":["x","-----BEGIN PRIVATE KEY-----","MIIE","-----END PRIVATE KEY-----","y"]}`, `{"a":["x","` + f + `","` + f + `","` + f + `","y"]}`},
		{"letters beyond ASCII, escaped", `{"a":"password=p\u00e9x\u0026b=1","b":"{\"a\": \"password=\\\\u00e9x b\" cut"}`, `{"a":"password=` + f + `&b=1","b":"{\"a\": \"password=` + f + ` b\" cut"}`},
		{"an escape before what looks like a token", `{"a":"\npm_abcdefghijklmnopqrstuvwxyz0123456789","b":"\nnpm_abcdefghijklmnopqrstuvwxyz0123456789"}`, `{"a":"\npm_abcdefghijklmnopqrstuvwxyz0123456789","b":"\n` + f + `"}`},
		{"NaN", `{"a":NaN,"token":"x"}`, `{"a":null,"token":"` + f + `"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := scrubJSON(t, New(project.Scrub{}, nil), tc.in); got != tc.want {
				t.Errorf("%s\nbecame %s\nwant   %s", tc.in, got, tc.want)
			}
		})
	}
}

func TestSettingsAddNamesAndTakeThemAway(t *testing.T) {
	t.Parallel()
	const in = `{"birth-day":"x","token":"y","url":"/?token=y&birthDay=x&password=z"}`
	for _, tc := range []struct {
		name     string
		settings project.Scrub
		want     string
	}{
		{"further names", project.Scrub{Fields: []string{"birthday"}}, `{"birth-day":"` + f + `","token":"` + f + `","url":"/?token=` + f + `&birthDay=` + f + `&password=` + f + `"}`},
		{"safe names", project.Scrub{SafeFields: []string{"token"}}, `{"birth-day":"x","token":"y","url":"/?token=y&birthDay=x&password=` + f + `"}`},
		{"off", project.Scrub{Off: true}, in},
		{"off but for a policy", project.Scrub{Off: true, Email: project.Never}, in},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := scrubJSON(t, New(tc.settings, nil), in); got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func daySalt(day event.Day) []byte { return []byte("salt of " + day.String()) }

func TestPoliciesTreatAddresses(t *testing.T) {
	t.Parallel()
	const in = `{"user":{"ip_address":"203.0.113.9","email":"Ada@example.com"},"auto":{"ip_address":"{{auto}}"},"request":{"headers":{"X-Forwarded-For":"203.0.113.9, 2001:db8:1:2::3"},` +
		`"env":{"REMOTE_ADDR":"203.0.113.9"}},"attributes":[{"key":"client.address","value":{"stringValue":"203.0.113.9"}}],"message":"from 203.0.113.9:80, ask ada@example.com. Chrome/142.0.0.0","url":"/?m=ada%40example.com","release":"shop@1.4.2"}`
	for _, tc := range []struct {
		name      string
		ip, email project.Policy
		want      string
	}{
		{"keep", project.Keep, project.Keep, in},
		{"never", project.Never, project.Never, strings.NewReplacer(`"203.0.113.9"`, `""`, "203.0.113.9", f, "2001:db8:1:2::3", f, "Ada@example.com", f, "ada@example.com", f, "ada%40example.com", f).Replace(in)},
		{"truncate", project.Truncate, project.Truncate, strings.NewReplacer("from 203.0.113.9", "from 203.0.113.9", "203.0.113.9", "203.0.113.0", "2001:db8:1:2::3", "2001:db8:1::",
			"Ada@example.com", f+"@example.com", "ada@example.com", f+"@example.com", "ada%40example.com", f+"%40example.com").Replace(in)},
		{"hash", project.Hash, project.Hash, strings.NewReplacer("from 203.0.113.9", "from 203.0.113.9", "203.0.113.9", "ip-53b5b5c6aa4c1f9f", "2001:db8:1:2::3", "ip-2001",
			"Ada@example.com", "email-x", "ada@example.com", "email-x", "ada%40example.com", "email-x").Replace(in)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			s := New(project.Scrub{IP: tc.ip, Email: tc.email}, daySalt)
			got := scrubJSON(t, s, in)
			if tc.ip == project.Hash {
				j := job{s: s, salt: daySalt(event.DayOf(time.Time{}))}
				tc.want = strings.NewReplacer("ip-53b5b5c6aa4c1f9f", j.address("203.0.113.9"), "ip-2001", j.address("2001:db8:1:2::3"), "email-x", j.hash("email-", "ada@example.com")).Replace(tc.want)
			}
			if got != tc.want {
				t.Errorf("got  %s\nwant %s", got, tc.want)
			}
		})
	}
}

func TestTheVisitorsOwnAddressLeavesAllText(t *testing.T) {
	t.Parallel()
	for policy, want := range map[project.Policy]string{project.Truncate: "203.0.113.0", project.Hash: "ip-", project.Never: f} {
		rec := pack.Record{Protocol: "native", IP: "203.0.113.9", UA: "x/1 203.0.113.9", Raw: []byte(`{"message":"no answer for 203.0.113.9, GET /hosts/203.0.113.9","tags":{"peer":"::ffff:203.0.113.9"},"n":"10.0.0.1"}`)}
		if _, err := New(project.Scrub{IP: policy}, daySalt).Record(&rec); err != nil {
			t.Fatal(err)
		}
		if out := string(rec.Append(nil)); strings.Contains(out, "203.0.113.9") || !strings.Contains(out, "no answer for "+want) || strings.Contains(out, "10.0.0.1") == (policy == project.Never) {
			t.Errorf("%s: %s", policy, out)
		}
	}
}

func TestPoliciesLeaveEscapesWhole(t *testing.T) {
	t.Parallel()
	s := New(project.Scrub{IP: project.Never, Email: project.Never}, nil)
	const in = `{"a":"\f::1 \b203.0.113.9","b":"\u00e9ada@example.com \nada@example.com","c":"\u20ac203.0.113.9"}`
	if got, want := scrubJSON(t, s, in), `{"a":"\f`+f+` \b`+f+`","b":"\u00e9`+f+` \n`+f+`","c":"\u20ac`+f+`"}`; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTheRecordsOwnFieldsAreScrubbed(t *testing.T) {
	t.Parallel()
	rec := func() pack.Record {
		return pack.Record{
			Protocol: "sentry", Received: time.Date(2026, 11, 21, 18, 0, 0, 0, time.UTC), IP: "2001:db8:1:2::3", UA: "x Bearer abc123", SDK: "s?token=x", Name: "ada-token=x.txt",
			Type: "text/plain; token=x", HTTP: pack.HTTP{Referer: "https://a.test/?token=x", Origin: "https://a:x@a.test", Release: "password=x", Environment: "api_key=x"},
			Raw: []byte(`{}`),
		}
	}
	r := rec()
	if changed, err := New(project.Scrub{}, nil).Record(&r); !changed || err != nil {
		t.Fatal(changed, err)
	}
	if b := r.Append(nil); bytes.Contains(b, []byte("=x")) || bytes.Contains(b, []byte("abc123")) || bytes.Contains(b, []byte(":x@")) || r.IP != "2001:db8:1:2::3" {
		t.Errorf("%s", b)
	}
	for policy, want := range map[project.Policy]string{project.Keep: "2001:db8:1:2::3", "": "2001:db8:1:2::3", project.Never: "", project.Truncate: "2001:db8:1::", "newer": ""} {
		r := rec()
		if _, err := New(project.Scrub{IP: policy}, nil).Record(&r); err != nil || r.IP != want {
			t.Errorf("%q: %q, %v, want %q", policy, r.IP, err, want)
		}
	}
	r = rec()
	s := New(project.Scrub{IP: project.Hash}, daySalt)
	if _, err := s.Record(&r); err != nil || !strings.HasPrefix(r.IP, "ip-") || len(r.IP) != 19 {
		t.Errorf("%q, %v", r.IP, err)
	}
	other := rec()
	other.Received = other.Received.AddDate(0, 0, 1)
	if _, err := s.Record(&other); err != nil || other.IP == r.IP {
		t.Errorf("%q the day after %q, %v", other.IP, r.IP, err)
	}
	if _, err := netip.ParseAddr(r.IP); err == nil {
		t.Error("a hash is no address")
	}
}

func TestAClientThatHidesItsAddressIsObeyed(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"sdk":{"settings":{"infer_ip":"never"}}}`:   "",
		`{"sdk":{"settings":{"infer_ip":"newer"}}}`:   "",
		`{"sdk":{"settings":{"infer_ip":false}}}`:     "",
		`{"sdk":{"settings":{"infer_ip":null}}}`:      "192.0.2.7",
		`{"sdk":{"settings":{"infer_ip":"auto"}}}`:    "192.0.2.7",
		`{"sdk":{"settings":{}}}`:                     "192.0.2.7",
		`{"a":"{\"settings\":{\"infer_ip\":\"x\"}}"}`: "192.0.2.7",
	} {
		rec := pack.Record{Protocol: "sentry", IP: "192.0.2.7", Raw: []byte(in)}
		if changed, err := New(project.Scrub{}, nil).Record(&rec); err != nil || rec.IP != want || changed != (want == "") {
			t.Errorf("%s: %q, %v, %v, want %q", in, rec.IP, changed, err, want)
		}
	}
}

func TestKindsAreReadAsWhatTheyAre(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		name     string
		kind     pack.Kind
		in, want string
	}{
		{"a visit keeps its id", pack.Session, `{"sid":"x","attrs":{"sid":"y"}}`, `{"sid":"x","attrs":{"sid":"` + f + `"}}`},
		{"an attachment of JSON", pack.Attachment, `{"password":"x"}`, `{"password":"` + f + `"}`},
		{"an attachment of lines", pack.Attachment, "{\"key\":\"password\",\"value\":\"x\"}\ntoken=x\n-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n", "{\"key\":\"password\",\"value\":\"" + f + "\"}\ntoken=" + f + "\n" + f + "\n"},
		{"an attachment that is no text", pack.Attachment, "\xff\xfetoken=x", "\xff\xfetoken=x"},
		{"an empty attachment", pack.Attachment, "", ""},
		{"feedback", pack.Feedback, `{"comments":"my password: hunter2"}`, `{"comments":"my password: ` + f + `"}`},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			rec := pack.Record{Kind: tc.kind, Raw: []byte(tc.in)}
			changed, err := New(project.Scrub{}, nil).Record(&rec)
			if err != nil || string(rec.Raw) != tc.want || changed != (tc.in != tc.want) {
				t.Errorf("got %q, %v, %v, want %q", rec.Raw, changed, err, tc.want)
			}
		})
	}
}

func TestWhatIsNoJSONIsOpaque(t *testing.T) {
	t.Parallel()
	for _, in := range []string{``, `{`, `{"a":1`, `{"a" 1}`, `{"a":01}`, `[1,]`, `"\x"`, "\"a\nb\"", `{} {}`, strings.Repeat("[", 65) + strings.Repeat("]", 65), `{"a":"b}`, `{"\u12":1}`} {
		rec := pack.Record{Raw: []byte(in), UA: "token=x"}
		if _, err := New(project.Scrub{}, nil).Record(&rec); !errors.Is(err, ErrOpaque) || rec.UA != "token="+f {
			t.Errorf("%s: %v, %s", in, err, rec.UA)
		}
	}
}
