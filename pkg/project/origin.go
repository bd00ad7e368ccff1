package project

import (
	"net/url"
	"strconv"
	"strings"
)

// maxOrigin bounds one origin of a project: the longest host name with scheme and port fits.
const maxOrigin = 300

// ValidOrigin reports whether s is something Allows can match: "*", a full origin
// ("https://shop.example:8443") or one with a leading "*." label in its host. A path, a user, a bare host
// or a list would never match a browser's Origin header, so they are refused when they are set.
func ValidOrigin(s string) bool {
	if s == "*" {
		return true
	}
	scheme, host, ok := strings.Cut(s, "://")
	if !ok || scheme == "" || len(s) > maxOrigin {
		return false
	}
	host = strings.TrimPrefix(host, "*.")
	if strings.ContainsAny(host, "*/?#@,\\ ") {
		return false
	}
	u, err := url.Parse(scheme + "://" + host)
	if err != nil || u.Hostname() == "" || u.Host != host || strings.HasSuffix(host, ":") {
		return false
	}
	if port := u.Port(); port != "" {
		_, err = strconv.ParseUint(port, 10, 16)
	}
	return err == nil
}
