package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
	"time"
)

// A conn is one keep-alive connection that knows as much HTTP/1.1 as it must: a client that did more would
// take the CPU that is being measured.
type conn struct {
	addr string
	net  net.Conn
	stop func() bool
	out  []byte
	in   [4096]byte
}

const dialTimeout = 5 * time.Second

func (c *conn) open(ctx context.Context) error {
	dialer := net.Dialer{Timeout: dialTimeout}
	var err error
	if c.net, err = dialer.DialContext(ctx, "tcp", c.addr); err != nil {
		return err
	}
	opened := c.net
	c.stop = context.AfterFunc(ctx, func() { _ = opened.Close() })
	return nil
}

func (c *conn) close() {
	if c.net != nil {
		c.stop()
		_ = c.net.Close()
		c.net = nil
	}
}

// post sends a request as an event of its own and returns its id and the status of the answer. After an
// error the next post opens a new connection.
func (c *conn) post(ctx context.Context, r *request, at time.Time, rng *rand.Rand) (id [16]byte, status int, err error) {
	if c.net == nil {
		if err := c.open(ctx); err != nil {
			return id, 0, err
		}
	}
	c.out = append(c.out[:0], r.bytes...)
	id = r.fill(c.out, at, rng)
	status, err = c.exchange()
	if err != nil {
		c.close()
	}
	return id, status, err
}

// exchange writes c.out and reads one answer.
func (c *conn) exchange() (status int, err error) {
	if _, err := c.net.Write(c.out); err != nil {
		return 0, err
	}
	n, end := 0, 0
	for end == 0 {
		if n == len(c.in) {
			return 0, errors.New("the head of the answer is too long")
		}
		m, err := c.net.Read(c.in[n:])
		if err != nil {
			return 0, err
		}
		n += m
		end = bytes.Index(c.in[:n], []byte("\r\n\r\n")) + 4
		if end < 4 {
			end = 0
		}
	}
	status, length, err := readHead(c.in[:end])
	if err != nil {
		return 0, err
	}
	for left := length - (n - end); left > 0; {
		m, err := c.net.Read(c.in[:min(left, len(c.in))])
		if err != nil {
			return 0, err
		}
		left -= m
	}
	return status, nil
}

// readHead reads status and Content-Length of an answer's head; an answer without one has no body.
func readHead(head []byte) (status, length int, err error) {
	if len(head) < 12 || !bytes.HasPrefix(head, []byte("HTTP/1.1 ")) {
		return 0, 0, fmt.Errorf("no HTTP/1.1 answer: %q", head[:min(len(head), 20)])
	}
	if status, err = strconv.Atoi(string(head[9:12])); err != nil {
		return 0, 0, fmt.Errorf("read status: %w", err)
	}
	const field = "\r\nContent-Length: "
	_, rest, found := bytes.Cut(head, []byte(field))
	if !found {
		if bytes.Contains(head, []byte("\r\nTransfer-Encoding:")) {
			return 0, 0, errors.New("the answer is chunked")
		}
		return status, 0, nil
	}
	value, _, _ := bytes.Cut(rest, []byte("\r"))
	if length, err = strconv.Atoi(string(value)); err != nil || length < 0 {
		return 0, 0, fmt.Errorf("read length of the answer: %q", value)
	}
	return status, length, nil
}
