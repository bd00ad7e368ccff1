package scrub

import "bytes"

// userinfo takes the password out of a URL's authority (RFC 3986, 3.2.1): "https://user:password@host". t.i is at the
// colon before the slashes, which is n bytes long. Other schemes than http are taken to hold slashes in passwords too,
// as people write them into connection strings.
func (t *reader) userinfo(n int) {
	const most = 1024 // bytes of an authority
	b := t.b
	web := t.i >= 4 && (bytes.EqualFold(b[t.i-4:t.i], []byte("http")) || bytes.EqualFold(b[t.i-4:t.i], []byte("ttps")))
	start := t.i + n + slashes(b[t.i+n:])
	t.i = start
	mark, at := 0, 0 // behind the first colon; at the last @
	limit := min(len(b), start+most)
	if n == 1 && bytes.IndexByte(b[start:limit], '@') < 0 {
		return
	}
	for i := start; i < limit; {
		c, m := b[i], 1
		if c == '%' && n > 1 {
			if c, m = percent(b[i:]); m == 0 {
				c, m = '%', 1
			}
		}
		if c == '\\' {
			if m = escapedLetter(b[i:]); m > 0 {
				i += m
				continue
			}
		}
		if c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '\\' {
			break
		}
		if c == '/' || c == '?' || c == '#' {
			if web || mark == 0 {
				break
			}
		}
		if c == ':' && mark == 0 {
			mark = i + m
		}
		if c == '@' && mark > 0 {
			at = i
		}
		i += m
	}
	if at > mark && !t.s.settings.Off && string(b[mark:at]) != Filtered {
		end := start
		for end < mark && class[b[end]] == inWord {
			end++
		}
		if end > start {
			t.known(start, end) // a token in the place of the user
		}
		t.put(mark, at)
	}
}

// slashes returns how long the two slashes at the start of b are, plain, escaped or percent-encoded; 0 for none.
func slashes(b []byte) int {
	n := 0
	for range 2 {
		switch {
		case n < len(b) && b[n] == '/':
			n++
		case n+1 < len(b) && b[n] == '\\' && b[n+1] == '/':
			n += 2
		default:
			c, m := percent(b[n:])
			if m == 0 || c != '/' {
				return 0
			}
			n += m
		}
	}
	return n
}

// percent decodes the percent-encoded character (RFC 3986, 2.1) at the start of b, encoded once or often; n is its
// length, 0 for none.
func percent(b []byte) (c byte, n int) {
	if len(b) == 0 || b[0] != '%' {
		return 0, 0
	}
	n = 1
	for n+1 < len(b) && n < 9 && b[n] == '2' && b[n+1] == '5' {
		n += 2
	}
	if n+1 >= len(b) || !isHex(b[n]) || !isHex(b[n+1]) {
		return 0, 0
	}
	return hexOf(b[n])<<4 | hexOf(b[n+1]), n + 2
}

// blank returns how long the one or more blanks at the start of b are.
func blank(b []byte) int {
	n := 0
	for n < len(b) {
		if b[n] == ' ' || b[n] == '\t' || n == 0 && b[n] == '+' {
			n++
			continue
		}
		c, m := percent(b[n:])
		if m == 0 || c != ' ' {
			return n
		}
		n += m
	}
	return n
}
