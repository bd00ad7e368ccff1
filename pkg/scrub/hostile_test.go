package scrub

import (
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/project"
)

// TestHostileTextCostsItsLength ends at once where time grows with the length of a text, and not for minutes where it
// grows with the square.
func TestHostileTextCostsItsLength(t *testing.T) {
	t.Parallel()
	const size = 128 << 10
	for _, piece := range []string{
		"=", ":", "a=", "token:", "token:a.", "PWD=/", "token=", "%", "%25", "%3D", "%253D", "token%3D", `\`, `"`, `\"`, `"name":'`, `"name":"`, `name="`, `name="password"`, "<password>", "password>", "-----BEGIN ",
		"-----BEGIN PRIVATE KEY", "eyJaaaaaaa-", "eyJaaaaaaa.", "xoxb-aaaaaaaaaaaaa-", "Bearer ", "Basic ", "Basic AAAA", "--token ", "--token", "-u ", "4111 ", "4111-", "41111111", "://", "://a:", "x://a:b@",
		"@", "a@", "a@b.", "1.", "1:", "::", "cookie:a; ", "authorization:a,", `authorization:a="`, "password={", "password=[", `"password":{"`, `"cookie",`, `["cookie",`, "\\n", "\\u0026", " ", ",", "a,", ")",
	} {
		t.Run(piece, func(t *testing.T) {
			t.Parallel()
			text := strings.Repeat(piece, size/len(piece))
			s := New(project.Scrub{IP: project.Never, Email: project.Never}, nil)
			rec := pack.Record{UA: text, Raw: jsonx.AppendString(nil, text)}
			if _, err := s.Record(&rec); err != nil || jsonx.Check(rec.Raw) != nil {
				t.Errorf("%v, %v", err, jsonx.Check(rec.Raw))
			}
		})
	}
	for _, piece := range []string{`{"value":`, `{"value":1,"a":`, `["password",`, `{"token":`, `[[`, `{"key":"password","value":`} {
		raw := strings.Repeat(piece, 30) // as deep as it gets, and not closed
		rec := pack.Record{Raw: []byte(raw)}
		if _, err := New(project.Scrub{}, nil).Record(&rec); err == nil {
			t.Errorf("%s is taken for JSON", piece)
		}
	}
	for _, member := range []string{`"value":1,`, `"key":"a","value":1,`, `"name":"` + strings.Repeat("a", 1000) + `","value":1,"value":2,`} {
		rec := pack.Record{Raw: []byte("{" + strings.Repeat(member, size/len(member)) + `"a":1}`)}
		if changed, err := New(project.Scrub{}, nil).Record(&rec); changed || err != nil {
			t.Errorf("%.20s: %v, %v", member, changed, err)
		}
	}
}
