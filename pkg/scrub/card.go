package scrub

import "bytes"

// minCard and maxCard are the digits a payment card can have (ISO/IEC 7812).
const (
	minCard = 13
	maxCard = 19
)

// mayBeCard tells whether the word b[start:end], which starts with a digit, may be a card's number or its first group.
func mayBeCard(b []byte, start, end int) bool {
	if end-start == 4 {
		return end+1 < len(b) && b[end] == ' ' && isDigit(b[end+1])
	}
	if end-start < minCard {
		return false
	}
	for _, c := range b[start:end] {
		if !isDigit(c) && c != '-' {
			return false
		}
	}
	return true
}

// cardAt returns how many bytes of b are a card's number at its start, 0 for none: digits alone, or in the groups in
// which cards show them, with one blank or dash between.
func cardAt(b []byte) int {
	var digits [maxCard]byte
	var groups []byte
	var held [5]byte
	groups = held[:0]
	n, i, run := 0, 0, 0
	var between byte
	for i < len(b) {
		c := b[i]
		switch {
		case isDigit(c):
			if n == maxCard {
				return 0
			}
			digits[n] = c
			n++
			run++
			i++
			continue
		case (c == ' ' || c == '-') && run > 0 && (between == 0 || between == c) && i+1 < len(b) && isDigit(b[i+1]) && len(groups) < 4 && !complete(groups, run):
			groups = append(groups, byte(run))
			between, run = c, 0
			i++
			continue
		}
		break
	}
	groups = append(groups, byte(run))
	if i < len(b) && (class[b[i]] == inWord || b[i] == '.' && i+1 < len(b) && isDigit(b[i+1])) {
		return 0
	}
	if len(groups) > 1 && !grouped(groups) || !isCard(digits[:n]) {
		return 0
	}
	return i
}

// groupings are how cards show their digits.
var groupings = [...]string{"\x04\x04\x04\x04", "\x04\x06\x05", "\x04\x06\x04", "\x06\x0d"}

func grouped(groups []byte) bool {
	for _, g := range groupings {
		if string(groups) == g {
			return true
		}
	}
	return false
}

// complete tells whether groups and one more of run digits are a whole number, so that what follows is another word:
// "4111 1111 1111 1111 12".
func complete(groups []byte, run int) bool {
	return len(groups) == 3 && run == 4 || len(groups) == 2 && groups[1] == 6 && run >= 4
}

// isCard tells whether digits are a payment card's: of a network's prefix and length, with the check digit of ISO/IEC
// 7812-1 (Luhn).
func isCard(digits []byte) bool {
	n := len(digits)
	if n < minCard || n > maxCard || !network(digits, n) || bytes.Count(digits, digits[:1]) == n {
		return false
	}
	sum := 0
	for i, c := range digits {
		if !isDigit(c) {
			return false
		}
		d := int(c - '0')
		if (n-i)%2 == 0 {
			if d *= 2; d > 9 {
				d -= 9
			}
		}
		sum += d
	}
	return sum%10 == 0
}

// network tells whether a network hands out numbers of n digits that start so.
func network(digits []byte, n int) bool {
	p := 0
	for _, c := range digits[:4] {
		if !isDigit(c) {
			return false
		}
		p = p*10 + int(c-'0')
	}
	switch {
	case p/1000 == 4: // Visa
		return n == 13 || n == 16 || n == 19
	case 51 <= p/100 && p/100 <= 55, 2221 <= p && p <= 2720: // Mastercard
		return n == 16
	case p/100 == 34, p/100 == 37: // American Express
		return n == 15
	case 300 <= p/10 && p/10 <= 305, p/100 == 36, p/100 == 38, p/100 == 39: // Diners Club
		return n == 14 || n >= 16
	case p == 6011, 644 <= p/10 && p/10 <= 649, p/100 == 65, 3528 <= p && p <= 3589, p/100 == 62, p/100 == 81: // Discover, JCB, UnionPay
		return n >= 16
	case p/100 == 50, 56 <= p/100 && p/100 <= 58, p/100 == 60, p/100 == 63, p/100 == 67: // Maestro
		return n >= 16
	}
	return false
}
