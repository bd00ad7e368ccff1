package main

import (
	"context"
	"fmt"
)

// formConnections is the number of connections at which the forms are compared.
const formConnections = 64

// measureProtocols lets ingest take each form of event in a closed loop and tells what one costs it.
func (b *bench) measureProtocols(ctx context.Context) error {
	p, err := b.startPipeline(ctx, nil)
	if err != nil {
		return err
	}
	defer p.stop()
	for _, f := range forms {
		var m *meter
		spec := loadSpec{Addr: p.addr, Form: f.name, Connections: formConnections, Seconds: b.plan.Form.Seconds()}
		result, err := b.load(ctx, spec, func() { m = newMeter(p.ingest.process(), p.nats.process()) })
		if err == nil && result.refused() > 0 {
			err = fmt.Errorf("%d requests refused: %v", result.refused(), result.Status)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.name, err)
		}
		s := sample{}
		events := result.Accepted * int64(f.events)
		m.into(s, events)
		result.into(s)
		s["rate"] = float64(events) / result.Seconds
		b.add("ingest: "+f.name, s)
	}
	return nil
}
