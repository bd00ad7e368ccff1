package pack

import (
	"bytes"
	"fmt"
	"time"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// Parse reads the record at the start of b and returns what follows it. Raw and Bytes share memory with b. The
// error is ErrNewer or ErrCorrupt, wrapped.
func Parse(b []byte) (r Record, rest []byte, err error) {
	end := bytes.IndexByte(b, '\n')
	if end < 0 {
		return r, nil, fmt.Errorf("%w: header line without an end", ErrCorrupt)
	}
	line, body := b[:end], b[end+1:]
	if err := jsonx.Check(line); err != nil {
		return r, nil, fmt.Errorf("%w: header: %w", ErrCorrupt, err)
	}
	version, length, day := 0, -1, ""
	for j, key := range fields(line) {
		switch key {
		case "v":
			version = j.Int()
		case "id":
			r.ID = readID(j)
		case "project":
			n, _ := j.Float()
			r.Project = int64(n)
		case "day":
			day = j.Str()
		case "fallback":
			r.Fallback, _ = j.Bool()
		case "received":
			r.Received = event.ParseTime(j.Str()).Truncate(time.Microsecond)
		case "protocol":
			r.Protocol = j.Str()
		case "ip":
			r.IP = j.Str()
		case "ua":
			r.UA = j.Str()
		case "sdk":
			r.SDK = j.Str()
		case "sent_at":
			r.SentAt = event.ParseTime(j.Str()).Truncate(time.Microsecond)
		case "group":
			r.Group = readID(j)
		case "kind":
			r.Kind = Kind(j.Str())
		case "of":
			r.Of = readID(j)
		case "name":
			r.Name = j.Str()
		case "type":
			r.Type = j.Str()
		case "http":
			r.HTTP = readHTTP(j)
		case "len":
			length = j.Int()
		}
	}
	if version > Version {
		return r, nil, fmt.Errorf("%w: v%d, this worker knows v%d", ErrNewer, version, Version)
	}
	r.Day, _ = event.ParseDay(day) // Check finds a bad one
	if version < 1 {
		return r, nil, fmt.Errorf("%w: header without a version", ErrCorrupt)
	}
	if length < 0 || length >= len(body) || body[length] != '\n' {
		return r, nil, fmt.Errorf("%w: length does not fit", ErrCorrupt)
	}
	r.Raw = body[:length:length]
	size := end + 1 + length + 1
	r.Bytes = b[:size:size]
	return r, b[size:], nil
}

func fields(line []byte) func(func(*jsonx.Reader, string) bool) {
	return func(yield func(*jsonx.Reader, string) bool) {
		j := jsonx.NewReader(line)
		for key := range j.Fields() {
			if !yield(j, string(key)) {
				return
			}
		}
	}
}

func readID(j *jsonx.Reader) event.ID {
	id, _ := event.ParseID(j.Str()) // a bad one is zero, which Parse refuses where it matters
	return id
}

func readHTTP(j *jsonx.Reader) (h HTTP) {
	for key := range j.Fields() {
		switch string(key) {
		case "release":
			h.Release = j.Str()
		case "environment":
			h.Environment = j.Str()
		case "content_type":
			h.ContentType = j.Str()
		case "origin":
			h.Origin = j.Str()
		case "referer":
			h.Referer = j.Str()
		case "brands":
			h.Brands = j.Str()
		case "platform":
			h.Platform = j.Str()
		case "mobile":
			h.Mobile = j.Str()
		case "local":
			h.Local, _ = j.Bool()
		}
	}
	return h
}
