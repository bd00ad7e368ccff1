// Package browser tests the whole of Trivet with the clients themselves: a headless Chromium that loads the
// packages as npm has them, pages of another origin, and programs in Node and Go. "make test-browser" runs it; the
// build tag keeps it out of the other tests, for it installs a browser.
package browser
