package grouping

import "strings"

// host returns the host of a URL without user and port, "" for a path.
func host(url string) string {
	_, rest, found := strings.Cut(url, "://")
	if !found {
		return ""
	}
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	rest = rest[strings.LastIndexByte(rest, '@')+1:]
	if i := strings.LastIndexByte(rest, ':'); i > 0 && allDigits(rest[i+1:]) {
		rest = rest[:i]
	}
	return rest
}

// appendRoute appends a path with <id> for each of its segments that names one of many: a number, a hash, a
// title made into words-with-dashes, and the parameters of routers, ":id", "[id]", "{id}" and "$id". A slash
// at the end does not count.
func appendRoute(dst []byte, path string) []byte {
	for path = strings.Trim(path, "/"); path != ""; {
		var segment string
		segment, path, _ = strings.Cut(path, "/")
		if segment == "" {
			continue
		}
		dst = append(dst, '/')
		if isID(segment) {
			dst = append(dst, "<id>"...)
			continue
		}
		dst = append(dst, segment...)
	}
	return dst
}

func isID(segment string) bool {
	const longest = 40 // characters of a name; longer ones are titles or tokens
	switch segment[0] {
	case ':', '[', '{', '$':
		return true
	}
	if len(segment) > longest || allDigits(segment) || isHash(segment) || uuidLen(segment) > 0 || strings.Count(segment, "-") > 2 {
		return true
	}
	if i := strings.LastIndexAny(segment, "-_"); i >= 0 { // blue-shoes-4711, order_17
		return allDigits(segment[i+1:]) || isHash(segment[i+1:])
	}
	return strings.IndexByte(segment, '@') > 0
}
