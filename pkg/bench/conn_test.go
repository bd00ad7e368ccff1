package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadHead(t *testing.T) {
	t.Parallel()
	type answer struct {
		Status, Length int
		Bad            bool
	}
	for _, c := range []struct {
		name, in string
		want     answer
	}{
		{"an answer with a body", "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 41\r\n\r\n", answer{200, 41, false}},
		{"an answer without a body", "HTTP/1.1 204 No Content\r\nVary: Origin\r\n\r\n", answer{204, 0, false}},
		{"a refusal", "HTTP/1.1 429 Too Many Requests\r\nContent-Length: 2\r\nRetry-After: 3\r\n\r\n", answer{429, 2, false}},
		{"a chunked answer is not for us", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", answer{0, 0, true}},
		{"a length that is none", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", answer{0, 0, true}},
		{"something else than HTTP", "SSH-2.0-x\r\n\r\n", answer{0, 0, true}},
		{"nothing", "", answer{0, 0, true}},
	} {
		status, length, err := readHead([]byte(c.in))
		if diff := cmp.Diff(c.want, answer{status, length, err != nil}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}
