package event

import (
	"strings"
)

// A Level is how bad an event is; a larger one is worse. The numbers are stored: never renumber.
type Level int16

// The levels, as in Sentry's event payload.
const (
	Debug   Level = 10
	Info    Level = 20
	Warning Level = 30
	Error   Level = 40
	Fatal   Level = 50
)

// levelNames holds every name clients use, ours first of its level.
var levelNames = []struct {
	name  string
	level Level
}{
	{"debug", Debug},
	{"info", Info},
	{"warning", Warning},
	{"error", Error},
	{"fatal", Fatal},
	{"trace", Debug},
	{"verbose", Debug},
	{"log", Info},
	{"notice", Info},
	{"warn", Warning},
	{"err", Error},
	{"exception", Error},
	{"critical", Fatal},
	{"panic", Fatal},
	{"emergency", Fatal},
	{"alert", Fatal},
}

// ParseLevel reads a level by any name clients use, in any case; ok is false for a name nobody knows.
func ParseLevel(s string) (level Level, ok bool) {
	for _, l := range levelNames {
		if strings.EqualFold(s, l.name) {
			return l.level, true
		}
	}
	return Error, false
}

func (l Level) String() string {
	for _, n := range levelNames {
		if n.level == l {
			return n.name
		}
	}
	return "error"
}

// MarshalText writes the level's name.
func (l Level) MarshalText() ([]byte, error) { return []byte(l.String()), nil }

// A Protocol is the wire format an event came in. The numbers are stored: never renumber.
type Protocol int16

// The protocols.
const (
	Sentry Protocol = 1 // an envelope or store request of a Sentry SDK
	Native Protocol = 2 // our own JSON
	Logs   Protocol = 3 // {content, meta} on /api/v1/logs
	Faro   Protocol = 4 // Grafana Faro's web SDK
	Report Protocol = 5 // a browser's own report: CSP, Reporting API, Network Error Logging
	OTLP   Protocol = 6 // an OpenTelemetry log record that carries an exception
)

var protocolNames = map[Protocol]string{Sentry: "sentry", Native: "native", Logs: "logs", Faro: "faro", Report: "report", OTLP: "otlp"}

// Protocols returns all of them, in the order of their numbers.
func Protocols() []Protocol { return []Protocol{Sentry, Native, Logs, Faro, Report, OTLP} }

func (p Protocol) String() string { return protocolNames[p] }

// ParseProtocol is the inverse of String; 0 for a name this version does not know.
func ParseProtocol(s string) Protocol {
	for p, name := range protocolNames {
		if name == s {
			return p
		}
	}
	return 0
}

// MarshalText writes the protocol's name.
func (p Protocol) MarshalText() ([]byte, error) { return []byte(p.String()), nil }
