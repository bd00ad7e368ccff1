package worker

import (
	"fmt"
	"strings"
	"testing"

	"github.com/trivetlabs/trivet/pkg/event"
	"github.com/trivetlabs/trivet/pkg/grouping"
	"github.com/trivetlabs/trivet/pkg/pack"
	"github.com/trivetlabs/trivet/pkg/protocol"
)

// secret is one by its name and by its form.
const secret = "ghp_a1B2c3D4e5F6a1B2c3D4e5F6a1B2c3D4e5F6"

// TestNoSecretLeavesTheWorker sends one by every way that ends in a table or a dead letter.
func TestNoSecretLeavesTheWorker(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.choose(t, `{"filters":{"messages":["*boring*"]}}`)
	stored, boring := thrown("password="+secret), thrown("boring, password="+secret)
	newer, far := thrown(secret), thrown(secret)
	newer.Protocol = "of a newer edge"
	far.Day += 1000
	opaque, text := record(`"`+secret), thrown("a")
	file, form := attached(text, secret+".txt", "token: "+secret), beside(pack.Feedback, `{"comments":"my token is `+secret+`"}`)
	b.publish(t, stored, boring, newer, far, opaque, file, form)
	b.publishFrame(t, []byte(secret+" is not zstd"), 1)
	b.start(t)
	b.drained(t)
	b.wantCounts(t, [6]int64{1, 1, 1, 1, 3, 0})
	var tables string
	b.query(t, `select concat((select string_agg(e::text, '') from trivet.events e), (select string_agg(i::text, '') from trivet.issues i),
		(select string_agg(concat(title, encode(record, 'escape')), '') from trivet.filtered_samples),
		(select string_agg(concat(name, encode(data, 'escape')), '') from trivet.attachments), (select string_agg(f::text, '') from trivet.feedback f))`, &tables)
	for _, there := range []string{"boring", "my token is", "token: ", ".txt"} {
		if !strings.Contains(tables, there) {
			t.Errorf("%q is not in the tables", there)
		}
	}
	var blocks []byte
	b.query(t, `select data from trivet.blocks`, &blocks)
	inflated, err := b.codec.Inflate(nil, blocks)
	if err != nil || !strings.Contains(string(inflated), "password=") {
		t.Errorf("the block holds %q, %v", inflated, err)
	}
	letters, err := b.q.DeadLettersAfter(t.Context(), 0, 10)
	if err != nil || len(letters) != 4 {
		t.Errorf("%d dead letters, %v, want 4", len(letters), err)
	}
	places := map[string]string{"the tables": tables, "the block": string(inflated)}
	for _, l := range letters {
		places["the dead letter "+l.Reason] += l.Error + string(l.Record)
		if l.Reason == reasonUnscrubbed && (l.EventID != opaque.ID || !strings.Contains(l.Error, "body withheld")) {
			t.Errorf("got %+v, want the event that is no JSON withheld", l)
		}
	}
	for place, text := range places {
		if strings.Contains(text, secret) {
			t.Errorf("%s holds the secret: %q", place, text)
		}
	}
}

// TestAnIssueGoesOnUnderANewGrouping has a worker meet what an earlier version grouped.
func TestAnIssueGoesOnUnderANewGrouping(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	r := typeError(1)
	e, err := protocol.Normalise(&r)
	if err != nil {
		t.Fatal(err)
	}
	earlier := grouping.Earlier(e)
	if len(earlier) == 0 {
		t.Fatal("no earlier version would have grouped it")
	}
	var one int
	b.query(t, `with i as (insert into trivet.issues (project_id, issue_id, events, users, first_seen, last_seen, level, title, type, culprit, first_release, last_release)
			values (1, '`+earlier[0].String()+`', 41, 0, now(), now(), 40, '', '', '', '', ''))
		insert into trivet.issue_fingerprints (project_id, fingerprint, issue_id, version) values (1, '`+earlier[0].String()+`', '`+earlier[0].String()+`', 1) returning 1`, &one)
	b.publish(t, r)
	b.publish(t, typeError(6), typeError(2)) // the same function, and another one
	b.start(t)
	b.drained(t)
	if got := b.look(t, `(select count(*) from trivet.issues), (select events from trivet.issues where issue_id = '`+earlier[0].String()+`'),
		(select count(*) from trivet.issue_fingerprints where issue_id = '`+earlier[0].String()+`')`); fmt.Sprint(got) != "[2 43 2]" {
		t.Errorf("issues, events of the old one, its fingerprints: got %v, want [2 43 2]", got)
	}
	// From now on nobody asks again.
	if today := grouping.Of(e, nil); today == earlier[0] || !b.known.has(1, today) {
		t.Error("the fingerprint of today is not known")
	}
}

// TestADuplicateTeachesNoFingerprint: an event that is delivered again after an update is in the tables under the earlier
// grouping, and what today's makes of it is not. The next one like it must still find its issue.
func TestADuplicateTeachesNoFingerprint(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	r := typeError(1)
	e, err := protocol.Normalise(&r)
	if err != nil {
		t.Fatal(err)
	}
	earlier := grouping.Earlier(e)[0]
	b.publish(t, r)
	b.start(t)
	b.drained(t)
	var one int
	b.query(t, `with e as (update trivet.events set fingerprint = '`+earlier.String()+`'), i as (update trivet.issues set issue_id = '`+earlier.String()+`')
		update trivet.issue_fingerprints set fingerprint = '`+earlier.String()+`', issue_id = '`+earlier.String()+`', version = 1 returning 1`, &one)
	b.known.mu.Lock()
	clear(b.known.recent) // as if the worker of before had written it
	b.known.mu.Unlock()
	b.publish(t, r)
	b.drained(t)
	b.publish(t, typeError(6)) // the same function
	b.drained(t)
	if got := b.look(t, `(select count(*) from trivet.issues), (select events from trivet.issues where issue_id = '`+earlier.String()+`')`); fmt.Sprint(got) != "[1 2]" {
		t.Errorf("issues, events of the old one: got %v, want [1 2]", got)
	}
}

// TestARuleIsNobodysSuccessor: people write one to part what was one issue.
func TestARuleIsNobodysSuccessor(t *testing.T) {
	t.Parallel()
	b := setUp(t)
	b.choose(t, `{"grouping":{"rules":[{"type":"TypeError","fingerprint":["types"]}]}}`)
	if err := b.loadSettings(t.Context()); err != nil {
		t.Fatal(err)
	}
	r := typeError(1)
	out := &work{}
	b.addRecord(out, -1, event.ID{}, &r)
	if row := &out.batch.Rows[0]; row.Event == nil || len(row.Earlier) > 0 || row.Fingerprint == grouping.Of(row.Event, nil) {
		t.Errorf("fingerprint %s with %d earlier ones, want that of the rule and none", row.Fingerprint, len(row.Earlier))
	}
}
