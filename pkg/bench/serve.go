package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"

	"github.com/labstack/echo/v4"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/trivetlabs/trivet/pkg/queue/embedded"
)

// serveNATS is a NATS server with a process of its own: every write is on disk before its PubAck. argument
// is the folder of its streams.
func serveNATS(ctx context.Context, argument string) error {
	var dir string
	if err := json.Unmarshal([]byte(argument), &dir); err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	server, err := embedded.Start(embedded.Config{Dir: dir})
	if err != nil {
		return err
	}
	defer server.Close()
	if ctx, err = announce(ctx, server.URL()); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

// maxBody is more than any body of the load.
const maxBody = 64 << 10

// readBody reads a body whole, as every edge must, in one allocation of its size.
func readBody(c echo.Context) ([]byte, error) {
	r := c.Request()
	if r.ContentLength < 0 || r.ContentLength > maxBody {
		return nil, echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	body := make([]byte, r.ContentLength)
	if _, err := io.ReadFull(r.Body, body); err != nil {
		return nil, echo.NewHTTPError(http.StatusBadRequest).SetInternal(err)
	}
	return body, nil
}

// accepted answers as ingest does, with a body of the same size.
func accepted(c echo.Context) error {
	return c.JSONBlob(http.StatusOK, []byte(`{"id":"00000000000000000000000000000000"}`))
}

// serveEcho is the floor of every edge: it looks up the key, reads the body, answers and forgets.
func serveEcho(ctx context.Context, _ string) error {
	return serveEnvelopes(ctx, func(c echo.Context) error {
		if _, err := readBody(c); err != nil {
			return err
		}
		return accepted(c)
	})
}

// serveNaiveEdge is the edge one would write first: each request is one publish, answered after its PubAck.
// argument is the URL of NATS.
func serveNaiveEdge(ctx context.Context, argument string) error {
	js, closeNATS, err := openNaive(argument)
	if err != nil {
		return err
	}
	defer closeNATS()
	return serveEnvelopes(ctx, func(c echo.Context) error { //nolint:contextcheck // the request brings its own
		body, err := readBody(c)
		if err != nil {
			return err
		}
		if _, err := js.Publish(c.Request().Context(), naiveSubject+c.Param("project"), body); err != nil {
			return echo.NewHTTPError(http.StatusServiceUnavailable).SetInternal(err)
		}
		return accepted(c)
	})
}

// openNaive connects a naive role to the NATS server whose URL is argument.
func openNaive(argument string) (jetstream.JetStream, func(), error) {
	var url string
	if err := json.Unmarshal([]byte(argument), &url); err != nil {
		return nil, nil, fmt.Errorf("read URL: %w", err)
	}
	return connect(url)
}

func connect(url string) (jetstream.JetStream, func(), error) {
	nc, err := nats.Connect(url)
	if err != nil {
		return nil, nil, fmt.Errorf("connect to NATS: %w", err)
	}
	js, err := jetstream.New(nc)
	if err != nil {
		nc.Close()
		return nil, nil, fmt.Errorf("use JetStream: %w", err)
	}
	return js, nc.Close, nil
}

// serveEnvelopes serves handle for envelopes whose key is known until ctx or the parent ends.
func serveEnvelopes(ctx context.Context, handle echo.HandlerFunc) error {
	keys := map[string]bool{}
	for id := 1; id <= projects; id++ {
		keys[projectKey(id)] = true
	}
	e := echo.New()
	e.POST("/api/:project/envelope/", func(c echo.Context) error {
		if !keys[c.QueryParam("sentry_key")] {
			return echo.NewHTTPError(http.StatusForbidden)
		}
		return handle(c)
	})
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: e} // a floor has no timeouts, and only we can reach it
	if ctx, err = announce(ctx, "http://"+ln.Addr().String()); err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { _ = server.Close() })
	defer stop()
	if err := server.Serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}
