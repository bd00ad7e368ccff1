package native

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/jsonx"
)

// maxPartHeader bounds the header lines of one part, in bytes. Browsers write two.
const maxPartHeader = 16 << 10

// A File is a file in a form.
type File struct {
	Name, Type string
	Data       []byte
}

// ParseMultipart reads a multipart/form-data body (RFC 7578); its boundary is that of contentType or, where a
// client lost it, the body's first line. A file that is the event itself, as FormJSON looks for it, is returned
// as a field: FormData makes a file of every Blob. The error is event.ErrInvalid or event.ErrTooLarge, wrapped.
func ParseMultipart(body []byte, contentType string) (fields []Field, files []File, err error) {
	boundary := boundaryOf(body, contentType)
	if boundary == "" {
		return nil, nil, fmt.Errorf("%w: multipart without a boundary", event.ErrInvalid)
	}
	parts := multipart.NewReader(bytes.NewReader(body), boundary)
	for n := 0; ; n++ {
		part, err := parts.NextRawPart()
		switch {
		case errors.Is(err, io.EOF):
			if len(fields) == 0 && len(files) == 1 && StartsJSON(files[0].Data) && jsonx.Check(files[0].Data) == nil {
				return []Field{{"event", string(files[0].Data)}}, nil, nil
			}
			return fields, files, nil
		case err != nil:
			return nil, nil, fmt.Errorf("%w: multipart body is cut off or malformed", event.ErrInvalid)
		case n == MaxFields:
			return nil, nil, tooManyFields()
		case headerSize(part) > maxPartHeader:
			return nil, nil, fmt.Errorf("%w: part with a header over %d bytes", event.ErrTooLarge, maxPartHeader)
		}
		data, err := io.ReadAll(part)
		if err != nil {
			return nil, nil, fmt.Errorf("%w: multipart body is cut off", event.ErrInvalid)
		}
		name, file := part.FormName(), part.FileName()
		switch {
		case file == "" && name != "", (name == "event" || name == "data") && StartsJSON(data):
			fields = append(fields, Field{name, string(data)})
		case file != "":
			files = append(files, File{Name: file, Type: part.Header.Get("Content-Type"), Data: data})
		}
	}
}

func boundaryOf(body []byte, contentType string) string {
	if kind, params, err := mime.ParseMediaType(contentType); err == nil && kind == "multipart/form-data" && params["boundary"] != "" {
		return params["boundary"]
	}
	line, _, _ := bytes.Cut(body[:min(len(body), 200)], []byte{'\n'})
	boundary, ok := bytes.CutPrefix(bytes.TrimRight(line, "\r"), []byte("--"))
	if !ok {
		return ""
	}
	return string(boundary)
}

func headerSize(part *multipart.Part) (n int) {
	for name, values := range part.Header {
		for _, value := range values {
			n += len(name) + len(value)
		}
	}
	return n
}
