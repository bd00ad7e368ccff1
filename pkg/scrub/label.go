package scrub

import (
	"bytes"

	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// modeOf is what a member's name says of the value at d.i.
func (d *document) modeOf(name []byte, depth int) mode {
	switch d.s.nameOf(name) {
	case spoken, strong, header:
		return secret
	case weak:
		if c := d.b[d.i]; c != '{' && c != '[' && (!d.visit || depth > 1) {
			return secret
		}
	case maybeWD:
		if !d.startsWith(`"/`) && !d.startsWith(`"\/`) && (len(d.b)-d.i < 3 || d.b[d.i+2] != ':') {
			return secret
		}
	}
	if d.s.hidesIP && isAddressName(name) {
		return visitor
	}
	return plain
}

// modeOfText is modeOf by the text that starts at i, of a key and value that are two values.
func (d *document) modeOfText(i int) mode {
	name := d.nameAt(i)
	if name == nil {
		return plain
	}
	if d.s.nameOf(name) != open {
		return secret
	}
	if d.s.hidesIP && isAddressName(name) {
		return visitor
	}
	return plain
}

// nameAt returns the text that starts at i, nil where it is too long to be a name.
func (d *document) nameAt(i int) []byte {
	e := document{edits: edits{b: d.b[:min(len(d.b), i+6*maxName+2)]}, i: i} // every letter may be escaped
	e.skipString()
	if e.bad || e.i > len(e.b) {
		return nil
	}
	name := bytesOf(d.b[i:e.i])
	if len(name) > maxName {
		return nil
	}
	return name
}

// modeOfOption is modeOfText for the options of a command line alone.
func (d *document) modeOfOption(i int) mode {
	name := d.nameAt(i)
	if len(name) < 3 || name[0] != '-' {
		return plain
	}
	for _, c := range name {
		if class[c] != inWord {
			return plain
		}
	}
	return d.modeOfText(i)
}

// modeOfOTLP is modeOfOption for {"stringValue": "--token"}, as OTLP has it in lists like process.command_args.
func (d *document) modeOfOTLP() mode {
	e := document{edits: edits{b: d.b}, i: d.i + 1}
	e.space()
	if !e.startsWith(`"stringValue"`) {
		return plain
	}
	e.i += len(`"stringValue"`)
	e.space()
	if !e.eat(':') {
		return plain
	}
	e.space()
	if !e.startsWith(`"-`) {
		return plain
	}
	return d.modeOfOption(e.i)
}

// peek looks behind the value at d.i for the text that names it: {"value": "x", "key": "password"}.
func (d *document) peek() mode {
	e := document{edits: edits{b: d.b}, i: d.i}
	e.skip()
	for e.space(); !e.bad && e.eat(','); e.space() {
		e.space()
		start := e.i
		e.skip()
		if e.bad {
			break
		}
		name := bytesOf(d.b[start:e.i])
		e.space()
		if !e.eat(':') {
			break
		}
		e.space()
		if e.i >= len(e.b) || e.b[e.i] == '{' || e.b[e.i] == '[' {
			break // a name stands beside its value; looking further would cost every exception
		}
		if isLabel(name) && e.b[e.i] == '"' && (string(name) != "type" || e.startsWith(`"password"`)) {
			return d.modeOfText(e.i)
		}
		e.skip()
	}
	return plain
}

func isLabel(name []byte) bool {
	switch string(name) {
	case "key", "name", "Key", "Name", "header", "field", "id", "type":
		return true
	}
	return false
}

func isLabelled(name []byte) bool {
	switch string(name) {
	case "value", "values", "Value", "Values", "val":
		return true
	}
	return false
}

// bytesOf returns what a string with its quotes says.
func bytesOf(quoted []byte) []byte {
	if len(quoted) < 2 {
		return nil
	}
	for _, c := range quoted {
		if c == '\\' {
			return []byte(jsonx.NewReader(quoted).Str())
		}
	}
	return quoted[1 : len(quoted)-1]
}

// isRelease tells whether the JSON text at the start of b is the version of a package: "1.2.3", "v0.4.0-beta".
func isRelease(b []byte) bool {
	b = bytes.TrimPrefix(b[:min(len(b), 16)], []byte(`"`))
	b = bytes.TrimPrefix(b, []byte("v"))
	major := 0
	for major < len(b) && isDigit(b[major]) {
		major++
	}
	return major > 0 && major+1 < len(b) && b[major] == '.' && isDigit(b[major+1])
}
