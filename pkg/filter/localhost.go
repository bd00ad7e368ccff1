package filter

import "strings"

// localhost tells whether the page is on the developer's own machine. Pages from disk (file:) are not meant:
// desktop apps live there; nor are apps of phones, whose web view serves them from a localhost of its own.
func (l *look) localhost() bool {
	return l.page && localName(host(l.e.URL)) && !webView(l.agent)
}

// localName tells whether a host is a name of the machine itself (RFC 6761 §6.3, RFC 1122 §3.2.1.3, RFC 4291
// §2.5.3). 0.0.0.0 is what development servers print.
func localName(host string) bool {
	switch {
	case len(host) < len("::1"):
		return false
	case strings.EqualFold(host, "localhost"), host == "0.0.0.0", host == "::1":
		return true
	case host[0] == '1':
		return strings.HasPrefix(host, "127.") && numeric(host)
	}
	const suffix = ".localhost"
	return len(host) > len(suffix) && strings.EqualFold(host[len(host)-len(suffix):], suffix)
}

// numeric: 127.0.0.1 is an address, 127.example.org a name.
func numeric(host string) bool {
	return strings.Trim(host, "0123456789.") == ""
}

// webView tells whether a User-Agent is of a phone's web view: Android names it, Apple leaves Safari out.
func webView(agent string) bool {
	if strings.Contains(agent, "; wv)") {
		return true
	}
	return (strings.Contains(agent, "iPhone") || strings.Contains(agent, "iPad")) && !strings.Contains(agent, "Safari/")
}
