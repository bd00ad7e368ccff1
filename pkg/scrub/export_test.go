package scrub

// Text returns a text without the secrets in it, by the settings every project begins with.
func Text(s string) string {
	j := job{s: &Scrubber{}}
	return j.string(s)
}
