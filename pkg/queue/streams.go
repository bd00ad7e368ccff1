package queue

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/nats-io/nats.go/jetstream"
)

// Names of everything Trivet keeps in NATS; operators type them.
const (
	Events          = "EVENTS"
	DeadLetters     = "EVENTS_DLQ"
	Retries         = "EVENTS_RETRY"
	Workers         = "workers" // consumer of Events, and of Retries
	Replay          = "replay"  // consumer of DeadLetters, paused until somebody wants it
	DirectoryBucket = "projects"

	eventSubjects = "events.*"
	dlqSubjects   = "dlq.*"
	retrySubjects = "retry.*.*" // project and sequence of the dead letter
)

// Times of the queue.
const (
	// MaxAge is how long a pack can be replayed, written or not.
	MaxAge = 72 * time.Hour
	// AckWait is how long a worker may take for a batch before another one gets it; four times the worst.
	AckWait = 60 * time.Second
	// dlqMaxAge leaves a month to mend what made an event unwritable.
	dlqMaxAge = 30 * 24 * time.Hour
	// dedupeWindow covers the edge's retries of a pack (2 s) and a leader change; each id in it costs the
	// server 200 bytes of memory, and the database is what really keeps duplicates out.
	dedupeWindow = 30 * time.Second
)

const (
	// maxAckPending is shared by all workers: two pipelines each of 256 packs let 32 workers be busy. The
	// server's default of 1,000 would make `kubectl scale` useless.
	maxAckPending = 20_000
	// maxMessage bounds a pack: 8 MiB of decoded request that doesn't compress, and its headers.
	maxMessage = 12 << 20
	// retryBytes holds some ten thousand wishes to try a dead letter again; each is a number.
	retryBytes = 8 << 20
	// defaultMaxBytes and smallestStream bound EVENTS where nobody chose.
	defaultMaxBytes = 10 << 30
	smallestStream  = 64 << 20
	// directoryHistory: the newest value is all that counts.
	directoryHistory = 1
)

// neverResume is the deadline of a pause that only an operator ends.
var neverResume = time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC)

// Limits are what provision can choose.
type Limits struct {
	Replicas int   `default:"0" desc:"copies of the streams and the directory: 3 on a NATS cluster; 0 keeps what there is, or 1"`
	MaxBytes int64 `split_words:"true" default:"0" desc:"bytes the EVENTS stream may hold; 0 takes 10 GiB or a quarter of what the server may use, if that is less"`
}

// Provision makes the streams, consumers and the directory, or brings their settings up to date. It is the
// only creator of them: a worker that made a consumer could reset one that is in use. Running it again
// changes nothing.
func (q *Queue) Provision(ctx context.Context, limits Limits) error {
	if err := q.WaitConnected(ctx); err != nil {
		return err
	}
	if err := newEnough(q.nc.ConnectedServerVersion()); err != nil {
		return err
	}
	maxBytes, err := q.maxBytes(ctx, limits.MaxBytes)
	if err != nil {
		return err
	}
	replicas := limits.Replicas
	if replicas == 0 {
		replicas = q.replicas(ctx)
	}
	err = q.provisionStreams(ctx, replicas, maxBytes)
	for limits.MaxBytes == 0 && isCode(err, codeStoreFailed) && maxBytes > smallestStream {
		maxBytes /= 2 // the server has less than it told
		err = q.provisionStreams(ctx, replicas, maxBytes)
	}
	if err != nil {
		return err
	}
	if err := q.provisionConsumers(ctx); err != nil {
		return err
	}
	_, err = q.js.CreateOrUpdateKeyValue(ctx, jetstream.KeyValueConfig{
		Bucket: DirectoryBucket, Description: "Keys and write tokens, copied from Postgres; revoked ones stay as such",
		History: directoryHistory, Storage: jetstream.FileStorage, Replicas: replicas, MaxValueSize: 64 << 10,
	})
	if err != nil {
		return fmt.Errorf("provision bucket %s: %w", DirectoryBucket, err)
	}
	return nil
}

