package command

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"time"

	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/queue"
)

func streamCommands() []command {
	var count uint64
	return []command{
		{
			name: "stream state", summary: "tell what the streams hold",
			run: func(ctx context.Context, c *call) error {
				return withQueue(ctx, func(q *queue.Queue) error { return streamState(ctx, c, q) })
			},
		},
		{
			name: "stream view", args: "SEQUENCE", summary: "show the packs of EVENTS from a sequence on, with the events in them as clients sent them",
			flags: func(f *flag.FlagSet) { f.Uint64Var(&count, "n", 1, "how many packs") },
			run: func(ctx context.Context, c *call) error {
				if len(c.args) != 1 {
					return errUsage
				}
				from, err := number("SEQUENCE", c.args[0])
				if err != nil {
					return err
				}
				return withQueue(ctx, func(q *queue.Queue) error {
					for seq := uint64(from); seq < uint64(from)+max(count, 1); seq++ { // number is positive
						if err := viewPack(ctx, c, q, seq); err != nil {
							return err
						}
					}
					return nil
				})
			},
		},
	}
}

func streamState(ctx context.Context, c *call, q *queue.Queue) error {
	states := map[string]queue.State{}
	for _, name := range []string{queue.Events, queue.DeadLetters} {
		state, err := q.State(ctx, name)
		if err != nil {
			return err
		}
		states[name] = state
	}
	source, err := q.Bind(ctx, queue.Events, queue.Workers)
	if err != nil {
		return err
	}
	backlog, err := source.Backlog(ctx)
	if err != nil {
		return err
	}
	v := map[string]any{"streams": states, "backlog": map[string]any{
		"pending": backlog.Pending, "ack_pending": backlog.AckPending, "ack_floor": backlog.AckFloor,
	}}
	return c.print(v, func(w io.Writer) {
		fmt.Fprintln(w, "STREAM\tMESSAGES\tBYTES\tOF\tSEQUENCES\tOLDEST")
		for _, name := range []string{queue.Events, queue.DeadLetters} {
			s := states[name]
			fmt.Fprintf(w, "%s\t%d\t%d\t%d\t%d–%d\t%s\n", name, s.Messages, s.Bytes, s.MaxBytes, s.First, s.Last, oldest(s))
		}
		fmt.Fprintf(w, "\nworkers: %d packs waiting, %d delivered and not acknowledged\n", backlog.Pending, backlog.AckPending)
	})
}

func oldest(s queue.State) string {
	if s.Messages == 0 {
		return "-"
	}
	return s.Oldest.Format(time.DateTime)
}

func viewPack(ctx context.Context, c *call, q *queue.Queue, sequence uint64) error {
	msg, err := q.Message(ctx, sequence)
	if err != nil {
		return err
	}
	body, err := pack.NewCodec().Inflate(nil, msg.Body)
	if err != nil {
		return err
	}
	records, err := pack.Records(body)
	if err != nil {
		return err
	}
	v := map[string]any{"sequence": msg.Sequence, "subject": msg.Subject, "pack": msg.Pack, "time": msg.Time, "bytes": len(msg.Body), "records": pointers(records)}
	return c.print(v, func(w io.Writer) {
		fmt.Fprintf(w, "pack %s, sequence %d, %s: %d events, %d bytes\n", printable(msg.Pack), msg.Sequence, msg.Time.Format(time.RFC3339Nano), len(records), len(msg.Body))
		for i := range records {
			if line, err := json.Marshal(&records[i]); err == nil {
				fmt.Fprintln(w, printable(string(line)))
			}
		}
	})
}

// pointers lets the records' MarshalJSON be found.
func pointers(records []pack.Record) []*pack.Record {
	out := make([]*pack.Record, len(records))
	for i := range records {
		out[i] = &records[i]
	}
	return out
}
