package grouping

import "strings"

// number takes a number with all that belongs to it: separators of any locale, a date's and a time's other
// numbers, an exponent, a unit of time. Codes stay as they are. date tells that the name of a month or a
// weekday stood before it.
func (m *message) number(rest string, date bool) {
	n := digits(rest)
	if !date && m.isCode(rest, n) {
		m.dst = append(m.dst, rest[:n]...)
		m.i += n
		return
	}
	for n < len(rest) {
		gap, isDate := numberGap(rest[n:], date)
		if gap == 0 {
			break
		}
		date = date || isDate
		n += gap + digits(rest[n+gap:])
	}
	n += zoneLen(rest[n:], date)
	m.dst = append(m.dst, "<n>"...)
	m.i += n
	if n < len(rest) && rest[n] == ' ' && isSize(rest[n+1:n+1+wordLen(rest[n+1:])]) { // 3 GB
		m.i++
		n++
	}
	unit := wordLen(rest[n:])
	if isSize(rest[n : n+unit]) {
		m.i += unit
		return
	}
	switch rest[n : n+unit] {
	case "ms", "s", "m", "h", "d", "min", "sec", "us", "ns", "st", "nd", "rd", "th":
		m.i += unit
	default:
		m.dst = append(m.dst, rest[n:n+unit]...)
		m.i += unit
	}
}

// isSize tells whether a word is a unit of bytes.
func isSize(word string) bool {
	switch word {
	case "B", "kB", "KB", "MB", "GB", "TB", "KiB", "MiB", "GiB", "bytes":
		return true
	}
	return false
}

func digits(s string) int {
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// numberGap returns the length of what may stand between two digits of one number, 0 for something else, and
// whether only dates and times have it.
func numberGap(s string, date bool) (n int, isDate bool) {
	switch s[0] {
	case '.', ',', '\'':
		if n = 1; date && len(s) > 1 && s[1] == ' ' { // 21, 2026
			n = 2
		}
	case ':', '/', '-':
		if n, isDate = 1, true; len(s) > 2 && s[:2] == "-W" { // 2026-W47
			n = 2
		}
	case 'T', 't', '_':
		n, isDate = 1, true
	case 'e', 'E':
		if n = 1; len(s) > 1 && (s[1] == '-' || s[1] == '+') {
			n = 2
		}
	case 'h', 'm', 's': // 2h30m
		n = 1
	case ' ':
		n = 1 + dateWord(s[1:])
		if isDate = n > 1 || date; !isDate && digits(s[1:]) != 3 { // 1 234
			return 0, false
		}
	case 0xc2: // a space that does not break, U+00A0
		if strings.HasPrefix(s, "\u00a0") {
			n = 2
		}
	case 0xe2: // its narrow sister, U+202F, and the Swiss apostrophe, U+2019
		if strings.HasPrefix(s, "\u202f") || strings.HasPrefix(s, "\u2019") {
			n = 3
		}
	}
	if n == 0 || n >= len(s) || !isDigit(s[n]) {
		return 0, false
	}
	return n, isDate
}

// zoneLen returns the length of what ends a date: "Z", " PM", " GMT+0100 (Central European Standard Time)".
func zoneLen(s string, date bool) (n int) {
	if !date {
		return 0
	}
	for _, zone := range []string{"Z", " AM", " PM", " am", " pm", " GMT", " UTC"} {
		if strings.HasPrefix(s, zone) && wordLen(s[len(zone):]) == 0 {
			n = len(zone)
			break
		}
	}
	if n+1 < len(s) && (s[n] == '+' || s[n] == '-') && isDigit(s[n+1]) {
		n++
		for n < len(s) && (isDigit(s[n]) || s[n] == ':') {
			n++
		}
		if strings.HasPrefix(s[n:], " (") {
			if i := strings.IndexByte(s[n:min(len(s), n+60)], ')'); i >= 0 {
				n += i + 1
			}
		}
	}
	return n
}

// dateWord returns the length of the names of a weekday or month at the start of s, with the space after
// each, where a digit follows; 0 for something else.
func dateWord(s string) int {
	n := 0
	for range 2 {
		w := wordLen(s[n:])
		if !isDateName(s[n : n+w]) {
			return 0
		}
		n += w
		gap := n
		for n < len(s) && n < gap+2 && (s[n] == ' ' || s[n] == ',' || s[n] == '.') {
			n++
		}
		if n == gap || n >= len(s) {
			return 0
		}
		if isDigit(s[n]) {
			return n
		}
	}
	return 0
}

func isDateName(s string) bool {
	if len(s) < 3 || len(s) > 9 {
		return false
	}
	switch s {
	case "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday",
		"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "January", "February", "March", "April", "June",
		"July", "August", "September", "October", "November", "December":
		return true
	}
	return false
}

// isCode tells whether a number says what went wrong and not how much: the word before it is one for codes,
// or it is a status of HTTP's behind a word for answers.
func (m *message) isCode(rest string, n int) bool {
	if n > 4 || n < len(rest) && (isLetter(rest[n]) || n+1 < len(rest) && strings.IndexByte(".,:", rest[n]) >= 0 && isDigit(rest[n+1])) {
		return false
	}
	if m.last == "" || m.word > m.i {
		return false
	}
	gap := m.s[m.word:m.i]
	if len(gap) > 6 {
		return false
	}
	status := n == 3 && (rest[0] == '4' || rest[0] == '5')
	switch strings.ToLower(m.last) {
	case "status", "code", "errno", "statuscode", "errorcode":
		return strings.Trim(gap, " :=#(\"") == ""
	case "error":
		return gap == " " && status || gap == " #" || gap == "#"
	case "http":
		return status
	case "answered", "returned", "received", "got", "response", "responded", "with":
		return status && gap == " "
	}
	return false
}

// withoutTail returns a word and its length; of one that ends in 5 digits or more, as ids do, only what
// stands before them. "utf8", "E1001" and "NG0500" are names.
func withoutTail(word string) (string, int) {
	n := len(word)
	for n > 0 && isDigit(word[n-1]) {
		n--
	}
	if len(word)-n >= 5 {
		word = word[:n]
	}
	return word, len(word)
}
