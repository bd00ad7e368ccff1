//go:build !linux

package main

import "os/exec"

// dieWithParent needs Linux; elsewhere a killed bench leaves its children to be stopped by hand.
func dieWithParent(*exec.Cmd) {}
