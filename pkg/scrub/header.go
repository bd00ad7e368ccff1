package scrub

import "bytes"

// headerEnd returns where the value of a header of HTTP ends that starts at i: credentials of one scheme (RFC 9110,
// 11.4), cookies until the last "; " (RFC 6265, 4.2.1). A line may go on with prose.
func headerEnd(b []byte, i int) int {
	end := wordEnd(b, i)
	if n := blank(b[end:]); n > 0 && takesCredential(b[i:end]) {
		end = wordEnd(b, end+n)
	}
	for end < len(b) && end > i && (b[end-1] == ';' || b[end-1] == ',') {
		n := blank(b[end:])
		next := wordEnd(b, end+n)
		if n == 0 || bytes.IndexByte(b[end:next], '=') < 0 {
			return end - 1
		}
		end = next
	}
	return end
}

// wordEnd returns where the run without blanks ends that starts at i; text in quotes that open behind = is part of it.
func wordEnd(b []byte, i int) int {
	for i < len(b) && b[i] > ' ' {
		if b[i] == '\\' {
			if n := escapedLetter(b[i:]); n > 0 {
				i += n
				continue
			}
			k := i
			for k < len(b) && b[k] == '\\' {
				k++
			}
			if k == len(b) || b[k] == 'n' || b[k] == 'r' || b[k] == 't' || b[k] == 'u' || isQuote(b[k]) && b[i-1] != '=' {
				return i
			}
			i = k
		}
		if isQuote(b[i]) {
			k := i
			for k > 0 && b[k-1] == '\\' {
				k--
			}
			if k == 0 || b[k-1] != '=' {
				return k
			}
			mark := b[k : i+1]
			n := bytes.Index(b[i+1:], mark)
			if n < 0 {
				return len(b)
			}
			i += n + len(mark)
		}
		i++
	}
	return i
}

func takesCredential(w []byte) bool {
	switch string(bytes.ToLower(w[:min(len(w), 20)])) {
	case "basic", "bearer", "digest", "token", "apikey", "api-key", "key", "jwt", "negotiate", "ntlm", "hawk", "oauth", "mac", "sharedkey", "sharedkeylite", "aws4-hmac-sha256", "aws",
		"dpop", "gnap", "signature", "splunk", "genie", "geniekey", "sso-key", "credential":
		return true
	}
	return false
}
