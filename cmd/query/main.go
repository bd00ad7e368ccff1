// Command query runs the API; see package query.
package main

import (
	"github.com/trivetlabs/trivet/pkg/query"
	"github.com/trivetlabs/trivet/pkg/service"
)

func main() { service.Main("query", query.Run) }
