package scrub

import "bytes"

// maxName is how many bytes of a name are looked at: its end, since that says what the value is.
const maxName = 96

// A nameKind is what a name says of its value.
type nameKind uint8

const (
	open    nameKind = iota // nothing
	weak                    // secret where it is a text or number of its own: "session", "sid", "pin"
	spoken                  // secret, and everything below it, but a word of messages too: "Unexpected token: name"
	strong                  // secret, and everything below it
	header                  // strong, and in running text its value goes on: "Cookie: a=b; c=d"
	maybeWD                 // PWD: a password in connection strings, a folder in environments
)

// nameOf tells what a name says of its value. Case, separators and camel case do not count, words do: "author",
// "compass" and "tokens_used" are open. The words are those that client libraries and Sentry's own data scrubbing
// know.
func (s *Scrubber) nameOf(name []byte) nameKind {
	if len(s.fields) > 0 || len(s.safe) > 0 {
		flat := flatten(name)
		if s.safe[string(flat)] {
			return open
		}
		if s.fields[string(flat)] {
			return strong
		}
	}
	if s.settings.Off || !mayBeSecret(name, false) {
		return open
	}
	return kindOfName(name)
}

// kindOfName is nameOf by our own words alone.
func kindOfName(name []byte) nameKind {
	switch string(name) {
	case "PWD", "OLDPWD":
		return maybeWD
	case "session.id", "session.previous_id":
		return open // OpenTelemetry's name of a visit, and Faro's: random, and no key to anything
	}
	if len(name) > maxName {
		name = name[len(name)-maxName:]
	}
	var flat [maxName]byte
	var n, word, before int // flat[:n] holds the words so far; where the last word and the one before it start
	kind, last := open, open
	lower := false
	environment := len(name) > 4
	end := func() {
		if n == word {
			return
		}
		if flat[word] >= '0' && flat[word] <= '9' {
			n = word // a number says nothing: "password1", "user[token][0]"
			return
		}
		if k := kindOfWord(flat[word:n]); k > kind {
			kind = k
		}
		if before < word && kindOfPair(flat[before:n]) && kind < strong {
			kind = strong
		}
		last = kindOfLastWord(flat[word:n])
		before, word = word, n
	}
	for i, c := range name {
		digit := '0' <= c && c <= '9'
		switch {
		case 'a' <= c && c <= 'z':
			environment = false
			if n > word && flat[n-1] <= '9' {
				end()
			}
			lower = true
		case 'A' <= c && c <= 'Z':
			if lower || i+1 < len(name) && 'a' <= name[i+1] && name[i+1] <= 'z' || n > word && flat[n-1] <= '9' {
				end()
			}
			c, lower = c|0x20, false
		case digit:
			if n > word && flat[n-1] > '9' {
				end()
			}
		default:
			end()
			lower = false
			continue
		}
		flat[n] = c
		n++
	}
	end()
	if last > kind {
		kind = last
	}
	if kind == open && environment && before > 0 && string(flat[before:n]) == "key" && bytes.IndexByte(name, '_') > 0 && !publicKey(flat[:before]) {
		return strong // GPG_KEY, STRIPE_KEY: environments name their secrets so
	}
	return kind
}

// kindOfWord tells of words that make a name secret wherever they stand in it. Compounds that are written
// without a border count too: "csrfmiddlewaretoken", "dbpassword".
func kindOfWord(w []byte) nameKind {
	switch string(w) {
	case "authorization", "cookie", "cookies":
		return header
	case "jwt", "csrf", "xsrf":
		return spoken
	case "secret", "secrets", "passwd", "pwd", "passphrase", "passcode", "credential", "credentials", "creds", "bearer",
		"otp", "totp", "cvv", "cvc", "ssn", "apikey", "apikeys", "creditcard", "mnemonic", "iban", "accesskey", "privatekey", "secretkey",
		"sessionid", "sessid", "phpsessid", "jsessionid", "cardnumber", "userpass", "pgpass", "authkey":
		return strong
	}
	if len(w) > 6 {
		if bytes.Contains(w, []byte("passw")) && (bytes.Contains(w, []byte("password")) || bytes.HasSuffix(w, []byte("passwd"))) && !bytes.HasPrefix(w, []byte("passwordless")) {
			return strong
		}
		for _, suffix := range [...]string{"token", "secret", "apikey", "sessid", "sessionid"} {
			if len(w) > len(suffix) && string(w[len(w)-len(suffix):]) == suffix {
				return strong
			}
		}
	}
	return open
}

// kindOfPair tells of two words that are secret side by side.
func kindOfPair(w []byte) bool {
	switch string(w) {
	case "apikey", "apikeys", "accesskey", "privatekey", "secretkey", "signingkey", "encryptionkey", "masterkey", "accountkey", "sharedkey", "servicekey",
		"sshkey", "authkey", "sessionid", "sessionkey", "cardnumber", "ccnumber", "creditcard", "socialsecurity", "securitycode", "accesstokens", "refreshtokens",
		"authtokens", "apitokens", "sessiontokens", "seedphrase", "recoverycode", "recoverycodes", "backupcodes", "pincode", "authcode", "authorizationcode",
		"amzsignature", "googsignature", "licensekey", "tokenvalue", "tokenhash", "tokensecret":
		return true
	}
	return false
}

