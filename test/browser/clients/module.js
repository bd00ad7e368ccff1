// A page with our own client as an ES module.
import { capture, init } from "@trivetlabs/trivet";

init({ ...window.settings, release: "shop@1.4.2", environment: "test" });
window.capture = capture;
