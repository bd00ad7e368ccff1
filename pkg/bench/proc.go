package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A process is one whose CPU and memory are reported; with tree, its children count too (Postgres' backends).
type process struct {
	name string
	pid  int
	tree bool
}

// ticksPerSecond of /proc/PID/stat; Linux has shown 100 to programs on every machine since 2.6.
const ticksPerSecond = 100

// cpuOf returns the CPU-seconds a process has used until now, 0 where there is no /proc.
func (p process) cpuOf() float64 {
	own := readStat(p.pid)
	if !p.tree {
		return float64(own.own) / ticksPerSecond
	}
	ticks := own.own + own.ended
	for _, child := range children(p.pid) {
		ticks += readStat(child).own
	}
	return float64(ticks) / ticksPerSecond
}

// peakMB returns the peak resident memory of a process; of a tree the present share of each member, so
// that shared buffers count once.
func (p process) peakMB() float64 {
	if !p.tree {
		return memoryKB(p.pid, "status", "VmHWM:") / 1024
	}
	kb := 0.0
	for _, pid := range append(children(p.pid), p.pid) {
		kb += memoryKB(pid, "smaps_rollup", "Pss:")
	}
	return kb / 1024
}

type stat struct {
	parent     int
	own, ended int64 // ticks of the process, and of the children it has waited for
}

func readStat(pid int) (s stat) {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return s
	}
	// The name, in brackets, may hold anything; fields are counted from behind it.
	_, rest, found := strings.Cut(string(text[bytes.LastIndexByte(text, ')')+1:]), " ")
	fields := strings.Fields(rest)
	if !found || len(fields) < 15 {
		return s
	}
	number := func(i int) int64 {
		n, _ := strconv.ParseInt(fields[i], 10, 64) // the kernel writes numbers
		return n
	}
	return stat{int(number(1)), number(11) + number(12), number(13) + number(14)}
}

// children returns the processes whose parent is pid.
func children(pid int) (all []int) {
	found, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return nil
	}
	for _, dir := range found {
		child, err := strconv.Atoi(filepath.Base(dir))
		if err == nil && readStat(child).parent == pid {
			all = append(all, child)
		}
	}
	return all
}

func memoryKB(pid int, file, field string) float64 {
	text, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), file))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(text), field)
	words := strings.Fields(rest)
	if len(words) == 0 {
		return 0
	}
	kb, _ := strconv.ParseFloat(words[0], 64) // the kernel writes numbers
	return kb
}

// A meter knows what processes had used when it was made.
type meter struct {
	processes []process
	before    []float64
}

func newMeter(processes ...process) *meter {
	m := &meter{processes: processes}
	for _, p := range processes {
		m.before = append(m.before, p.cpuOf())
	}
	return m
}

// into adds the CPU-seconds per 100,000 of n since the start, and the peak memory, by process.
func (m *meter) into(s sample, n int64) {
	total := 0.0
	for i, p := range m.processes {
		used := (p.cpuOf() - m.before[i]) * per / float64(max(n, 1))
		s["cpu_"+p.name] = used
		s["rss_"+p.name] = p.peakMB()
		total += used
	}
	s["servers_cpu"] = total
}
