package scrub

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// canary is a secret that looks like nothing: only what stands around it can tell. %s is its place in the texts below.
const canary = "hunterZ7q9"

// inText are the ways in which a secret stands in running text. What shows a canary that is known by its form names it.
var inText = []string{
	"password=%s", "?token=%s&b=1", "/p?a=1&access_token=%s", "#id_token=%s&state=1", "user[password]=%s", "a=1&client_secret=%s", "GITHUB_TOKEN=%s",
	"https://shop.test/cb?api_key=%s#top", "https://ada:%s@shop.test/x", "postgresql://app:%s@db.test:5432/shop", "Server=db;Password=%s;Timeout=3", "password: %s", "x-api-key: %s",
	"Authorization: Bearer %s", "authorization: Basic %s", "Proxy-Authorization: %s", "Cookie: theme=dark; sid=%s; b=2", "Set-Cookie: sid=%s; Path=/", "Bearer %s",
	`{"password":"%s"}`, `{"user":{"name":"ada","apiKey":"%s"},"n":1}`, `[{"key":"authorization","value":"%s"}]`, `{"headers":[["cookie","a=%s"]]}`, `{'token': '%s'}`, `"refreshToken" : "%s"`,
	"curl -H 'X-Auth-Token: %s' https://shop.test", "curl -u ada:%s https://shop.test", "mysql --password %s", "mysql --password=%s", "<Password>%s</Password>", `const apiKey = "%s";`,
	"export AWS_SECRET_ACCESS_KEY=%s", "csrf=%s", "JSESSIONID=%s", "otp=%s", "cvv=%s", "&amp;token=%s", "a\npassword=%s\nb", "a\tsecret: %s",
	"-----BEGIN RSA PRIVATE KEY-----\n%s\n-----END RSA PRIVATE KEY-----", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\n\r\n%s\r\n--b--",
}

// byForm are secrets that need nothing around them.
var byForm = []string{
	webTokenText, "ghp_16C7e42F292c6912E7710c838347Ae178B4a", "github_pat_11ABCDEFG0abcdefghijkl_mnopqrstuvwxyz", "glpat-aBcDeFgHiJkLmNoPqRsT", "xoxb-123456789012-abcdefGHIJKL", "sk_live_4eC39HqLyjWDarjtT1zdp7dc",
	"rk_test_4eC39HqLyjWDarjtT1", "AKIAIOSFODNN7EXAMPLE", "AIzaSyD-9tSrke72PouQMnMX-a7eZSW0jkFMBWY", "npm_abcdefghijklmnopqrstuvwxyz0123456789", "sntrys_eyJpYXQiOjE3MDAwMDAwMDB9_abcdefghijklmnop",
	"sntryu_0123456789abcdef0123456789abcdef", "trv_" + "0123456789abcdef0123456789abcdef", "whsec_abcdefghijklmnopqrstuvwxyz", "sk-proj-abcdefghijklmnop1234567890", "GOCSPX-abcdefghijklmnopqrstuvwx",
	"4111111111111111", "4111 1111 1111 1111", "5500-0000-0000-0004", "3782 822463 10005",
}

// asMember are members that make a secret of their value by a name, in any object.
var asMember = []string{
	`"password":"%s"`, `"Authorization":"%s"`, `"pass\u0077ord":"%s"`, `"cookies":{"a":["%s"]}`, `"X-CSRF-Token":["%s","%s"]`, `"db_passwd":"%s"`, `"apiKey":{"value":"%s","type":"string"}`,
	`"a":{"key":"password","value":{"stringValue":"%s"}}`, `"a":[["Authorization","%s"]]`, `"a":[{"value":"%s","name":"Set-Cookie"}]`, `"env":{"STRIPE_KEY":"%s"}`, `"rawHeaders":["Cookie","%s"]`,
	`"argv":["--token","%s"]`, `"data":"{\"password\":\"%s\"}"`, `"data":"{\"d\":\"{\\\"password\\\":\\\"%s\\\"}\"}"`,
}

// TestNoPlantedSecretIsLeft plants every secret in every way into each kind of place of what each client sends. The
// encodings take turns: a place sees one of each secret, each encoding of each secret many places.
func TestNoPlantedSecretIsLeft(t *testing.T) {
	t.Parallel()
	planted := map[string]bool{} // client and place
	for name, records := range captured(t) {
		parts := strings.SplitN(name, "-", 4)
		client := parts[0] + parts[1]
		if isDigit(parts[2][0]) {
			client += parts[2]
		}
		for _, rec := range records {
			for _, place := range places(rec.Raw) {
				key := fmt.Sprint(client, place.name, place.to > place.from)
				if planted[key] {
					continue
				}
				planted[key] = true
				turn := len(planted)
				t.Run(name+" "+place.name, func(t *testing.T) {
					t.Parallel()
					plant(t, rec, place, turn)
				})
			}
		}
	}
	if len(planted) < 200 {
		t.Errorf("planted in %d places, the captures have more", len(planted))
	}
}

