package scrub

import (
	"strings"
	"testing"
)

// TestTheSieveKnowsEveryName holds the table of endings against the words it stands for: a name that the sieve does not
// let through is never looked at.
func TestTheSieveKnowsEveryName(t *testing.T) {
	t.Parallel()
	for _, words := range []string{
		"authorization", "proxy authorization", "cookie", "cookies", "set cookie", "secret", "client secret", "secrets", "passwd", "pwd", "mysql pwd", "passphrase", "passcode", "credential", "credentials",
		"creds", "bearer", "jwt", "csrf", "xsrf", "x csrf token", "otp", "totp", "cvv", "cvv2", "cvc", "ssn", "apikey", "apikeys", "api key", "x api key", "creditcard", "credit card", "mnemonic", "iban", "accesskey",
		"aws secret access key", "aws access key id", "private key", "secret key", "sessionid", "session id", "sessid", "phpsessid", "jsessionid", "cardnumber", "card number", "cc number", "userpass", "pgpass",
		"authkey", "password", "passwords", "user password", "password confirmation", "userpassword", "password1", "new password 2", "pgpassword", "token", "auth token", "access token", "refresh token", "id token", "csrfmiddlewaretoken",
		"auth", "basic auth", "pass", "db pass", "pw", "session", "sid", "connect sid", "pin", "card pin", "pin code", "pan", "sig", "signature", "social security number", "security code", "access tokens",
		"seed phrase", "recovery code", "backup codes", "auth code", "authorization code", "x amz signature", "x goog signature", "license key", "token value", "signing key", "encryption key", "master key",
		"account key", "shared key", "service key", "ssh key", "session key",
	} {
		camel := words
		for i := strings.IndexByte(camel, ' '); i >= 0; i = strings.IndexByte(camel, ' ') {
			camel = camel[:i] + strings.ToUpper(camel[i+1:i+2]) + camel[i+2:]
		}
		for _, name := range []string{strings.ReplaceAll(words, " ", "_"), strings.ReplaceAll(words, " ", "-"), strings.ToUpper(strings.ReplaceAll(words, " ", "_")), camel} {
			if kindOfName([]byte(name)) == open {
				t.Errorf("%s is open", name)
			}
			if small := strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == ""; !mayBeSecret([]byte(name), small) {
				t.Errorf("the sieve holds %s back", name)
			}
		}
	}
}

func TestNamesThatHoldSecretWordsAreOpen(t *testing.T) {
	t.Parallel()
	for _, name := range []string{
		"author", "authors", "authority", "authenticated", "authType", "auth_method", "tokenizer", "tokens", "tokens_used", "max_tokens", "token_type", "passenger", "passengers", "compass", "bypass", "secretary",
		"card_type", "cardinality", "sessions", "session_count", "sessionSampleRate", "session.id", "pinned", "spinner", "opinion", "keyboard", "key", "keys", "public_key", "sentry_key", "cache_key", "monkey", "event_id",
		"trace_id", "span_id", "debug_id", "fingerprint", "filename", "function", "in_app", "lineno", "email", "signal", "design", "span", "japan", "HOSTKEY", "SENTRY_KEY", "PATH", "SSH_AUTH_SOCK", "",
	} {
		if k := kindOfName([]byte(name)); k != open {
			t.Errorf("%s is %d", name, k)
		}
	}
}
