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

// A Server is a running NATS server. Its methods must not be called at once.
type Server struct {
	nats *server.Server
	cfg  Config
}

// Start returns when clients can connect and JetStream is up.
func Start(cfg Config) (*Server, error) {
	s := &Server{cfg: cfg}
	if err := s.start(); err != nil {
		return nil, err
	}
	s.cfg.Addr = s.nats.Addr().String() // also after a restart
	return s, nil
}

func (s *Server) start() error {
	options, err := s.cfg.options()
	if err != nil {
		return err
	}
	nats, err := server.NewServer(options)
	if err != nil {
		return fmt.Errorf("configure NATS: %w", err)
	}
	go nats.Start()
	if !nats.ReadyForConnections(startTimeout) {
		nats.Shutdown()
		return errors.New("start NATS: not ready (is the address in use?)")
	}
	if !nats.JetStreamEnabled() {
		nats.Shutdown()
		return fmt.Errorf("start NATS: JetStream can't use %s", s.cfg.Dir)
	}
	s.nats = nats
	return nil
}

func (cfg Config) options() (*server.Options, error) {
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
	return options, nil
}

// URL returns what clients connect to, with the password in it.
func (s *Server) URL() string {
	u := url.URL{Scheme: "nats", Host: s.nats.Addr().String()}
	if s.cfg.Password != "" {
		u.User = url.UserPassword(user, s.cfg.Password)
	}
	return u.String()
}

// Healthy returns what is wrong with the server. A stream whose disk failed or was full takes nothing more,
// for safety, until the server is started again.
func (s *Server) Healthy() error {
	if h := s.nats.Healthz(&server.HealthzOptions{}); h.Error != "" {
		return fmt.Errorf("NATS: %s", h.Error)
	}
	return nil
}

// Restart stops the server and starts it again at the same address with the same streams.
func (s *Server) Restart() error {
	s.Close()
	return s.start()
}

// Close stops the server and waits until its files are closed.
func (s *Server) Close() {
	s.nats.Shutdown()
	s.nats.WaitForShutdown()
}
