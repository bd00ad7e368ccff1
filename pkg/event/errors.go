package event

import "errors"

// ErrInvalid means that bytes are not an event and never will be: never retry. The edge answers 400, the
// worker writes a dead letter.
var ErrInvalid = errors.New("not a valid event")

// ErrTooLarge means that a request is well-formed but over one of our limits: the client should drop it.
var ErrTooLarge = errors.New("over a size limit")
