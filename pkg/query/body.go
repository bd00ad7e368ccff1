package query

import (
	"bytes"
	"encoding/json"
	"errors"
	"mime"
	"reflect"
	"strconv"
	"strings"

	"github.com/trivetlabs/trivet/pkg/jsonx"
	"github.com/trivetlabs/trivet/pkg/web"
)

// maxBody bounds the bodies of changes, in bytes.
const maxBody = 64 << 10

// decodeBody reads a request's body, one JSON object of at most limit bytes, into a T. A member that T doesn't have is
// refused, for one that is misspelt and ignored would look as if it had worked. The body must call itself
// application/json: no form of another page can send that without being asked for leave first.
// The error is web.ErrMember with the member's name, web.ErrMedia, web.ErrBody or web.ErrTooLarge, wrapped.
func decodeBody[T any](r *request, limit int) (body T, err error) {
	if media, _, err := mime.ParseMediaType(r.http.Request().Header.Get("Content-Type")); err != nil || media != "application/json" {
		return body, web.Refused(web.ErrMedia, "want application/json")
	}
	text, err := readBody(r, limit)
	if err != nil {
		return body, err
	}
	var syntax *jsonx.SyntaxError
	if err := jsonx.Check(text); errors.As(err, &syntax) {
		return body, web.Refused(web.ErrBody, syntax.Error())
	}
	if jsonx.NewReader(text).Kind() != jsonx.Object {
		return body, web.Refused(web.ErrBody, "want an object")
	}
	if err := strictly(text, &body); err != nil {
		var none T
		return none, wrongBody[T](text, err)
	}
	return body, nil
}

// strictly reads checked JSON and refuses unknown members.
func strictly(text []byte, into any) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	return decoder.Decode(into)
}

// wrongBody says which member is wrong, with nothing of its value.
func wrongBody[T any](text []byte, err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		return wrongMember(wrong.Field, "want "+wanted(wrong.Type))
	}
	if quoted, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		name, _ := strconv.Unquote(quoted) // empty is a name that can't be shown
		return wrongMember(name, "unknown")
	}
	// A type of its own, like a time, told what is wrong with the text but not where: it is what fails by itself.
	var members map[string]json.RawMessage
	_ = json.Unmarshal(text, &members) // it was checked
	for name, value := range members {
		var alone T
		if strictly(append(append(append([]byte("{"), jsonx.AppendString(nil, name)...), ':'), append(value, '}')...), &alone) != nil {
			return wrongMember(name, "want its documented form")
		}
	}
	return web.Refused(web.ErrMember, "some member has not its documented form")
}

// wrongMember refuses a member of the body. The name may be the client's, so that only a plain one is repeated.
func wrongMember(name, want string) error {
	odd := strings.ContainsFunc(name, func(r rune) bool { return (r|0x20 < 'a' || r|0x20 > 'z') && r != '_' && r != '.' })
	if odd || name == "" || len(name) > 64 {
		name = "a member"
	}
	return &web.RefusedError{Kind: web.ErrMember, Detail: name + ": " + want, Fields: map[string]string{name: want}}
}

func wanted(t reflect.Type) string {
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Int, reflect.Int64, reflect.Int32:
		return "a whole number"
	case reflect.Float64:
		return "a number"
	}
	return "an object"
}
