// Command sentrygo is a program that uses sentry-go as its users do: it captures an error with a cause and a
// message, and panics.
package main

import (
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/getsentry/sentry-go"
)

var errClosed = errors.New("socket closed")

func main() {
	err := sentry.Init(sentry.ClientOptions{Dsn: os.Getenv("DSN"), Release: "shop@1.4.2", Environment: "test", AttachStacktrace: true})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	sentry.CaptureException(fmt.Errorf("charge: %w", errClosed))
	sentry.CaptureMessage("told by Go")
	checkout()
	if !sentry.Flush(30 * time.Second) {
		fmt.Fprintln(os.Stderr, "not everything was sent")
		os.Exit(1)
	}
}

func checkout() {
	defer sentry.Recover()
	panic("cart is nil")
}
