package scrub

import (
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxNested is how many JSON texts may stand in each other's strings and be read as JSON. Deeper ones are text.
const maxNested = 3

// A mode is what the names above a value said of it.
type mode uint8

const (
	plain   mode = iota
	secret       // every text and number is one
	visitor      // every address is a visitor's
)

// A document is a JSON text that is walked once and checked on the way: it takes what jsonx.Check takes, and
// nothing else.
type document struct {
	*job
	edits
	i      int
	nested int
	bad    bool
}

func (d *document) run() bool {
	d.space()
	d.value(plain, nil, 0)
	d.space()
	return !d.bad && d.i == len(d.b)
}

// value walks the value at d.i. name is that of the member it is, nil in arrays.
func (d *document) value(m mode, name []byte, depth int) {
	if d.i >= len(d.b) {
		d.bad = true
		return
	}
	switch c := d.b[d.i]; {
	case c == '"':
		d.leaf(m)
	case c == '{':
		d.object(m, name, depth+1)
	case c == '[':
		d.array(m, name, depth+1)
	case c == '-' || isDigit(c):
		start := d.i
		digits := d.number()
		if m == secret || digits >= minCard && !d.s.settings.Off && isCard(d.b[start:d.i]) {
			d.replace(start, d.i, []byte(`"`+Filtered+`"`))
		}
	case c == 't':
		d.word("true")
	case c == 'f':
		d.word("false")
	case c == 'n':
		d.word("null")
	default:
		d.bad = true
	}
}

func (d *document) object(m mode, own []byte, depth int) {
	d.i++
	d.space()
	if depth > jsonx.MaxDepth {
		d.bad = true
		return
	}
	if d.eat('}') {
		return
	}
	packages := depth == 2 && d.nested == 0 && string(own) == "modules" // of Sentry's events: names and versions of what is installed
	label := -1                                                         // where the text is that a member "key" or "name" has, which may name the member "value"
	said, peeked := plain, false                                        // what it says, once somebody asked
	for !d.bad {
		name, small := d.key()
		if d.i < len(d.b) && d.b[d.i] <= ' ' {
			d.space()
		}
		if !d.eat(':') {
			d.bad = true
			return
		}
		if d.i < len(d.b) && d.b[d.i] <= ' ' {
			d.space()
		}
		child := m
		if m != secret && d.i < len(d.b) && (!packages || !isRelease(d.b[d.i:])) {
			if d.s.slowNames || mayBeSecret(name, small) {
				if named := d.modeOf(name, depth); named != plain {
					child = named
				}
			}
			switch {
			case len(name) > 6:
			case isLabel(name):
				if d.b[d.i] == '"' && (string(name) != "type" || d.startsWith(`"password"`)) {
					label = d.i
				}
			case isLabelled(name):
				if label >= 0 {
					said, label = d.modeOfText(label), -1
				} else if !peeked && (d.b[d.i] != '[' || len(name) < 6) { // the values of an event are its exceptions
					said = d.peek()
				}
				peeked = true
				if said != plain {
					child = said
				}
			}
			switch {
			case string(name) == "infer_ip" && string(own) == "settings" && d.nested == 0:
				d.hideIP = d.hideIP || d.b[d.i] != 'n' && !d.startsWith(`"auto"`)
			}
		}
		d.value(child, name, depth)
		d.space()
		if d.eat('}') {
			return
		}
		if !d.eat(',') {
			d.bad = true
			return
		}
		d.space()
	}
}

// otlpOption is how an option starts in a list of OTLP's, of process.command_args.
const otlpOption = `{"stringValue":"-`

// array walks an array. Of [["cookie", "a=b"]] the second is a cookie, as in lists of headers; so is what follows
// "Cookie" in a flat list of headers, and what follows "--token" in a list of arguments.
func (d *document) array(m mode, own []byte, depth int) {
	d.i++
	d.space()
	if depth > jsonx.MaxDepth {
		d.bad = true
		return
	}
	if d.eat(']') {
		return
	}
	pair := own == nil && depth > 1
	flat := string(own) == "rawHeaders" || string(own) == "raw_headers"
	next, inKey := m, false
	for n := 0; !d.bad; n++ {
		child := next
		next = m
		if child != secret && d.startsWith(otlpOption) {
			next = d.modeOfOption(d.i + len(otlpOption) - len(`"-`))
		}
		if d.i < len(d.b) && d.b[d.i] == '"' && child != secret {
			switch {
			case pair && n == 0, flat && n%2 == 0:
				next = d.modeOfText(d.i)
			case d.startsWith(`"-`), d.startsWith(`"\`):
				next = d.modeOfOption(d.i)
			}
		}
		if pair && n > 0 {
			next = child
		}
		if d.i < len(d.b) && d.b[d.i] == '"' {
			start := d.i + 1
			if inKey {
				child = secret
			}
			d.leaf(child)
			if !d.bad {
				inKey = !d.s.settings.Off && opensKey(d.b[start:d.i-1], inKey) // a private key in lines
			}
		} else {
			d.value(child, nil, depth)
		}
		d.space()
		if d.eat(']') {
			return
		}
		if !d.eat(',') {
			d.bad = true
			return
		}
		d.space()
	}
}
