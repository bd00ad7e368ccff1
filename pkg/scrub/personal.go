package scrub

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/netip"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/project"
)

// Lengths of what is kept of an address: an IPv4 one without its last byte, of an IPv6 one what a provider gives to a
// customer (RFC 6177) or more.
const (
	keepIPv4 = 24
	keepIPv6 = 48
)

// address returns what may be kept of an address, "" for nothing.
func (j *job) address(ip string) string {
	if !j.s.hidesIP {
		return ip
	}
	policy := j.s.settings.IP
	a, err := netip.ParseAddr(ip)
	if err != nil {
		if policy == project.Never {
			return ""
		}
		return ip // one that was hashed before, or none
	}
	a = a.Unmap()
	switch policy {
	case project.Truncate:
		bits := keepIPv6
		if a.Is4() {
			bits = keepIPv4
		}
		p, _ := a.WithZone("").Prefix(bits) // fails for lengths alone that no address has
		return p.Addr().String()
	case project.Hash:
		return j.hash("ip-", a.String())
	default: // Never, and what a newer version may know
		return ""
	}
}

// hash returns a name for a person's text that is the same for a day and leads nowhere when its salt is gone.
func (j *job) hash(prefix, text string) string {
	mac := hmac.New(sha256.New, j.salt)
	mac.Write([]byte(text))
	return prefix + hex.EncodeToString(mac.Sum(nil)[:8])
}

// visitors applies the policies on addresses to a text: e-mail anywhere; IP anywhere where none may be kept, else under
// the names of visitors' addresses, and the visitor's own wherever it stands.
func (j *job) visitors(b []byte, h how) []byte {
	e := edits{b: b}
	mails := j.s.hidesMail
	ips := j.s.hidesIP
	word := 0 // where a word or escape ended last: an address does not start inside one
	for i := 0; i < len(b); {
		switch c := b[i]; {
		case c == '\\' && h&jsonText != 0:
			i += max(1, jsonx.EscapeLen(b[i:]))
			word = i
		case mails && (c == '@' || c == '%'):
			i = j.mail(&e, i, word)
		case ips && isAddressByte(c) && (i == word || class[b[i-1]] != inWord):
			i = j.ip(&e, i, h)
		default:
			i++
		}
	}
	return e.result()
}

func isAddressByte(c byte) bool { return isHex(c) || c == '.' || c == ':' }

// ip treats the run of address characters that starts at i and returns where it ends.
func (j *job) ip(e *edits, i int, h how) int {
	b, end := e.b, i
	for end < len(b) && isAddressByte(b[end]) {
		end++
	}
	run := b[i:end]
	for len(run) > 0 && (run[len(run)-1] == '.' || run[len(run)-1] == ':' && !bytes.HasSuffix(run, []byte("::"))) {
		run = run[:len(run)-1]
	}
	if len(run) < 3 || len(run) > 45+6 || end < len(b) && class[b[end]] == inWord {
		return end
	}
	a, err := netip.ParseAddr(string(run))
	if err != nil { // with a port: 192.0.2.7:443
		k := bytes.LastIndexByte(run, ':')
		if k < 0 {
			return end
		}
		if run = run[:k]; bytes.IndexByte(run, '.') < 0 {
			return end
		}
		if a, err = netip.ParseAddr(string(run)); err != nil {
			return end
		}
	}
	if h&visitorText == 0 && j.s.settings.IP != project.Never && a.Unmap() != j.own {
		return end
	}
	whole := len(run) == len(b)
	if h&visitorText == 0 && a.Unmap() != j.own && (a.Is6() && !bytes.ContainsAny(run, "0123456789") || a.Is4() && isVersion(b, i)) {
		return end
	}
	kept := j.address(a.String())
	if kept == "" && (!whole || h&visitorText == 0) {
		kept = Filtered
	}
	if kept != string(run) {
		e.replace(i, i+len(run), []byte(kept))
	}
	return max(i+len(run), i+1)
}

// isVersion tells whether the four numbers at b[i] are a product's version: "Chrome/142.0.0.0".
func isVersion(b []byte, i int) bool {
	return i >= 2 && b[i-1] == '/' && (class[b[i-2]] == inWord || b[i-2] == ']') // a product may be scrubbed itself
}

// mail treats the e-mail address whose @ is at i and that does not start before from; it returns where to go on.
func (j *job) mail(e *edits, i, from int) int {
	b, n := e.b, 1
	if b[i] == '%' {
		var c byte
		if c, n = percent(b[i:]); n == 0 {
			return i + 1
		}
		if c != '@' {
			return i + n
		}
	}
	start := i
	for start > max(e.done, from) && i-start < 64 && isMailByte(b[start-1]) {
		start--
	}
	for start < i && b[start] == '.' {
		start++
	}
	end, dot := i+n, 0
	for end < len(b) && end-i < 255 && (class[b[end]] == inWord && b[end] != '_' || b[end] == '.') {
		if b[end] == '.' {
			dot = end
		}
		end++
	}
	if dot == end-1 && dot > 0 { // the end of a sentence
		end, dot = dot, bytes.LastIndexByte(b[i+n:dot], '.')+i+n
	}
	if start == i || dot <= i+n || end-dot < 3 || !isLetter(b[dot+1]) || start >= 2 && b[start-1] == '/' && b[start-2] == '/' {
		return i + n
	}
	switch j.s.settings.Email {
	case project.Truncate:
		e.replace(start, i, []byte(Filtered))
		return end
	case project.Hash:
		e.replace(start, end, []byte(j.hash("email-", string(bytes.ToLower(b[start:i]))+"@"+string(bytes.ToLower(b[i+n:end])))))
	default:
		e.replace(start, end, []byte(Filtered))
	}
	return end
}

func isMailByte(c byte) bool {
	return class[c] == inWord || c == '.' || c == '+' || c >= 0x80
}
