package scrub

import (
	"testing"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/project"
)

// TestOrdinaryTextStays holds what developers would hate to lose: messages about secrets, code that handles them,
// selectors of the fields they are typed into.
func TestOrdinaryTextStays(t *testing.T) {
	t.Parallel()
	for _, text := range []string{
		"Password: required", "password: must be at least 8 characters", "Authorization: required", "cookies: disabled", "status=401 auth=failed", "session=expired", "token: invalid, try again",
		"User validation failed: password: Path `password` is required., email: Path `email` is required.",
		"Bearer authentication failed", "error: option --password requires an argument",
		`body > form#login > input#password.wide[type="password"][name="password"]`, `input.token[name="token"]`,
		"export const selectToken = (state) => state.auth.token;", "!function(e,t){e.auth=t}(window,n)", `switch(t){case"token":return e.token}`,
		"Permissions-Policy: otp-credentials=(), geolocation=()",
		`t("password", "at least 8 characters")`, `setError('password', 'too short')`, `<input type="password" name="password" autocomplete="off">`,
		"Unexpected token < in JSON at position 0", "Invalid Refresh Token: Refresh Token Not Found", "FirebaseError: Firebase: Error (auth/wrong-password).", "JsonWebTokenError: jwt malformed",
		`Variable "$password" got invalid value null`, "id: 123e4567-e89b-12d3-a456-426614174000 commit 0ea73eec2d9e8f4d7b6a5c4b3a29180f7e6d5c4b",
		"data:application/json;base64,eyJ2ZXJzaW9uIjozLCJzb3VyY2VzIjpbXX0=", "https://discord.com/channels/123456789012345678/123456789012345678",
	} {
		if got := Text(text); got != text {
			t.Errorf("%s became %s", text, got)
		}
		in := string(jsonx.AppendString(nil, text))
		if got := scrubJSON(t, New(project.Scrub{}, nil), in); got != in {
			t.Errorf("in JSON, %s became %s", in, got)
		}
	}
	const event = `{"message":"x","modules":{"cookie":"0.6.0","jsonwebtoken":"9.0.0","express-session":"1.18.0","csrf":"3.1.0"}}`
	if got := scrubJSON(t, New(project.Scrub{}, nil), event); got != event {
		t.Errorf("versions of packages: %s", got)
	}
}

func TestSecretsInCallsMarkupAndWebhooks(t *testing.T) {
	t.Parallel()
	const token = "a1b2c3d4e5f6a7b8c9d0e1f2a3b4c5d6e7f8a9b0c1d2"
	for _, tc := range []struct{ name, in, want string }{
		{"a call that stores", `localStorage.setItem("token", "ab12cd")`, `localStorage.setItem("token", "` + f + `")`},
		{"a call that sets a header", `h.append('x-api-key', 'ab12cd')`, `h.append('x-api-key', '` + f + `')`},
		{"a list in single quotes", `[['Authorization', 'ab12cd']]`, `[['Authorization', '` + f + `']]`},
		{"a name of two words before a colon", "SESSION_ID: ab12cd", "SESSION_ID: " + f},
		{"such a name in prose", "Session ID: ab12cd", "Session ID: " + f},
		{"such a name of a property", "user.session.id: ab12cd", "user.session.id: " + f},
		{"such a name in camel case", "cardNumber: ab12cd", "cardNumber: " + f},
		{"a tab behind the colon", "password:\thunter2", "password:\t" + f},
		{"an element with attributes", `<wsse:Password Type="http://a.test/#PasswordText">hunter2</wsse:Password>`, `<wsse:Password Type="http://a.test/#PasswordText">` + f + `</wsse:Password>`},
		{"a part with another header", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\nContent-Type: text/plain\r\n\r\nhunter2\r\n--b--", "--b\r\nContent-Disposition: form-data; name=\"password\"\r\nContent-Type: text/plain\r\n\r\n" + f + "\r\n--b--"},
		{"JSON in HTML", `<div data-page="{&quot;csrf_token&quot;:&quot;hunter2&quot;,&quot;a&quot;:1}">`, `<div data-page="{&quot;csrf_token&quot;:&quot;` + f + `&quot;,&quot;a&quot;:1}">`},
		{"a webhook of Slack", "https://hooks.slack.com/services/T00000000/B00000000/" + token[:24], "https://hooks.slack.com/services/T00000000/B00000000/" + f},
		{"a webhook of Discord", "https://discord.com/api/webhooks/123456789012345678/" + token, "https://discord.com/api/webhooks/123456789012345678/" + f},
		{"a bot of Telegram", "https://api.telegram.org/bot123456789:" + token[:35] + "/getMe", "https://api.telegram.org/bot123456789:" + f + "/getMe"},
		{"a token of Vault", "hvs." + token, "hvs." + f},
		{"a token of Grafana", "key glsa_" + token, "key " + f},
		{"a token of Databricks", "key dapi" + token[:32], "key " + f},
		{"a key of age", "AGE-SECRET-KEY-1" + token, f},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			if got := Text(tc.in); got != tc.want {
				t.Errorf("%s\nbecame %s\nwant   %s", tc.in, got, tc.want)
			}
			in, want := string(jsonx.AppendString(nil, tc.in)), string(jsonx.AppendString(nil, tc.want))
			if got := scrubJSON(t, New(project.Scrub{}, nil), in); got != want {
				t.Errorf("in JSON, %s\nbecame %s\nwant   %s", in, got, want)
			}
		})
	}
}

func TestOptionsOfACommandInOTLPNameWhatFollows(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		`{"values":[{"stringValue":"--token"},{"stringValue":"ab12"},{"stringValue":"x"}]}`: `{"values":[{"stringValue":"--token"},{"stringValue":"` + f + `"},{"stringValue":"x"}]}`,
		`{"values":[{"stringValue": "--token"}, {"stringValue": "ab12"}]}`:                  `{"values":[{"stringValue": "--token"}, {"stringValue": "` + f + `"}]}`,
		`{"password":[{"stringValue":"--port"},{"stringValue":"ab12"}]}`:                    `{"password":[{"stringValue":"` + f + `"},{"stringValue":"` + f + `"}]}`,
	} {
		if got := scrubJSON(t, New(project.Scrub{}, nil), in); got != want {
			t.Errorf("%s\nbecame %s\nwant   %s", in, got, want)
		}
	}
}
