package main

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/trivetlabs/trivet/pkg/queue"
)

// An edge is one of the servers whose acceptance is compared.
type edge struct {
	name, addr string
	processes  []process
	ours       *child // our ingest, which can be profiled; nil for the others
}

// measureHTTP lets bare Echo, the naive edge and our ingest answer the same bodies in a closed loop, one
// after the other for each number of connections. Both edges publish to the same NATS server.
func (b *bench) measureHTTP(ctx context.Context) error {
	p, err := b.startPipeline(ctx, nil)
	if err != nil {
		return err
	}
	defer p.stop()
	bare, bareURL, err := b.serve(ctx, "echo", "role-echo", nil)
	if err != nil {
		return err
	}
	defer bare.stop()
	if err := makeNaiveStream(ctx, p.js); err != nil {
		return err
	}
	naive, naiveURL, err := b.serve(ctx, "naive-edge", "role-naive-edge", p.natsURL)
	if err != nil {
		return err
	}
	defer naive.stop()
	edges := []edge{
		{"bare Echo", hostOf(bareURL), []process{bare.process()}, nil},
		{"naive edge", hostOf(naiveURL), []process{naive.process(), p.nats.process()}, nil},
		{"ingest", p.addr, []process{p.ingest.process(), p.nats.process()}, p.ingest},
	}
	for _, connections := range b.plan.Connections {
		for _, e := range edges {
			if err := b.measureEdge(ctx, p, e, connections); err != nil {
				return fmt.Errorf("%s: %w", e.name, err)
			}
		}
	}
	return nil
}

// measureEdge adds one sample of one edge.
func (b *bench) measureEdge(ctx context.Context, p *pipeline, e edge, connections int) error {
	before, err := p.q.State(ctx, queue.Events)
	if err != nil {
		return err
	}
	var m *meter
	profiles := func() {}
	result, err := b.load(ctx, loadSpec{Addr: e.addr, Connections: connections, Seconds: b.plan.HTTP.Seconds()}, func() {
		if e.ours != nil && connections > 1 {
			profiles = b.profile(ctx, fmt.Sprintf("%d-connections", connections), b.plan.HTTP, e.ours)
		}
		m = newMeter(e.processes...)
	})
	profiles()
	if err != nil {
		return err
	}
	s := sample{}
	m.into(s, result.Accepted)
	result.into(s)
	if e.ours != nil {
		after, err := p.q.State(ctx, queue.Events)
		if err != nil {
			return err
		}
		s["events_per_pack"] = float64(result.Accepted) / float64(max(after.Messages-before.Messages, 1))
		s["queue_bytes"] = float64(after.Bytes-before.Bytes) / float64(max(result.Accepted, 1))
	}
	b.add(atConnections(e.name, connections), s)
	return nil
}

// atConnections names a measurement of an edge.
func atConnections(name string, connections int) string {
	if connections == 1 {
		return name + ", 1 connection"
	}
	return fmt.Sprintf("%s, %d connections", name, connections)
}

// naiveStream is where the naive design keeps its events, one a message.
const (
	naiveStream   = "NAIVE"
	naiveSubject  = "naive."
	naiveConsumer = "naive"
)

func makeNaiveStream(ctx context.Context, js jetstream.JetStream) error {
	_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: naiveStream, Subjects: []string{naiveSubject + "*"}, Storage: jetstream.FileStorage})
	if err != nil {
		return fmt.Errorf("make stream %s: %w", naiveStream, err)
	}
	_, err = js.CreateOrUpdateConsumer(ctx, naiveStream, jetstream.ConsumerConfig{
		Durable: naiveConsumer, AckPolicy: jetstream.AckExplicitPolicy, AckWait: time.Minute, MaxAckPending: 20_000,
	})
	if err != nil {
		return fmt.Errorf("make consumer %s: %w", naiveConsumer, err)
	}
	return nil
}
