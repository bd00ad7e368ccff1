package service

import (
	"fmt"
	"net/http"
	"net/netip"
	"strings"
)

// Proxies are the networks whose word on the client's address is taken.
type Proxies []netip.Prefix

// ParseProxies reads the CIDRs or addresses of a setting, whose name its error tells.
func ParseProxies(setting string, cidrs []string) (Proxies, error) {
	var trusted Proxies
	for _, text := range cidrs {
		text = strings.TrimSpace(text)
		if text == "" {
			continue
		}
		prefix, err := netip.ParsePrefix(text)
		if err != nil {
			addr, err := netip.ParseAddr(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %q is not a CIDR", setting, text)
			}
			prefix = netip.PrefixFrom(addr, addr.BitLen())
		}
		trusted = append(trusted, prefix.Masked())
	}
	return trusted, nil
}

func (p Proxies) trust(addr netip.Addr) bool {
	for _, prefix := range p {
		if prefix.Contains(addr) {
			return true
		}
	}
	return false
}

// Client returns the address of the client, the zero Addr when unknown: the peer, or where the peer is a
// trusted proxy the rightmost address of X-Forwarded-For that is not. What stands left of that anybody may
// have written. limited tells whether its requests are counted: those of programs on this machine are not.
func (p Proxies) Client(r *http.Request) (addr netip.Addr, limited bool) {
	addr = ParseAddr(r.RemoteAddr)
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
			next := ParseAddr(strings.TrimSpace(text))
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

// ParseAddr reads an address with or without a port, the zero Addr when it is none.
func ParseAddr(text string) netip.Addr {
	if ap, err := netip.ParseAddrPort(text); err == nil {
		return ap.Addr().Unmap().WithZone("")
	}
	addr, err := netip.ParseAddr(strings.Trim(text, "[]"))
	if err != nil {
		return netip.Addr{}
	}
	return addr.Unmap().WithZone("")
}
