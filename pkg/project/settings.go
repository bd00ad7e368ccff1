package project

// Settings are what people chose for one project; the zero value is what everybody gets. It is stored and
// shown as this JSON document.
type Settings struct {
	Filters     Filters  `json:"filters"`
	Scrub       Scrub    `json:"scrub"`
	Grouping    Grouping `json:"grouping"`
	Attachments *bool    `json:"attachments,omitempty"` // false: attachments are dropped and counted; nil: kept
}

// Filters say which noise is dropped. A switch that is absent stands as package filter ships it.
type Filters struct {
	Switches map[string]bool `json:"switches,omitempty"` // by filter name: see package filter
	Messages []string        `json:"messages,omitempty"` // globs over "Type: message" or the message alone; what matches is dropped as "ignored"
}

// Scrub says what is taken out of events before they are stored.
type Scrub struct {
	Off        bool     `json:"off,omitempty"`         // nothing is scrubbed but what IP and Email say
	IP         Policy   `json:"ip,omitempty"`          // addresses of visitors
	Email      Policy   `json:"email,omitempty"`       // e-mail addresses, wherever they stand
	Fields     []string `json:"fields,omitempty"`      // further names whose values are secret
	SafeFields []string `json:"safe_fields,omitempty"` // names whose values are not, though they look so
}

// A Policy is what happens to a kind of personal data.
type Policy string

// The policies; the zero value is Keep.
const (
	Keep     Policy = "keep"
	Never    Policy = "never"    // taken out
	Truncate Policy = "truncate" // an address without its last byte (IPv6: its last 80 bits), an e-mail's domain alone
	Hash     Policy = "hash"     // by a salt of the day, which is thrown away: the same visitor is the same for a day
)

// Grouping are the project's own rules, the first that matches counts.
type Grouping struct {
	Rules []Rule `json:"rules,omitempty"`
}

// A Rule gives events a fingerprint. All matchers that are set must match; each is a glob in which * stands
// for anything, case does not count, and the whole text must match. File and Function match any frame of any
// exception.
type Rule struct {
	Type        string   `json:"type,omitempty"`
	Message     string   `json:"message,omitempty"`
	File        string   `json:"file,omitempty"`
	Function    string   `json:"function,omitempty"`
	Fingerprint []string `json:"fingerprint"` // {{ default }} stands for ours
}
