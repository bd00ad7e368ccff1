package scrub

import (
	"bytes"
	"encoding/base64"
)

// minLongWord is the length under which no word is a token by its form.
const minLongWord = 13

// notable are the first bytes of short words that matter: digits of a card in groups, "Bearer" and "Basic",
// "--password", "-u".
var notable = func() (t [256]bool) {
	for c := range t {
		t[c] = '2' <= c && c <= '6' || c == 'b' || c == 'B' || c == '-'
	}
	return t
}()

// suspectWord tells whether the word b[start:end] may be or go before a secret.
func suspectWord(b []byte, start, end int) bool {
	w := b[start:end]
	if isDigit(w[0]) && mayBeCard(b, start, end) {
		return true
	}
	if w[0] == '-' {
		return len(w) > 1
	}
	if len(w) < minLongWord {
		return isScheme(w)
	}
	if bytes.IndexByte(w, '_') >= 0 || bytes.IndexByte(w, '-') >= 0 {
		return true
	}
	return tokenAt(b, start, end) > 0
}

// isScheme tells of the authentication schemes whose credential may stand in running text.
func isScheme(w []byte) bool {
	return len(w) == 6 && bytes.EqualFold(w, []byte("bearer")) || len(w) == 5 && bytes.EqualFold(w, []byte("basic"))
}

// A form is how the tokens of some service start.
type form struct {
	prefix string
	least  int  // characters that follow
	solid  bool // none of which is - or _
	mixed  bool // and one of which is a digit
}

// forms are the tokens that are known by how they look, by their first letter. Sources are the vendors' pages and
// the patterns of GitHub's secret scanning.
var forms = [256][]form{
	'g': {
		{"ghp_", 20, true, false},
		{"gho_", 20, true, false},
		{"ghu_", 20, true, false},
		{"ghs_", 20, true, false},
		{"ghr_", 20, true, false},
		{"github_pat_", 20, false, false},
		{"glpat-", 16, false, false},
		{"gldt-", 16, false, false},
		{"glrt-", 16, false, false},
		{"glptt-", 16, false, false},
		{"gloas-", 16, false, false},
		{"glcbt-", 16, false, false},
		{"glsa_", 32, false, true},
		{"glc_eyJ", 20, false, false},
		{"gsk_", 40, true, true},
	},
	'x': {
		{"xoxb-", 10, false, true},
		{"xoxp-", 10, false, true},
		{"xoxa-", 10, false, true},
		{"xoxr-", 10, false, true},
		{"xoxs-", 10, false, true},
		{"xoxe-", 10, false, true},
		{"xoxo-", 10, false, true},
		{"xoxd-", 10, false, true},
		{"xapp-", 10, false, true},
		{"xkeysib-", 32, false, true},
	},
	's': {
		{"sk_live_", 8, false, false},
		{"sk_test_", 8, false, false},
		{"sntrys_", 16, false, false},
		{"sntryu_", 16, false, false},
		{"sk-ant-", 16, false, false},
		{"sk-proj-", 16, false, false},
		{"sk-", 20, true, true},
		{"shpat_", 16, true, false},
		{"shpss_", 16, true, false},
		{"shpca_", 16, true, false},
		{"shppa_", 16, true, false},
		{"sbp_", 32, true, true},
		{"secret_", 40, true, true},
		{"sq0csp-", 16, false, false},
		{"sq0atp-", 16, false, false},
	},
	'r': {{"rk_live_", 8, false, false}, {"rk_test_", 8, false, false}, {"r8_", 30, true, true}, {"rubygems_", 40, true, true}},
	'w': {{"whsec_", 12, false, false}},
	'A': {{"AKIA", 16, true, false}, {"ASIA", 16, true, false}, {"AIza", 30, false, false}, {"ATATT3x", 20, false, false}, {"AGE-SECRET-KEY-1", 40, true, false}},
	'N': {{"NRAK-", 20, true, false}},
	'P': {{"PMAK-", 24, false, true}},
	'v': {{"vercel_blob_rw_", 16, false, false}},
	'n': {{"npm_", 30, true, false}, {"nfp_", 30, true, true}, {"ntn_", 40, true, true}},
	't': {{"trv_", 16, true, false}},
	'h': {{"hf_", 30, true, false}},
	'd': {{"dop_v1_", 32, true, false}, {"doo_v1_", 32, true, false}, {"dckr_pat_", 16, false, false}, {"dapi", 32, true, true}},
	'p': {
		{"pypi-AgE", 20, false, false},
		{"pplx-", 40, true, true},
		{"pul-", 40, true, true},
		{"phx_", 40, true, true},
		{"pscale_tkn_", 16, false, true},
		{"pscale_pw_", 16, false, true},
	},
	'l': {{"lin_api_", 20, true, false}},
	'f': {{"figd_", 20, false, false}},
	'G': {{"GOCSPX-", 16, false, false}},
}

