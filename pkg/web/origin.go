package web

import (
	"net/url"
	"strings"
)

// Origin is scheme and host of an address of ours, as policies and browsers name it; "" where it has none or is not of the web.
func Origin(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || strings.ContainsAny(u.Host, " ;,'\"") {
		return ""
	}
	return u.Scheme + "://" + u.Host
}