func (q *Queue) provisionStreams(ctx context.Context, replicas int, maxBytes int64) error {
	for _, stream := range []jetstream.StreamConfig{
		{
			Name: Events, Subjects: []string{eventSubjects},
			Description: "Packs of events as the edge accepted them; replay with `nats consumer reset EVENTS workers`",
			Retention:   jetstream.LimitsPolicy, // not work queue: what was written must stay replayable
			Storage:     jetstream.FileStorage, Replicas: replicas,
			Discard: jetstream.DiscardNew, // old would drop acknowledged packs that no worker has written yet
			MaxAge:  MaxAge, MaxBytes: maxBytes, MaxMsgSize: maxMessage,
			MaxMsgs: -1, MaxConsumers: -1, MaxMsgsPerSubject: -1,
			Duplicates: dedupeWindow, Compression: jetstream.NoCompression, // packs are zstd already
			AllowDirect: true, DenyDelete: true,
		},
		{
			Name: DeadLetters, Subjects: []string{dlqSubjects},
			Description: "Events that could not be written, one a message, with the reason in its headers",
			Retention:   jetstream.LimitsPolicy, Storage: jetstream.FileStorage, Replicas: replicas,
			Discard: jetstream.DiscardOld, // a flood of bad events must not stop the good ones
			MaxAge:  dlqMaxAge, MaxBytes: max(maxBytes/16, 32<<20), MaxMsgSize: maxMessage,
			MaxMsgs: -1, MaxConsumers: -1, MaxMsgsPerSubject: -1,
			Duplicates: 5 * time.Minute, AllowDirect: true,
		},
		{
			Name: Retries, Subjects: []string{retrySubjects},
			Description: "Dead letters that somebody asked the workers to try again, by their sequences",
			Retention:   jetstream.WorkQueuePolicy, Storage: jetstream.FileStorage, Replicas: replicas,
			Discard: jetstream.DiscardOld, MaxMsgsPerSubject: 1, // asked twice is tried once
			MaxAge: 24 * time.Hour, MaxBytes: retryBytes, MaxMsgs: -1, MaxConsumers: -1, MaxMsgSize: 1 << 10, Duplicates: time.Minute,
		},
	} {
		if _, err := q.js.CreateOrUpdateStream(ctx, stream); err != nil {
			return fmt.Errorf("provision stream %s: %w", stream.Name, err)
		}
	}
	return nil
}

func (q *Queue) provisionConsumers(ctx context.Context) error {
	for stream, consumer := range map[string]jetstream.ConsumerConfig{
		Events:      {Durable: Workers, Description: "All workers together", MaxAckPending: maxAckPending},
		DeadLetters: {Durable: Replay, Description: "Dead letters to be tried again; resume it to replay", MaxAckPending: maxAckPending, PauseUntil: &neverResume},
		Retries:     {Durable: Workers, Description: "All workers together", MaxAckPending: maxAckPending},
	} {
		consumer.DeliverPolicy = jetstream.DeliverAllPolicy
		consumer.AckPolicy = jetstream.AckExplicitPolicy // on a shared consumer, ack-all would ack others' packs
		consumer.AckWait = AckWait
		consumer.MaxDeliver = -1 // a finite one drops good packs during an outage of the database
		consumer.MaxWaiting = 512
		if existing, err := q.js.Consumer(ctx, stream, consumer.Durable); err == nil {
			// An operator's pause or resume is not ours to undo.
			consumer.PauseUntil = existing.CachedInfo().Config.PauseUntil
			if _, err := q.js.UpdateConsumer(ctx, stream, consumer); err != nil {
				return fmt.Errorf("update consumer %s/%s: %w", stream, consumer.Durable, err)
			}
			continue
		} else if !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return fmt.Errorf("look up consumer %s/%s: %w", stream, consumer.Durable, err)
		}
		if _, err := q.js.CreateConsumer(ctx, stream, consumer); err != nil {
			return fmt.Errorf("create consumer %s/%s: %w", stream, consumer.Durable, err)
		}
	}
	return nil
}

// replicas returns how many copies EVENTS has, 1 when it isn't there.
func (q *Queue) replicas(ctx context.Context) int {
	s, err := q.js.Stream(ctx, Events)
	if err != nil {
		return 1
	}
	return max(s.CachedInfo().Config.Replicas, 1)
}

// maxBytes keeps a size that was provisioned before: shrinking a stream would refuse new packs at once.
func (q *Queue) maxBytes(ctx context.Context, wanted int64) (int64, error) {
	if wanted > 0 {
		return wanted, nil
	}
	if s, err := q.js.Stream(ctx, Events); err == nil && s.CachedInfo().Config.MaxBytes > 0 {
		return s.CachedInfo().Config.MaxBytes, nil
	}
	account, err := q.js.AccountInfo(ctx)
	if err != nil {
		return 0, fmt.Errorf("ask for JetStream limits: %w", err)
	}
	if limit := account.Limits.MaxStore; limit > 0 {
		return min(defaultMaxBytes, limit/4), nil
	}
	return defaultMaxBytes, nil
}

// newEnough refuses servers before 2.15: older ones lose a consumer's state on a refused update, and
// fsync of every write is not grouped on a replicated stream.
func newEnough(version string) error {
	var major, minor int
	if _, err := fmt.Sscanf(strings.TrimPrefix(version, "v"), "%d.%d", &major, &minor); err != nil {
		return fmt.Errorf("NATS server version %q can't be read", version)
	}
	if major < 2 || major == 2 && minor < 15 {
		return fmt.Errorf("NATS server %s is too old: Trivet needs 2.15 or newer", version)
	}
	return nil
}
