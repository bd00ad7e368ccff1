package ingest

// serveScripts adds the routes of trivet.js.
func (e *Edge) serveScripts() {}