// tokenAt returns how long the token is that starts at b[i] inside the word that ends at end, 0 for none. A JSON web
// token goes on behind the word.
func tokenAt(b []byte, i, end int) int {
	w := b[i:end]
	for _, f := range forms[w[0]] {
		if n := len(f.prefix); len(w) >= n+f.least && string(w[:n]) == f.prefix {
			if tail := w[n:min(len(w), 256)]; (!f.solid || !bytes.ContainsAny(tail[:f.least], "_-")) && (!f.mixed || bytes.ContainsAny(tail, "0123456789")) &&
				(n != 4 || f.prefix[0] != 'A' || f.least != 16 || len(w) == 20) {
				return len(w)
			}
		}
	}
	switch {
	case len(w) >= 10 && w[0] == 'e' && w[1] == 'y' && w[2] == 'J':
		return webToken(b[i:], len(w))
	case len(w) >= 16 && i > 0 && b[i-1] == '.':
		for _, p := range dottedForms {
			if bytes.HasSuffix(b[:i], p) {
				return dotted(b[i:], len(w))
			}
		}
	case len(w) >= 20 && i > 0 && (b[i-1] == '/' || b[i-1] == ':'):
		if inWebhook(b[max(0, i-maxWebhook):i]) {
			return len(w)
		}
	}
	return 0
}

// dottedForms are tokens of which a dot parts the prefix: SendGrid, Google OAuth, HashiCorp's Vault and Terraform, Doppler.
var dottedForms = [...][]byte{[]byte("SG."), []byte("ya29."), []byte("hvs."), []byte("hvb."), []byte(".atlasv1."), []byte("dp.pt."), []byte("dp.sa.")}

// maxWebhook is the longest beginning of a URL that is itself a secret's.
const maxWebhook = 56

// inWebhook tells whether a URL goes on with a secret: who knows it may post. before is what stands before the word.
func inWebhook(before []byte) bool {
	if before[len(before)-1] == ':' {
		return bytes.Contains(before, []byte("api.telegram.org/bot"))
	}
	return bytes.Contains(before, []byte("hooks.slack.com/")) || bytes.Contains(before, []byte("discord")) && bytes.Contains(before, []byte(".com/api/webhooks/"))
}

// webToken returns how long the JSON web token (RFC 7519) is whose first part is n long, 0 where it has no second.
func webToken(b []byte, n int) int {
	end := dotted(b, n)
	if end < n+4 {
		return 0
	}
	return end
}

// dotted returns where the words end that follow one another with a dot between.
func dotted(b []byte, n int) int {
	parts := 1
	for n < len(b) && b[n] == '.' {
		m := n + 1
		for m < len(b) && class[b[m]] == inWord {
			m++
		}
		if m == n+1 {
			break
		}
		n = m
		parts++
	}
	if n < len(b) && b[n] == '.' && parts == 2 {
		n++ // an unsigned one ends in a dot
	}
	return n
}

// credential returns how long what follows an authentication scheme is, 0 where it is a word of prose: "Bearer token
// is missing", "Basic settings".
func credential(scheme, b []byte) int {
	n := 0
	for n < len(b) && (class[b[n]] == inWord || bytes.IndexByte([]byte("._~+/="), b[n]) >= 0) {
		n++
	}
	for n > 0 && b[n-1] == '.' {
		n--
	}
	if i := bytes.IndexByte(b[:n], '='); i >= 0 && i < len(bytes.TrimRight(b[:n], "=")) {
		return 0 // = but pads: "token_type=bearer expires_in=3600"
	}
	if scheme[0]|0x20 == 'b' && len(scheme) == 5 {
		decoded := make([]byte, min(n, 256))
		m, _ := base64.RawStdEncoding.Decode(decoded, bytes.TrimRight(b[:min(n, 256)], "="))
		if n < 4 || bytes.IndexByte(decoded[:m], ':') < 0 {
			return 0
		}
		return n
	}
	if n > 24 {
		return n
	}
	for _, c := range b[:n] {
		if c < 'a' || 'z' < c {
			return n
		}
	}
	return 0
}

var (
	keyBegin = []byte("-----BEGIN ")
	keyEnd   = []byte("-----END ")
	keyKind  = []byte("PRIVATE KEY")
)

// privateKey returns how long the private key (RFC 7468) is that starts at the start of b, 0 where there is none; one
// that is cut off ends with the text.
func privateKey(b []byte) int {
	if !bytes.HasPrefix(b, keyBegin) || !bytes.Contains(b[:min(len(b), 64)], keyKind) {
		return 0
	}
	end := bytes.Index(b, keyEnd)
	if end < 0 {
		return len(b)
	}
	end += len(keyEnd)
	for dashes := 0; end < len(b) && dashes < 5 && b[end] != '\n' && b[end] != '\\'; end++ {
		if b[end] == '-' {
			dashes++
		}
	}
	return end
}

// opensKey tells whether a private key goes on in the next line, when line is one of a list and inKey tells whether
// it is itself inside one.
func opensKey(line []byte, inKey bool) bool {
	if inKey {
		return !bytes.Contains(line, keyEnd)
	}
	return privateKey(line[max(0, bytes.Index(line, keyBegin)):]) > 0 && !bytes.Contains(line, keyEnd)
}
