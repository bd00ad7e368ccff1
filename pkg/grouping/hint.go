package grouping

import "github.com/trivetlabs/trivet/pkg/event"

// Hint returns how to learn more of e or to mend it, in a few sentences for people, where its kind of error
// is one that everybody has; "" otherwise.
func Hint(e *event.Event) string {
	if e.Protocol == event.Report || isPolicy(e) {
		return ""
	}
	switch strategyOf(e) {
	case StrategyScriptError:
		return `The browser hides errors of scripts from other origins. Add crossorigin="anonymous" to the script element ` +
			"and let the script's server answer with Access-Control-Allow-Origin; then message and stack will come."
	case StrategyChunkLoad:
		return "Mostly a tab from before a deploy that asks for files which are gone. Keep the files of earlier builds for some days, " +
			"or reload the page when a chunk fails to load."
	case StrategyHTML:
		return "The server answered with a page where a script was asked for, mostly because the file is gone since a deploy. " +
			"Answer 404 for missing scripts, and keep the files of earlier builds for some days."
	case StrategyHydration:
		return "The server's HTML differs from what the application renders first. Look for dates, random values, browser-only " +
			"conditions and invalid nesting; extensions and translators that change the page cause it, too."
	case StrategyResize:
		return "The browser put off notices of size changes to the next frame. It is harmless and can be filtered."
	}
	if rejectedWithoutStack(e) {
		return "Something that is no Error was thrown or rejected, so there is no stack. Reject with new Error(message, {cause}) instead."
	}
	return ""
}

// rejectedWithoutStack tells whether e is about a value that was thrown or rejected and is no Error.
func rejectedWithoutStack(e *event.Event) bool {
	x := e.Thrown()
	if x == nil {
		return false
	}
	if meaning, _ := neutral(x.Value); meaning == "an object with keys " {
		return true
	}
	synthetic := x.Mechanism != nil && x.Mechanism.Synthetic
	return (x.Type == "UnhandledRejection" || synthetic && x.Type == "Error" && e.Handled != nil && !*e.Handled) && (synthetic || len(x.Frames) == 0)
}
