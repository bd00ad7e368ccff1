package web

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// Long returns a parameter of a form that may be longer than others, of at most limit bytes. Browsers send line ends as
// CRLF; here they are LF.
func (p *Params) Long(name string, limit int) string {
	p.known[name] = true
	all := p.values[name]
	if len(all) == 0 {
		return ""
	}
	text := strings.ReplaceAll(all[0], "\r\n", "\n")
	switch {
	case len(all) > 1:
		p.Wrong(name, "it once")
	case len(text) > limit:
		p.Wrong(name, "at most "+strconv.Itoa(limit)+" bytes")
	case !utf8.ValidString(text) || strings.ContainsRune(text, 0):
		p.Wrong(name, "UTF-8 without NUL")
	}
	return text
}
