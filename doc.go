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
// # The journey of a question
//
// Six functions between somebody who asks what broke and the page that tells them. The API and the pages go the same way,
// and part at the last step; journey_test.go goes both.
//
//  1. access.Access.Identify: who asks, by a token or a cookie, and whether the project is one of theirs
//  2. search.Parse: a search becomes terms, or an error that points at the character
//  3. store.IssueFilter.statement: terms become conditions of one statement, each value a parameter, each order an index
//  4. store.Store.read: the transaction sees the rows of one organization: the policies of its tables say so
//  5. detail.Reader.Event: an event in full is read from the client's bytes, by today's code
//  6. pages.Pages.show: what strangers sent becomes text in HTML; in the API query.API.answer makes JSON of it
//
// # Where to look
//
//   - arch_test.go holds the layers of the packages: imports point down only
//   - docs/adr tells what was decided and against what
//   - docs/config.md, docs/metrics.md, docs/api.md, docs/search.md and docs/commands.md are generated from the code
//   - CONTRIBUTING.md has recipes: how to add a field, a page, a route, a refusal, a metric
package trivet
