package query

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"github.com/trivetlabs/trivet/pkg/web"
)

// Bounds of what is passed on and back. maxForward is the edge's limit of a request; an answer holds at
// most one log of 1 MiB, which escapes can make six times as long.
const (
	maxForward     = 2 << 20
	maxForwarded   = 8 << 20
	maxForwardedBy = 1 << 10 // bytes of X-Forwarded-For
)

// sentOn are the headers of a request that ingest needs, and sentBack those of its answer that the client
// needs. The User-Agent is what tells the browser of a log.
var (
	sentOn = []string{
		"Authorization", "Content-Type", "Content-Encoding", "Origin", "User-Agent", "Access-Control-Request-Method", "Access-Control-Request-Headers",
	}
	sentBack = []string{
		"Content-Type", "Retry-After", "Vary", "X-Sentry-Error", "X-Sentry-Rate-Limits", "Access-Control-Allow-Origin", "Access-Control-Allow-Credentials",
		"Access-Control-Allow-Headers", "Access-Control-Allow-Methods", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
	}
)

// A forwarder passes logs on to ingest, so that a mittens client writes and reads under one address.
type forwarder struct {
	url    *url.URL // of logs
	base   *url.URL
	client *http.Client
}

func newForwarder(ingest string) (*forwarder, error) {
	u, err := url.Parse(ingest)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" {
		return nil, errors.New("QUERY_INGEST_URL must be like http://host[:port][/path]")
	}
	transport := &http.Transport{
		DialContext:           (&net.Dialer{Timeout: 2 * time.Second}).DialContext,
		TLSHandshakeTimeout:   2 * time.Second,
		ResponseHeaderTimeout: 5 * time.Second, // ingest itself answers within 2 s of the last byte
		MaxConnsPerHost:       64,
		MaxIdleConnsPerHost:   16,
		IdleConnTimeout:       time.Minute,
		DisableCompression:    true,
	}
	client := &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	return &forwarder{u.JoinPath("api/v1/logs"), u, client}, nil
}

// send gives ingest a native event as a client with a key would, but without an Origin.
func (f *forwarder) send(ctx context.Context, key string, body []byte) error {
	out, err := http.NewRequestWithContext(ctx, http.MethodPost, f.base.JoinPath("t", key).String(), bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("send event: %w", err)
	}
	out.Header.Set("Content-Type", "application/json")
	answer, err := f.client.Do(out)
	if err != nil {
		return fmt.Errorf("%w: %w", web.ErrIngest, err)
	}
	defer func() { _ = answer.Body.Close() }()
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("%w: status %d", web.ErrIngest, answer.StatusCode)
	}
	return nil
}

// passOn gives a log to ingest and returns its answer. Nothing is kept in memory: the body goes through as
// it comes.
func (a *API) passOn(c echo.Context) error {
	in := c.Request()
	openToAll(in.Header, c.Response().Header())
	body := &countedBody{r: in.Body, left: maxForward}
	if in.ContentLength > maxForward {
		return web.Refused(web.ErrTooLarge, "body over 2 MiB")
	}
	to := *a.forward.url
	to.RawQuery = in.URL.RawQuery
	out, err := http.NewRequestWithContext(in.Context(), in.Method, to.String(), body)
	if err != nil {
		return fmt.Errorf("pass on log: %w", err)
	}
	out.ContentLength = in.ContentLength
	if in.ContentLength == 0 {
		out.Body = http.NoBody
	}
	for _, name := range sentOn {
		if values := in.Header.Values(name); len(values) > 0 {
			out.Header[name] = values[:1]
		}
	}
	out.Header.Set("X-Forwarded-For", forwardedFor(in))
	out.Header.Set(requestIDHeader, c.Response().Header().Get(requestIDHeader))
	answer, err := a.forward.client.Do(out)
	if err != nil {
		if body.err != nil {
			return body.err // the client's fault and not ingest's
		}
		return fmt.Errorf("%w: %w", web.ErrIngest, err)
	}
	defer func() { _ = answer.Body.Close() }()
	return passBack(c, answer)
}

// openToAll lets a page of any origin read the answer, also one that ingest doesn't give: what it says of
// origins is the same and replaces this.
func openToAll(in, out http.Header) {
	out.Set("Access-Control-Expose-Headers", "Retry-After, X-Sentry-Rate-Limits, X-Sentry-Error, X-Request-Id")
	if origin := in.Get("Origin"); origin != "" {
		out.Set("Access-Control-Allow-Origin", origin)
		out.Set("Access-Control-Allow-Credentials", "true")
		out.Set("Vary", "Origin")
	} else {
		out.Set("Access-Control-Allow-Origin", "*")
	}
}

// passBack writes ingest's answer. A 5xx other than 503 is a fault between us and ingest and becomes one.
func passBack(c echo.Context, answer *http.Response) error {
	if answer.StatusCode >= 300 && answer.StatusCode < 400 || answer.StatusCode >= 500 && answer.StatusCode != http.StatusServiceUnavailable {
		return fmt.Errorf("%w: status %d", web.ErrIngest, answer.StatusCode)
	}
	body, err := io.ReadAll(io.LimitReader(answer.Body, maxForwarded+1))
	if err != nil {
		return fmt.Errorf("%w: read its answer: %w", web.ErrIngest, err)
	}
	if len(body) > maxForwarded {
		return fmt.Errorf("%w: its answer is too long", web.ErrIngest)
	}
	h := c.Response().Header()
	for _, name := range sentBack {
		if values := answer.Header.Values(name); len(values) > 0 {
			h[name] = values[:1]
		}
	}
	c.Response().WriteHeader(answer.StatusCode)
	_, _ = c.Response().Write(body) // a client that went away is no error of ours
	return nil
}

// forwardedFor adds our peer to the addresses the request came by, the way ingest's list of trusted
// proxies reads them: from the right.
func forwardedFor(in *http.Request) string {
	peer, _, err := net.SplitHostPort(in.RemoteAddr)
	if err != nil {
		peer = in.RemoteAddr
	}
	before := strings.Join(in.Header.Values("X-Forwarded-For"), ", ")
	if before == "" || len(before) > maxForwardedBy {
		return peer
	}
	return before + ", " + peer
}

// A countedBody is a client's body of bounded length that remembers what was wrong with it.
type countedBody struct {
	r    io.ReadCloser
	left int64
	err  error
}

func (b *countedBody) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		b.err = web.Refused(web.ErrTooLarge, "body over 2 MiB")
		return 0, b.err
	}
	if err != nil && !errors.Is(err, io.EOF) {
		b.err = fmt.Errorf("%w: %w", web.ErrBody, err)
		return n, b.err
	}
	return n, err
}

func (b *countedBody) Close() error { return b.r.Close() }

func trimSlash(path string) string { return strings.TrimRight(path, "/") }
