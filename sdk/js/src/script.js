// The classic script: settings come from the attributes of its tag and from window.trivet, which stands
// there before it when the page has the loader or says more than attributes can.
import { init } from "./trivet.js";

try {
  const tag = self.document && document.currentScript;
  const trivet = (self.trivet = self.trivet || {});
  // Events go to where the script came from. Any element with the name currentScript would stand in its place.
  const settings = tag && "async" in tag ? { url: tag.src.replace(/\/[^/]*$/, ""), ...tag.dataset } : {};
  if (!trivet.flush) init(Object.assign(trivet, { ...settings, ...trivet })); // once, however often a page loads it
} catch (e) {
  // A page must not break because its errors are not collected.
}
