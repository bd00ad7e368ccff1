package service

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/rs/zerolog"
)

// A Server is an HTTP listener to be served. Certificate and Key are files; both empty means plain HTTP.
type Server struct {
	Name        string
	Addr        string // host:port; port 0 takes a free one
	Handler     http.Handler
	Certificate string
	Key         string
}

// Bounds of every listener: a client that is slower than these is cut off.
const (
	readHeaderTimeout = 5 * time.Second
	readTimeout       = 30 * time.Second
	writeTimeout      = 60 * time.Second // pprof profiles take 30 s
	idleTimeout       = 2 * time.Minute
	maxHeaderBytes    = 64 << 10
	drainTimeout      = 15 * time.Second
)

// A Listener is a Server that is being served.
type Listener struct {
	http *http.Server
	addr net.Addr
	log  zerolog.Logger
	tls  bool
	err  chan error
}

// Serve starts serving and returns once the address is bound. Close stops it.
func Serve(ctx context.Context, log zerolog.Logger, s Server) (*Listener, error) {
	var lc net.ListenConfig
	ln, err := lc.Listen(ctx, "tcp", s.Addr)
	if err != nil {
		return nil, fmt.Errorf("listen for %s: %w", s.Name, err)
	}
	l := &Listener{
		http: &http.Server{
			Handler: s.Handler, ReadHeaderTimeout: readHeaderTimeout, ReadTimeout: readTimeout,
			WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
		},
		addr: ln.Addr(), log: log.With().Str("listener", s.Name).Logger(), tls: s.Certificate != "", err: make(chan error, 1),
	}
	if l.tls {
		certificate, err := tls.LoadX509KeyPair(s.Certificate, s.Key)
		if err != nil {
			_ = ln.Close()
			return nil, fmt.Errorf("load certificate of %s: %w", s.Name, err)
		}
		l.http.TLSConfig = &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"h2", "http/1.1"}}
		ln = tls.NewListener(ln, l.http.TLSConfig)
	}
	go func() {
		err := l.http.Serve(ln)
		if errors.Is(err, http.ErrServerClosed) {
			err = nil
		}
		l.err <- err
	}()
	l.log.Info().Stringer("addr", l.addr).Bool("tls", l.tls).Msg("listening")
	return l, nil
}

// Addr returns the bound address, host:port.
func (l *Listener) Addr() string { return l.addr.String() }

// URL returns the address as a URL that a program on this machine can call.
func (l *Listener) URL() string {
	host, port, err := net.SplitHostPort(l.Addr())
	if err != nil {
		return l.Addr()
	}
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() {
		host = "127.0.0.1"
	}
	scheme := "http"
	if l.tls {
		scheme = "https"
	}
	return scheme + "://" + net.JoinHostPort(host, port)
}

// Wait returns when ctx ends or serving failed.
func (l *Listener) Wait(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return nil
	case err := <-l.err:
		return err
	}
}

// Close stops accepting, lets running requests finish for at most 15 s, and closes what is left.
func (l *Listener) Close() {
	ctx, cancel := context.WithTimeout(context.Background(), drainTimeout)
	defer cancel()
	if err := l.http.Shutdown(ctx); err != nil {
		l.log.Warn().Err(err).Msg("requests were still running; their connections are closed")
		_ = l.http.Close()
	}
}