// kindOfLastWord tells of words that are secret where a name ends in them: "auth_token" is, "token_type" is not.
func kindOfLastWord(w []byte) nameKind {
	switch string(w) {
	case "token", "auth":
		return spoken
	case "pass", "pw", "session", "sid", "pin", "pan", "sig", "signature":
		return weak
	}
	return open
}

// completes tells of words that say nothing alone and are the second of kindOfPair: "session.id", "Card number".
func completes(w []byte) bool {
	var held [len("security")]byte
	if len(w) > len(held) {
		return false
	}
	for i, c := range w {
		held[i] = c | 0x20
	}
	switch string(held[:len(w)]) {
	case "id", "number", "code", "codes", "phrase", "value", "hash", "security":
		return true
	}
	return false
}

// publicKey tells of names in capitals that end in KEY and are no secret.
func publicKey(words []byte) bool {
	for _, w := range [...]string{"public", "publishable", "sentry", "cache", "primary", "foreign", "sort", "partition", "group", "idempotency", "translation", "i18n", "host"} {
		if bytes.Contains(words, []byte(w)) {
			return true
		}
	}
	return false
}

// endings holds, by its last three letters, every word that can make a name secret by standing in it, or the first of
// two that do: the sieve that most names of an event do not pass.
var endings = func() (t [1 << 15]bool) {
	for _, w := range [...]string{
		"authorization", "cookie", "cookies", "secret", "secrets", "passwd", "pwd", "credential", "credentials", "creds", "bearer", "jwt", "csrf", "xsrf", "otp", "totp",
		"cvv", "cvc", "ssn", "key", "keys", "card", "cc", "mnemonic", "iban", "sid", "sessid", "sessionid", "cardnumber", "pass", "password", "passwords", "token", "tokens", "auth",
		"session", "pin", "pan", "sig", "signature", "security", "social", "seed", "recovery", "backup", "license", "amz", "goog",
	} {
		t[triple([]byte(w), len(w)-1)] = true
	}
	for c := range 32 { // any letter before, or none
		for _, w := range [...]string{"pw", "cc"} {
			t[c<<10|int(w[0]&31)<<5|int(w[1]&31)] = true
		}
	}
	return t
}()

// triple is the index in endings of the three letters that end at name[i]; case does not count.
func triple(name []byte, i int) int {
	if i >= 2 {
		return int(name[i]&31) | int(name[i-1]&31)<<5 | int(name[i-2]&31)<<10
	}
	t := int(name[i] & 31)
	if i > 0 {
		t |= int(name[i-1]&31) << 5
	}
	return t
}

// mayBeSecret is the sieve before kindOfName: false for most names, and never for one that is secret. small says that
// name is of small letters alone.
func mayBeSecret(name []byte, small bool) bool {
	n := len(name)
	if n < 2 {
		return false
	}
	if small && n < 12 {
		return name[0] == 'p' && name[1] == 'a' || mayEnd(name, n-1)
	}
	for i, c := range name {
		switch {
		case c|0x20 == 'p' && i+3 < n && name[i+1]|0x20 == 'a' && name[i+2]|0x20 == 's' && name[i+3]|0x20 == 's':
			return true
		case (i+1 == n || name[i+1] < 'a' || 'z' < name[i+1]) && isLetter(c) && mayEnd(name, i):
			return true
		}
	}
	return false
}

// mayEnd tells whether a word of endings may end at name[i]. Of the many words in -ion, "session" alone counts;
// "authorization" is told apart from it by its z.
func mayEnd(name []byte, i int) bool {
	if !endings[triple(name, i)] {
		return false
	}
	return name[i] != 'n' || i < 4 || name[i-1] != 'o' || name[i-2] != 'i' || name[i-4] == 's' || name[i-4]|0x20 == 'a'
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

// flatten returns a name in small letters without what stands between its words.
func flatten(name []byte) []byte {
	flat := make([]byte, 0, len(name))
	for _, c := range name {
		switch {
		case 'A' <= c && c <= 'Z':
			flat = append(flat, c|0x20)
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9', c >= 0x80:
			flat = append(flat, c)
		}
	}
	return flat
}

// isAddressName tells of names whose values are addresses of visitors.
func isAddressName(name []byte) bool {
	if len(name) < 2 || len(name) > 64 {
		return false
	}
	switch string(flatten(name)) {
	case "ip", "ipaddress", "ipaddr", "clientip", "remoteip", "userip", "visitorip", "realip", "xrealip", "sourceip", "peerip", "remoteaddr", "remoteaddress", "remotehost",
		"xforwardedfor", "forwarded", "forwardedfor", "xclientip", "xclusterclientip", "cfconnectingip", "cfconnectingipv6", "cfpseudoipv4", "trueclientip", "fastlyclientip",
		"flyclientip", "xoriginalforwardedfor", "httpxforwardedfor", "httpxrealip", "httpclientip", "clientaddress", "netpeerip", "netsockpeeraddr",
		"networkpeeraddress", "httpcfconnectingip", "useripaddress", "xenvoyexternaladdress", "xappengineuserip", "useraddress":
		return true
	}
	return false
}
