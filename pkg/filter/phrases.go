package filter

// A phrase is what noise says. It begins with a word, by which it is found.
type phrase struct {
	text     string
	kind     kinds
	anywhere bool // not only at the start of a message
}

// phrases are by their first words. Sources: Sentry Relay, relay-filter/src/browser_extensions.rs; the defaults of
// Sentry's JavaScript SDK, packages/core/src/integrations/eventFilters.ts; Chromium's and Gecko's texts for
// extensions and media. A name alone must be one that no application would choose.
var phrases = index([]phrase{
	// What browsers say where an extension was updated, removed or spoke to nobody.
	{"Extension context invalidated", ofExtension, false},
	{"Invalid call to runtime.sendMessage()", ofExtension, false},
	{"Could not establish connection. Receiving end does not exist", ofExtension, false},
	{"The message port closed before a response was received", ofExtension, false},
	{"A listener indicated an asynchronous response by returning true, but the message channel closed", ofExtension, false},
	{"Attempting to use a disconnected port object", ofExtension, false},
	{"Unchecked runtime.lastError", ofExtension, false},
	{"can't access dead object", ofExtension, false},
	{"Talisman extension has not been configured yet", ofExtension, false},

	// In-app browsers: Facebook and Instagram, Google's, Microsoft's and Mozilla's apps on iOS, Zalo, ZTE.
	{"_AutofillCallbackHandler", ofInjected, true},
	{"fb_xd_fragment", ofInjected, true},
	{"_gCrWeb", ofInjected, true},
	{"__gCrWeb", ofInjected, true},
	{"gCrWeb", ofInjected, true},
	{"instantSearchSDKJSBridgeClearHighlight", ofInjected, true},
	{"__firefox__", ofInjected, true},
	{"zaloJSV2", ofInjected, true},
	{"ztePageScrollModule", ofInjected, true},
	{"enableDidUserTypeOnKeyboardLogging", ofInjected, true},
	{"enableButtonsClickedMetaDataLogging", ofInjected, true},
	{"MyApp_RemoveAllHighlights", ofInjected, true},
	{"Java exception was raised during method invocation", ofInjected, true},
	{"Java object is gone", ofInjected, true},
	{"Java bridge method can't be invoked on a non-injected object", ofInjected, true},
	{"Can't find variable: gmo", ofInjected, false},
	{"null is not an object (evaluating 'elt.parentNode')", ofInjected, false},
	{"window.webkit.messageHandlers", ofFileless, true},
	{"webkit.messageHandlers", ofFileless, true},
	{"WeixinJSBridge", ofFileless, true},

	// Programs that drive or scan pages: CEFSharp (mail scanners follow links with it), Norton, toolbars, proxies.
	{"Object Not Found Matching Id:", ofInjected, true},
	{"SymRealWinOpen", ofInjected, true},
	{"SymBrowser_ModifyWindowOpenWithTarget", ofInjected, true},
	{"originalCreateNotification", ofInjected, true},
	{"bmi_SafeAddOnload", ofInjected, true},
	{"EBCallBackMessageReceived", ofInjected, true},
	{"conduitPage", ofInjected, true},
	{"atomicFindClose", ofInjected, true},
	{"ZiteReader", ofInjected, true},
	{"top.GLOBALS", ofInjected, true},
	{"plugin.setSuspendState is not a function", ofInjected, true},
	{"jigsaw is not defined", ofInjected, false},
	{"Can't find variable: jigsaw", ofInjected, false},
	{"ComboSearch is not defined", ofInjected, false},
	{"vv().getRestrictions is not a function", ofInjected, false}, // Google's tag manager

	{"ResizeObserver loop limit exceeded", ofHarmless, false},
	{"ResizeObserver loop completed with undelivered notifications", ofHarmless, false},
}, harmlessAborts(), wallets())

// harmlessAborts are what browsers say when the page itself broke off a request or playback, nearly always
// because the visitor moved on.
func harmlessAborts() (all []phrase) {
	for _, text := range []string{
		"The user aborted a request", "signal is aborted without reason", "The operation was aborted.", "Fetch is aborted",
		"The play() request was interrupted",
		"The fetching process for the media resource was aborted by the user agent at the user's request",
	} {
		all = append(all, phrase{text, ofAbort, false})
	}
	return all
}

// wallets and the like all want to be the one that defines a global, and what comes second throws.
func wallets() (all []phrase) {
	for _, name := range []string{"ethereum", "solana", "web3", "tronLink", "tronWeb", "phantom", "googletag"} {
		all = append(all,
			phrase{"Cannot redefine property: " + name, ofInjected, false},
			phrase{`can't redefine non-configurable property "` + name + `"`, ofInjected, false},
			phrase{"Cannot set property " + name + " of #<Window> which has only a getter", ofInjected, false},
			phrase{"Cannot assign to read only property '" + name + "' of object '#<Window>'", ofInjected, false},
		)
	}
	return append(all, phrase{"window.ethereum.selectedAddress = undefined", ofInjected, true})
}

func index(lists ...[]phrase) map[string][]phrase {
	byWord := map[string][]phrase{}
	for _, list := range lists {
		for _, p := range list {
			end := 0
			for end < len(p.text) && inWord(p.text[end]) {
				end++
			}
			byWord[p.text[:end]] = append(byWord[p.text[:end]], p)
		}
	}
	return byWord
}
