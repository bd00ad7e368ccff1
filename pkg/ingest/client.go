package ingest

import (
	"strings"

	"github.com/trivetlabs/trivet/pkg/service"
)

// isLoopback reports whether a request's Host is a name of the machine it was sent from: localhost, a name
// under it (RFC 6761 §6.3), 127.0.0.0/8 or ::1, with or without a port.
func isLoopback(host string) bool {
	if strings.HasPrefix(host, "[") {
		return service.ParseAddr(host).IsLoopback()
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	host = strings.TrimSuffix(host, ".")
	if strings.HasPrefix(host, "127.") {
		return service.ParseAddr(host).IsLoopback()
	}
	const name = "localhost"
	under := len(host) - len(name)
	return under >= 0 && strings.EqualFold(host[under:], name) && (under == 0 || host[under-1] == '.')
}
