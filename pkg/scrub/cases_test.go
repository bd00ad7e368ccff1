package scrub

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// f is Filtered, so that the tables stay readable.
const f = Filtered

// webTokenText is a JSON web token nobody signed for anything.
const webTokenText = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U"

// scrubJSON scrubs a JSON text as the record of an event, twice.
func scrubJSON(t *testing.T, s *Scrubber, in string) string {
	t.Helper()
	rec := pack.Record{Protocol: "native", Raw: []byte(in)}
	if _, err := s.Record(&rec); err != nil {
		t.Fatalf("%s: %v", in, err)
	}
	if err := jsonx.Check(rec.Raw); err != nil {
		t.Fatalf("%s became %s: %v", in, rec.Raw, err)
	}
	out := string(rec.Raw)
	if changed, err := s.Record(&rec); changed || err != nil {
		t.Errorf("scrubbed twice, %s became %s and then %s, %v", in, out, rec.Raw, err)
	}
	return out
}

func TestTextLosesItsSecretsAndNothingElse(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct{ name, in, want string }{
		{"a query", "https://shop.test/a?step=2&token=abc123&x=1", "https://shop.test/a?step=2&token=" + f + "&x=1"},
		{"a query that ends the text", "GET /a?api_key=abc", "GET /a?api_key=" + f},
		{"a fragment", "https://a.test/#access_token=abc&state=1", "https://a.test/#access_token=" + f + "&state=1"},
		{"a query before a fragment", "https://a.test/?token=abc#/orders", "https://a.test/?token=" + f + "#/orders"},
		{"a query in a stack", "at f (https://a.test/x.js?token=abc:12:5)", "at f (https://a.test/x.js?token=" + f + ":12:5)"},
		{"an encoded name", "/a?%70assword=abc", "/a?%70assword=" + f},
		{"a name in brackets", "user[password]=abc&user[name]=ada", "user[password]=" + f + "&user[name]=ada"},
		{"a name in encoded brackets", "user%5Bpassword%5D=abc&b=1", "user%5Bpassword%5D=" + f + "&b=1"},
		{"a URL in a URL", "/login?next=%2Fa%3Ftoken%3Dabc%26b%3D1&c=2", "/login?next=%2Fa%3Ftoken%3D" + f + "%26b%3D1&c=2"},
		{"a URL encoded twice", "/login?next=%252Fa%253Ftoken%253Dabc%2526b&c=2", "/login?next=%252Fa%253Ftoken%253D" + f + "%2526b&c=2"},
		{"a form", "user=ada&password=p%40ss&remember=1", "user=ada&password=" + f + "&remember=1"},
		{"an environment", "HOME=/root GITHUB_TOKEN=abc PWD=/srv", "HOME=/root GITHUB_TOKEN=" + f + " PWD=/srv"},
		{"a connection string", "Server=db;User Id=sa;Password=abc;Timeout=3", "Server=db;User Id=sa;Password=" + f + ";Timeout=3"},
		{"another", "DRIVER=x;UID=sa;PWD=abc", "DRIVER=x;UID=sa;PWD=" + f},
		{"userinfo", "connect postgres://app:hunter2@db:5432/x failed", "connect postgres://app:" + f + "@db:5432/x failed"},
		{"userinfo without a user", "redis://:hunter2@cache:6379", "redis://:" + f + "@cache:6379"},
		{"userinfo with a slash", "postgres://app:hun/ter2@db/x", "postgres://app:" + f + "@db/x"},
		{"userinfo, encoded", "u=https%3A%2F%2Fapp%3Ahunter2%40db%2Fx", "u=https%3A%2F%2Fapp%3A" + f + "%40db%2Fx"},
		{"a DSN with its secret", "https://public:hunter2@ingest.test/4", "https://public:" + f + "@ingest.test/4"},
		{"a header", "Authorization: Bearer abc.def-1", "Authorization: " + f},
		{"a header of curl", `curl -H 'Authorization: token abc' -H 'Accept: x' https://a.test`, `curl -H 'Authorization: ` + f + `' -H 'Accept: x' https://a.test`},
		{"a user of curl", "curl -u ada:hunter2 https://a.test", "curl -u ada:" + f + " https://a.test"},
		{"a header of several pairs", `Authorization: Digest username="ada", realm="x", response="abc" and more`, "Authorization: " + f + " and more"},
		{"cookies", "Cookie: theme=dark; sid=abc; x=1\nAccept: y", "Cookie: " + f + "\nAccept: y"},
		{"a bearer in prose", "got 401 for Bearer abc123, retry", "got 401 for Bearer " + f + ", retry"},
		{"basic credentials in prose", "sent Basic YWRhOmh1bnRlcjI= to x", "sent Basic " + f + " to x"},
		{"a password in prose", "login failed, password: hunter2", "login failed, password: " + f},
		{"an argument", "mysql --password hunter2 -h db", "mysql --password " + f + " -h db"},
		{"an argument with =", "mysql --password=hunter2 -h db", "mysql --password=" + f + " -h db"},
		{"a name of two words", "API key: abc123, Card number: x1y2", "API key: " + f + ", Card number: " + f},
		{"a token as a user", "https://ghp_16C7e42F292c6912E7710c838347Ae178B4a:x@github.com/a", "https://" + f + ":" + f + "@github.com/a"},
		{"a meta element", `<meta name="csrf-token" content="abc">`, `<meta name="csrf-token" content="` + f + `">`},
		{"a property that is set", `spring.datasource.password=hunter2`, `spring.datasource.password=` + f},
		{"a literal in code", `const password = "hunter2";`, `const password = "` + f + `";`},
		{"a dict of Python", `{'password': 'hunter2', 'a' : 1}`, `{'password': '` + f + `', 'a' : 1}`},
		{"a hash of Ruby", `{:password=>"hunter2", :a=>1}`, `{:password=>"` + f + `", :a=>1}`},
		{"JSON", `body {"user":"ada","password":"hun\"ter2","n":1}`, `body {"user":"ada","password":"` + f + `","n":1}`},
		{"JSON with a number", `{"a":{"pin":1234}} cut`, `{"a":{"pin":"` + f + `"}} cut`},
		{"JSON with a list", `{"cookies":["a","b"],"n":1} cut`, `{"cookies":"` + f + `","n":1} cut`},
		{"JSON that is cut off", `{"password":"hunt`, `{"password":"` + f},
		{"JSON, encoded", "q=%7B%22password%22%3A%22hunter2%22%7D&b=1", "q=%7B%22password%22%3A%22" + f + "%22%7D&b=1"},
		{"XML", "<login><password>hunter2</password></login>", "<login><password>" + f + "</password></login>"},
		{"a part of a form", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\nhunter2\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n" + f + "\r\n--b--"},
		{"a field of HTML", `<input name="password" value="hunter2">`, `<input name="password" value="` + f + `">`},
		{"a web token", "jwt " + webTokenText + " expired", "jwt " + f + " expired"},
		{"a token of GitHub", "push ghp_abcdefghijklmnopqrstuvwxyz0123456789 x", "push " + f + " x"},
		{"a token behind an underscore", "key_ghp_abcdefghijklmnopqrstuvwxyz0123456789", "key_" + f},
		{"a key of AWS", "id AKIAIOSFODNN7EXAMPLE", "id " + f},
		{"a token of SendGrid", "SG.abcdefghijklmnopqrstuv.abcdefghijklmnopqrstuvwxyz0123456789abcdefg", "SG." + f},
		{"a private key", "a -----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY----- b", "a " + f + " b"},
		{"a private key that is cut off", "-----BEGIN PRIVATE KEY-----\nMIIE", f},
		{"a card", "card 4111111111111111 declined", "card " + f + " declined"},
		{"a card in groups", "card 4111 1111 1111 1111, 5500-0000-0000-0004", "card " + f + ", " + f},
		{"a card of another length", "3782 822463 10005 and 30569309025904", f + " and " + f},
		{"no card: check digit", "4111111111111112", "4111111111111112"},
		{"no card: longer", "41111111111111111111 x4111111111111111", "41111111111111111111 x4111111111111111"},
		{"no card: a time", "1795280632066 1795280632066000000", "1795280632066 1795280632066000000"},
		{"no card: a fraction", "0.4111111111111111", "0.4111111111111111"},
		{"a parser's token", "SyntaxError: Unexpected token: punc (;)", "SyntaxError: Unexpected token: punc (;)"},
		{"a type error", "TypeError: Cannot read properties of undefined (reading 'token')", "TypeError: Cannot read properties of undefined (reading 'token')"},
		{"code that calls", "const token = getToken(); this.session = session", "const token = getToken(); this.session = session"},
		{"code that is minified", "e.session=e.session||{};t.auth=function(n){return n.auth===r}", "e.session=e.session||{};t.auth=function(n){return n.auth===r}"},
		{"a parser's quoted token", "Expected token: ')' but got ':'", "Expected token: ')' but got ':'"},
		{"an answer of OAuth", "token_type=bearer expires_in=3600", "token_type=bearer expires_in=3600"},
		{"code that reads", "login({ password: this.state.password, token: t.token })", "login({ password: this.state.password, token: t.token })"},
		{"a file named so", "at x (webpack:///./src/secret.js:10:4) auth.ts:3:1", "at x (webpack:///./src/secret.js:10:4) auth.ts:3:1"},
		{"words that hold words", "author=1&tokenizer=2&passenger=3&compass=4&secretary=5&card_type=6&tokens_used=7&keyboard=8", "author=1&tokenizer=2&passenger=3&compass=4&secretary=5&card_type=6&tokens_used=7&keyboard=8"},
		{"a public key", "https://a.test/api/4/store/?sentry_key=abc&sentry_version=7", "https://a.test/api/4/store/?sentry_key=abc&sentry_version=7"},
		{"an open value", "token=undefined&password=&secret=true", "token=undefined&password=&secret=true"},
		{"a bearer of nothing", "Bearer token is missing", "Bearer token is missing"},
		{"a time and a port", "12:30:01 http://localhost:9101/a:b", "12:30:01 http://localhost:9101/a:b"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Text(tc.in); got != tc.want {
				t.Errorf("%s\nbecame %s\nwant   %s", tc.in, got, tc.want)
			}
			if got := Text(tc.want); got != tc.want {
				t.Errorf("%s, scrubbed again, became %s", tc.want, got)
			}
			in, want := string(jsonx.AppendString(nil, tc.in)), string(jsonx.AppendString(nil, tc.want))
			if got := scrubJSON(t, New(project.Scrub{}, nil), in); got != want {
				t.Errorf("in JSON, %s\nbecame %s\nwant   %s", in, got, want)
			}
		})
	}
}
