// Package trivet is the root of the repository and holds no code: it tells how an error travels.
//
// Trivet collects the JavaScript errors of every visitor of many websites, counts each exactly once, groups
// them into issues and answers questions about them. Four boxes, each a process that scales by itself:
//
//	browser ──POST──▶ ingest ──publish──▶ JetStream ──pull──▶ worker ──insert──▶ Postgres ◀──select── query ──▶ people
//
// # The journey of one event
//
// Twelve functions, in the order in which an error meets them. journey_test.go walks them with a real queue
// and a real database; a test checks that each of them exists.
//
//  1. ingest.New: the route table, the whole edge on one screen
//  2. ingest.Edge.accept: key (from memory), origin, rate, body, split, publish, answer
//  3. pack.Record.Append: the client's bytes, untouched, behind one line of what the edge knew
//  4. ingest.lanes.run: group commit, what gathers while the last pack is on its way is the next pack
//  5. queue.Queue.Publish: nil only after the fsync and the PubAck; then the browser has its 2xx
//  6. worker.Worker.Write: a batch of packs is decoded, committed, what can't be written buried, all acknowledged
//  7. scrub.Scrubber.Record: secrets leave the bytes before anything else looks at them
//  8. protocol.Normalise: bytes of any client become an event.Event
//  9. filter.Reason: noise is counted and shown as a sample, not stored
//  10. grouping.Of: which issue it belongs to; grouping.Explain tells people why
//  11. store.Store.Write: one transaction, each event once, every counter by what was really new
//  12. query.API.listEvents: read back, by an organization that may see it
//
// # Where to look
//
//   - arch_test.go holds the layers of the packages: imports point down only
//   - docs/adr tells what was decided and against what
//   - docs/config.md, docs/metrics.md and docs/api.md are generated from the code
//   - CONTRIBUTING.md has recipes: how to add a field, a route, a refusal, a metric
package trivet
