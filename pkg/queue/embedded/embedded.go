// Package embedded runs a NATS server inside this process: for standalone and for tests. Every write is
// on disk before it is confirmed.
package embedded

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"strconv"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Config of a server.
type Config struct {
	Dir      string // of the streams; kept over restarts
	Addr     string // host:port; port 0 takes a free one, "" is 127.0.0.1:0
	Password string // of the user "trivet"; "" lets everybody in who can reach Addr
	MaxStore int64  // bytes on disk for all streams; 0 lets the server choose by the free space
}

const (
	startTimeout = 30 * time.Second
	// maxPayload must hold the largest pack: a request of 8 MiB that doesn't compress, and its headers.
	maxPayload = 16 << 20
	user       = "trivet"
)

// A Server is a running NATS server.
type Server struct {
	nats     *server.Server
	password string
}

// Start returns when clients can connect and JetStream is up.
func Start(cfg Config) (*Server, error) {
	if cfg.Addr == "" {
		cfg.Addr = "127.0.0.1:0"
	}
	host, portText, err := net.SplitHostPort(cfg.Addr)
	if err != nil {
		return nil, fmt.Errorf("NATS address: %w", err)
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("NATS address: %w", err)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	options := &server.Options{
		ServerName: "trivet", Host: host, Port: port, NoSigs: true, NoLog: true,
		JetStream: true, StoreDir: cfg.Dir, SyncAlways: true, MaxPayload: maxPayload,
		JetStreamMaxStore: cfg.MaxStore, JetStreamMaxMemory: 64 << 20,
		MaxPending: 64 << 20, WriteDeadline: 10 * time.Second,
	}
	if cfg.Password != "" {
		options.Username, options.Password = user, cfg.Password
	}
	s, err := server.NewServer(options)
	if err != nil {
		return nil, fmt.Errorf("configure NATS: %w", err)
	}
	go s.Start()
	if !s.ReadyForConnections(startTimeout) {
		s.Shutdown()
		return nil, errors.New("start NATS: not ready (is the address in use?)")
	}
	if !s.JetStreamEnabled() {
		s.Shutdown()
		return nil, fmt.Errorf("start NATS: JetStream can't use %s", cfg.Dir)
	}
	return &Server{s, cfg.Password}, nil
}

// URL returns what clients connect to, with the password in it.
func (s *Server) URL() string {
	u := url.URL{Scheme: "nats", Host: s.nats.Addr().String()}
	if s.password != "" {
		u.User = url.UserPassword(user, s.password)
	}
	return u.String()
}

// Close stops the server and waits until its files are closed.
func (s *Server) Close() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}
