// Trivet's own client. It never throws into the page, keeps the id of an event through every try, keeps what
// it could not send for the next load of the site, and costs 3 KB. Settings and functions: trivet.d.ts.
import { open } from "./outbox.js";
import { heard, read } from "./read.js";
import { follow } from "./trail.js";

const VERSION = "1.0.0";

// What a page may send. Of what comes after it the last is sent when the page hides, with their number.
const MAX_EVENTS = 50;
// For so many milliseconds the same error again is a repetition.
const REPETITION = 6e4;
// Characters an event may have: at three bytes each it still fits a beacon.
const MAX_EVENT = 2e4;
const MAX_TRAIL = 30;

let current;

export function init(trivet) {
  const safely = (work) =>
    function (...given) {
      try {
        return work(...given);
      } catch (e) {
        // Nothing of ours may reach the page, least of all an error about an error.
      }
    };
  current = trivet;
  trivet.capture = trivet.flush = () => {};
  if (typeof addEventListener != "function" || !trivet.key) return trivet; // rendered on a server, or not set up

  const outbox = open(trivet.url, trivet.key);
  const trail = [];
  const seen = new Map();
  let sent = 0;
  let suppressed = 0; // since the last event that was sent
  let last; // of those over MAX_EVENTS

  const send = (event) => {
    if (suppressed) event.extra = { suppressed, ...event.extra };
    suppressed = 0;
    outbox.add(event.id, pack(event));
    return event.id;
  };

  const take = (members, age) => {
    const event = {
      id: newID(),
      timestamp: Math.round(Date.now() - age),
      url: location.href.slice(0, 2e3),
      release: trivet.release,
      environment: trivet.environment,
      user: trivet.user,
      breadcrumbs: trail.slice(),
      sdk: { name: "trivet.js", version: VERSION },
      ...members,
      tags: { ...trivet.tags, ...members.tags },
    };
    if (trivet.before && trivet.before(event) === false) return;
    const same = [event.type, event.message, event.stack, event.filename, event.lineno, event.colno].join();
    if (event.timestamp - seen.get(same) < REPETITION) {
      suppressed++;
    } else if (++sent > MAX_EVENTS) {
      suppressed++;
      last = event;
    } else {
      seen.set(same, event.timestamp);
      return send(event);
    }
  };

  trivet.capture = safely((error, options) => take({ handled: true, ...read(error), ...options }, 0));
  trivet.flush = outbox.flush;

  // The loader's listeners push into trivet.q, whatever that is; without it they are ours.
  const early = trivet.q;
  const push = safely((item) => {
    if (Array.isArray(item)) return trivet.capture(...item);
    const members = heard(item, trivet, outbox.target);
    if (members) take(members, performance.now() - item.timeStamp);
  });
  trivet.q = { push };
  if (early) {
    early.forEach(push);
  } else {
    addEventListener("error", push, true); // what fails to load is told to its element only
    addEventListener("unhandledrejection", push);
  }
  addEventListener("securitypolicyviolation", push);

  follow(trivet.breadcrumbs, (category, message, more) => {
    if (trail.push({ timestamp: Date.now(), category, message: message.slice(0, 200), ...more }) > MAX_TRAIL) trail.shift();
  });

  const hide = safely((e) => {
    if (e.type != "pagehide" && !document.hidden) return;
    if (last) {
      suppressed--;
      send(last);
      last = 0;
    }
    outbox.leave();
  });
  addEventListener("pagehide", hide);
  addEventListener("visibilitychange", hide, true);
  return trivet;
}

export const capture = (error, options) => current && current.capture(error, options);

// newID makes a UUID of version 4; crypto.randomUUID is for secure pages only.
const newID = () =>
  "10000000100040008000100000000000".replace(/[018]/g, (c) =>
    (c ^ (crypto.getRandomValues(new Uint8Array(1))[0] & (15 >> (c / 4)))).toString(16),
  );

// pack writes an event as JSON, or what is essential of it: data of the page can be of any size, or such that
// there is no JSON of it.
function pack(event) {
  try {
    const text = JSON.stringify(event);
    if (text.length < MAX_EVENT) return text;
  } catch (e) {
    // circular, or a BigInt
  }
  event.breadcrumbs = event.extra = event.tags = event.user = event.causes = undefined;
  return JSON.stringify(event);
}
