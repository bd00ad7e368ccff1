package queue

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/trivetlabs/trivet/pkg/event"
)

// A DeadLetter is one event that can't be written, with the reason.
type DeadLetter struct {
	Sequence uint64    `json:"sequence"`
	Project  int64     `json:"project_id"` // 0 when nobody could tell
	EventID  event.ID  `json:"event_id"`
	Pack     event.ID  `json:"pack_id"`
	Reason   string    `json:"reason"` // one word: invalid, corrupt, unscrubbed, rejected
	Error    string    `json:"error"`
	Time     time.Time `json:"time"`
	Record   []byte    `json:"-"` // scrubbed, as package pack writes one; without Raw where that can't be, empty for a corrupt pack
}

// maxErrorHeader keeps headers far below the server's 64 KiB.
const maxErrorHeader = 1000

// Bury stores a dead letter; nil means it is on disk. The same event of the same pack is kept once within
// the dedupe window.
func (q *Queue) Bury(ctx context.Context, d DeadLetter) error {
	msg := &nats.Msg{Subject: letterSubject(d.Project), Data: d.Record, Header: nats.Header{
		headerReason: []string{d.Reason},
		headerError:  []string{headerText(d.Error)},
		headerPack:   []string{d.Pack.String()},
	}}
	return q.publish(ctx, DeadLetters, "dlq:"+d.Pack.String()+":"+d.EventID.String(), msg)
}

// headerText makes an error fit for a header: one line, bounded.
func headerText(s string) string {
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return ' '
		}
		return r
	}, s)
	if len(s) > maxErrorHeader {
		s = strings.ToValidUTF8(s[:maxErrorHeader], "")
	}
	return s
}

// DeadLettersAfter lists up to limit dead letters behind a sequence, oldest first.
func (q *Queue) DeadLettersAfter(ctx context.Context, sequence uint64, limit int) ([]DeadLetter, error) {
	stream, err := q.js.Stream(ctx, DeadLetters)
	if err != nil {
		return nil, fmt.Errorf("list dead letters: %w", err)
	}
	state := stream.CachedInfo().State
	var out []DeadLetter
	for seq := max(sequence+1, state.FirstSeq); seq <= state.LastSeq && len(out) < limit; seq++ {
		msg, err := stream.GetMsg(ctx, seq)
		if errors.Is(err, jetstream.ErrMsgNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read dead letter %d: %w", seq, err)
		}
		out = append(out, deadLetter(msg))
	}
	return out, nil
}

// ErrNoMessage means that a stream holds no message of that sequence.
var ErrNoMessage = errors.New("no such message")

// DeadLetter returns one dead letter.
func (q *Queue) DeadLetter(ctx context.Context, sequence uint64) (DeadLetter, error) {
	msg, err := q.message(ctx, DeadLetters, sequence)
	if err != nil {
		return DeadLetter{}, err
	}
	return deadLetter(msg), nil
}

func (q *Queue) message(ctx context.Context, name string, sequence uint64) (*jetstream.RawStreamMsg, error) {
	stream, err := q.js.Stream(ctx, name)
	if err != nil {
		return nil, fmt.Errorf("open stream %s: %w", name, err)
	}
	msg, err := stream.GetMsg(ctx, sequence)
	if errors.Is(err, jetstream.ErrMsgNotFound) {
		return nil, fmt.Errorf("read %s %d: %w", name, sequence, ErrNoMessage)
	}
	if err != nil {
		return nil, fmt.Errorf("read %s %d: %w", name, sequence, err)
	}
	return msg, nil
}

func deadLetter(msg *jetstream.RawStreamMsg) DeadLetter {
	d := DeadLetter{
		Sequence: msg.Sequence, Reason: msg.Header.Get(headerReason), Error: msg.Header.Get(headerError),
		Time: msg.Time.UTC(), Record: msg.Data,
	}
	d.Project, _ = strconv.ParseInt(strings.TrimPrefix(msg.Subject, "dlq."), 10, 64)
	parts := strings.Split(msg.Header.Get(jetstream.MsgIDHeader), ":")
	if len(parts) == 3 {
		d.Pack, _ = event.ParseID(parts[1])
		d.EventID, _ = event.ParseID(parts[2])
	}
	return d
}

// RetryDeadLetters offers every dead letter from a sequence on to the workers once more.
func (q *Queue) RetryDeadLetters(ctx context.Context, sequence uint64) error {
	if _, err := q.js.ResetConsumerToSequence(ctx, DeadLetters, Replay, max(sequence, 1)); err != nil {
		return fmt.Errorf("reset %s/%s: %w", DeadLetters, Replay, err)
	}
	if _, err := q.js.ResumeConsumer(ctx, DeadLetters, Replay); err != nil {
		return fmt.Errorf("resume %s/%s: %w", DeadLetters, Replay, err)
	}
	return nil
}

// PauseDeadLetters stops offering dead letters.
func (q *Queue) PauseDeadLetters(ctx context.Context) error {
	if _, err := q.js.PauseConsumer(ctx, DeadLetters, Replay, neverResume); err != nil {
		return fmt.Errorf("pause %s/%s: %w", DeadLetters, Replay, err)
	}
	return nil
}
