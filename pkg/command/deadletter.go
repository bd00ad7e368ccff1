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

func deadLetterCommands() []command {
	var after, from uint64
	var limit int
	return []command{
		{
			name: "dlq list", summary: "list events that could not be written, with the reason",
			flags: func(f *flag.FlagSet) {
				f.Uint64Var(&after, "after", 0, "start behind this sequence")
				f.IntVar(&limit, "n", 50, "how many")
			},
			run: func(ctx context.Context, c *call) error {
				return withQueue(ctx, func(q *queue.Queue) error {
					letters, err := q.DeadLettersAfter(ctx, after, limit)
					if err != nil {
						return err
					}
					if letters == nil {
						letters = []queue.DeadLetter{} // [] in JSON
					}
					return c.print(letters, func(w io.Writer) {
						fmt.Fprintln(w, "SEQUENCE\tTIME\tPROJECT\tEVENT\tREASON\tERROR")
						for _, d := range letters {
							fmt.Fprintf(w, "%d\t%s\t%d\t%s\t%s\t%s\n", d.Sequence, d.Time.Format(time.DateTime), d.Project, d.EventID, d.Reason, printable(d.Error))
						}
					})
				})
			},
		},
		{name: "dlq show", args: "SEQUENCE", summary: "show one of them with its bytes", run: showDeadLetter},
		{
			name: "dlq retry", summary: "offer them to the workers once more, with today's code; what fails again stays",
			flags: func(f *flag.FlagSet) { f.Uint64Var(&from, "from", 1, "first sequence to offer") },
			run: func(ctx context.Context, c *call) error {
				return withQueue(ctx, func(q *queue.Queue) error {
					if err := q.RetryDeadLetters(ctx, from); err != nil {
						return err
					}
					return c.print(map[string]any{"resumed": true, "from": from}, func(w io.Writer) {
						fmt.Fprintln(w, "the workers try the dead letters again; `trivet dlq pause` stops that")
					})
				})
			},
		},
		{
			name: "dlq pause", summary: "stop offering dead letters to the workers",
			run: func(ctx context.Context, c *call) error {
				return withQueue(ctx, func(q *queue.Queue) error {
					if err := q.PauseDeadLetters(ctx); err != nil {
						return err
					}
					return c.print(map[string]bool{"paused": true}, func(w io.Writer) { fmt.Fprintln(w, "paused") })
				})
			},
		},
	}
}

func showDeadLetter(ctx context.Context, c *call) error {
	if len(c.args) != 1 {
		return errUsage
	}
	seq, err := number("SEQUENCE", c.args[0])
	if err != nil {
		return err
	}
	return withQueue(ctx, func(q *queue.Queue) error {
		d, err := q.DeadLetter(ctx, uint64(seq)) // number is positive
		if err != nil {
			return err
		}
		v := struct {
			queue.DeadLetter
			Record any `json:"record"`
		}{d, d.Record} // bytes that are no record show as base64
		if r, _, err := pack.Parse(d.Record); err == nil {
			v.Record = &r
		}
		return c.print(v, func(w io.Writer) {
			fmt.Fprintf(w, "sequence\t%d\nproject\t%d\nevent\t%s\npack\t%s\nreason\t%s\nerror\t%s\n", d.Sequence, d.Project, d.EventID, d.Pack, d.Reason, printable(d.Error))
			if line, err := json.Marshal(v.Record); err == nil {
				fmt.Fprintf(w, "record\t%s\n", printable(string(line)))
			}
		})
	})
}