// A place is where something can be planted: a string with its quotes, or the start of an object, where nothing is
// replaced.
type place struct {
	name     string // the member it is or is in
	from, to int
}

func places(raw []byte) (list []place) {
	d := document{edits: edits{b: raw}}
	name := ""
	for d.i < len(raw) {
		switch raw[d.i] {
		case '"':
			from := d.i
			d.skipString()
			if d.i < len(raw) && raw[d.i] == ':' {
				name = string(raw[from+1 : d.i-1])
			} else {
				list = append(list, place{name, from, d.i})
			}
		case '{':
			d.i++
			list = append(list, place{name, d.i, d.i})
		default:
			d.i++
		}
	}
	return list
}

func plant(t *testing.T, rec pack.Record, p place, turn int) {
	t.Helper()
	check := func(secret, planted string) {
		t.Helper()
		r := rec
		r.Raw = bytes.Join([][]byte{rec.Raw[:p.from], []byte(planted), rec.Raw[p.to:]}, nil)
		if jsonx.Check(r.Raw) != nil {
			t.Fatalf("planted badly: %s", r.Raw)
		}
		s := New(project.Scrub{}, nil)
		if _, err := s.Record(&r); err != nil {
			t.Fatal(err)
		}
		if out := r.Append(nil); bytes.Contains(out, []byte(secret)) || jsonx.Check(r.Raw) != nil {
			t.Errorf("%s is left of %s: %s", secret, planted, out[max(0, bytes.Index(out, []byte(secret))-80):])
		}
		once := r.Append(nil)
		if again, _ := s.Record(&r); again {
			t.Errorf("%s changes again: %s, %s", planted, once, r.Raw)
		}
	}
	if p.from == p.to {
		end := ","
		if rec.Raw[p.to] == '}' {
			end = ""
		}
		for _, form := range asMember {
			check(canary, strings.ReplaceAll(form, "%s", canary)+end)
		}
		return
	}
	for _, text := range inText {
		text = strings.ReplaceAll(text, "%s", canary)
		list := encodings(text)
		check(canary, list[turn%len(list)])
		turn++
	}
	for _, secret := range byForm {
		texts := []string{secret, "got " + secret + ", failed", "https://shop.test/a/" + secret + "?b=1", "k=" + secret + "&c", "a\n" + secret + "\nb", `{"a":"` + secret + `"}`}
		check(secret, encodings(texts[turn%6])[turn/6%3])
		turn++
	}
}

// encodings returns a text as JSON strings: as it is, with every letter escaped, as a string in JSON in a string, behind
// other words, and percent-encoded where that changes no more than its signs.
func encodings(text string) []string {
	var escaped strings.Builder
	for _, c := range []byte(text) {
		fmt.Fprintf(&escaped, `\u%04x`, c)
	}
	quote := func(s string) string { return string(jsonx.AppendString(nil, s)) }
	list := []string{quote(text), `"` + escaped.String() + `"`, quote(`{"body":` + quote(text) + `}`), quote("it failed: " + text + "")}
	if !strings.ContainsAny(text, " <\n") {
		list = append(list, quote("/login?next="+url.QueryEscape(text)+"&c=2"))
	}
	return list
}

// TestNoPlantedSecretIsLeftInHeaders does so for what the edge knew of the request.
func TestNoPlantedSecretIsLeftInHeaders(t *testing.T) {
	t.Parallel()
	secrets := map[string]string{}
	for _, text := range inText {
		secrets[strings.ReplaceAll(text, "%s", canary)] = canary
	}
	for _, secret := range byForm {
		secrets[secret], secrets["a "+secret+" b"] = secret, secret
	}
	for text, secret := range secrets {
		rec := pack.Record{UA: text, SDK: text, Name: text, Type: text, Raw: []byte(`{}`), HTTP: pack.HTTP{
			Release: text, Environment: text, ContentType: text, Origin: text, Referer: text, Brands: text, Platform: text, Mobile: text,
		}}
		if _, err := New(project.Scrub{}, nil).Record(&rec); err != nil {
			t.Fatal(err)
		}
		if out := rec.Append(nil); bytes.Contains(out, []byte(secret)) {
			t.Errorf("%q is left of %q: %s", secret, text, out)
		}
		file := pack.Record{Kind: pack.Attachment, Raw: []byte("1 a\n" + text + "\n2 b\n")}
		if _, err := New(project.Scrub{}, nil).Record(&file); err != nil || bytes.Contains(file.Raw, []byte(secret)) {
			t.Errorf("%q is left of %q in a file: %s", secret, text, file.Raw)
		}
	}
}
