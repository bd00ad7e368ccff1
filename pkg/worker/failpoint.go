package worker

import (
	"sync/atomic"
	"syscall"
)

// Names of the fail points.
const (
	beforeCommit = "before-commit" // everything is inserted, nothing committed
	afterCommit  = "after-commit"  // committed, nothing acknowledged
)

// A failPoint kills the process the first time it is hit, as a power cut would: no defer runs. Its zero
// value does nothing.
type failPoint struct {
	name string
	done atomic.Bool
}

func (f *failPoint) hit(name string) {
	if f.name == name && f.done.CompareAndSwap(false, true) {
		_ = syscall.Kill(syscall.Getpid(), syscall.SIGKILL)
		select {} // the signal is on its way
	}
}
