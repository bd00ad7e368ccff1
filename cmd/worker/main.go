// Command worker runs the writer of events; see package worker.
package main

import (
	"github.com/trivetlabs/trivet/pkg/service"
	"github.com/trivetlabs/trivet/pkg/worker"
)

func main() { service.Main("worker", worker.Run) }
