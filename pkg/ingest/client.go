package ingest

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// proxies are the networks whose word on the client's address is taken.
type proxies []netip.Prefix

func parseProxies(cidrs []string) (proxies, error) {
	var trusted proxies
	for _, text := range cidrs {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("INGEST_TRUSTED_PROXIES: %q is not a CIDR", text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		trusted = append(trusted, prefix.Masked())
	}
	return trusted, nil
}

func (p proxies) trust(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// client returns the address of the client, the zero Addr when unknown: the peer, or where the peer is a
// trusted proxy the rightmost address of X-Forwarded-For that is not. What stands left of that anybody may
// have written. limited tells whether its requests are counted: those of programs on this machine are not.
func (p proxies) client(r *http.Request) (addr netip.Addr, limited bool) {
	addr = parseAddr(r.RemoteAddr)
	if !p.trust(addr) {
		return addr, addr.IsValid() && !addr.IsLoopback()
	}
	forwarded := r.Header["X-Forwarded-For"]
	for i := len(forwarded) - 1; i >= 0; i-- {
		for rest, more := forwarded[i], true; more; {
			var text string
			if comma := strings.LastIndexByte(rest, ','); comma >= 0 {
				rest, text = rest[:comma], rest[comma+1:]
			} else {
				text, more = rest, false
			}
			next := parseAddr(strings.TrimSpace(text))
			if !next.IsValid() {
				return addr, true
			}
			if addr = next; !p.trust(addr) {
				return addr, true
			}
		}
	}
	return addr, true
}

// parseAddr reads an address with or without a port, the zero Addr when it is none.
func parseAddr(text string) netip.Addr {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}

// isLoopback reports whether a request's Host is a name of the machine it was sent from: localhost, a name
// under it (RFC 6761 §6.3), 127.0.0.0/8 or ::1, with or without a port.
func isLoopback(host string) bool {
	if strings.HasPrefix(host, "[") {
		return parseAddr(host).IsLoopback()
	}
	if i := strings.IndexByte(host, ':'); i >= 0 {
		host = host[:i]
	}
	host = strings.TrimSuffix(host, ".")
	if strings.HasPrefix(host, "127.") {
		return parseAddr(host).IsLoopback()
	}
	const name = "localhost"
	under := len(host) - len(name)
	return under >= 0 && strings.EqualFold(host[under:], name) && (under == 0 || host[under-1] == '.')
}
