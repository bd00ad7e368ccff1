// Command trivet is the operator's tool; see package command.
package main

import "github.com/trivetlabs/trivet/pkg/command"

func main() { command.Main() }
