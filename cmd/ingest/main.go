// Command ingest runs the edge that accepts events; see package ingest.
package main

import (
	"github.com/trivetlabs/trivet/pkg/ingest"
	"github.com/trivetlabs/trivet/pkg/service"
)

func main() { service.Main("ingest", ingest.Run) }
