package main

import (
	"os/exec"
	"syscall"
)

// dieWithParent lets the kernel stop a child whose parent was killed.
func dieWithParent(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGTERM} }
