// Events on their way. Each has an entry of its own in localStorage until an answer confirms it, so that pages
// of one site can neither lose nor garble each other's: any of them may send what it finds, for the ids make
// a second copy harmless. Where there is no storage, memory has to do.

const DELAY = 500; // milliseconds for which events gather
const MAX_BATCH = 6e4; // bytes; browsers allow 64 KiB on their way from pages that close
const MAX_ENTRIES = 100;
const MAX_SIZE = 5e5; // characters of all entries
const MAX_AGE = 5 * 864e5; // milliseconds; the server tells repetitions for seven days
const MAX_BACKOFF = 6e5;
const MAX_PAUSE = 36e5;
const TIMEOUT = 3e4;

export function open(url, key) {
  const prefix = "trv:" + key + ":";
  const pause = "trv-pause:" + key; // until when the server wants no requests, of any page
  const target = new URL(url + "/t/" + key, location.href).href;
  const send = self.fetch; // before anybody wraps it
  const memory = {};
  let disk = memory;
  try {
    disk = self.localStorage || memory;
  } catch (e) {
    // forbidden
  }
  const beaconed = new Set();
  let timer, busy;
  let most = MAX_ENTRIES; // events a request
  let fails = 0;

  const put = (name, value) => {
    try {
      disk[name] = value;
    } catch (e) {
      memory[name] = value; // full
    }
  };
  const entries = () => {
    const found = new Map();
    for (const box of [memory, disk]) {
      for (const name of Object.keys(box)) if (name.startsWith(prefix)) found.set(name, box[name]);
    }
    return Array.from(found);
  };
  const remove = ([name]) => {
    delete memory[name];
    delete disk[name];
  };
  // What is too old, or what somebody else wrote there, goes.
  const good = (entry) => {
    try {
      const event = JSON.parse(entry[1]);
      if (event.id && !(Date.now() - event.timestamp > MAX_AGE)) return true;
    } catch (e) {}
    remove(entry);
  };
  const batchOf = (list) => {
    let size = 0;
    return list.filter((entry, i) => (size += new Blob([entry[1]]).size + 1) < MAX_BATCH ? i < most : !i);
  };
  const text = (batch) => batch.map((entry) => entry[1]).join("\n");
  // A longer one than we ever make is of a clock that was wrong.
  const paused = (wait = (memory[pause] || disk[pause]) - Date.now()) => (wait <= MAX_PAUSE ? wait : 0);
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(flush, wait);
  };
  const soon = () => timer || busy || later(DELAY);

  // attempt sends one request and returns after how many milliseconds to send the next.
  async function attempt() {
    const batch = batchOf(entries().filter(good));
    if (paused() > 0 || !batch[0]) return paused();
    let status = 0;
    let after = 0;
    try {
      const answer = await send(target, {
        method: "POST",
        body: text(batch), // as text/plain, which needs no preflight
        credentials: "omit",
        keepalive: !fails, // its quota is the page's; another try does without
        signal: self.AbortSignal && AbortSignal.timeout && AbortSignal.timeout(TIMEOUT),
      });
      const wish = answer.headers.get("Retry-After");
      status = answer.status;
      after = Math.min(wish * 1e3 || Date.parse(wish) - Date.now() || 0, MAX_PAUSE);
    } catch (e) {
      // no answer: the same again
    }
    if (!status || status == 408 || status == 429 || status > 499) {
      if (after > 0) put(pause, Date.now() + after);
      return Math.max(after, Math.min(1e3 * 2 ** fails++, MAX_BACKOFF)) * (1 + Math.random() / 2);
    }
    fails = 0;
    if (batch[1] && (status == 400 || status == 413)) most = 1; // one of them harms the others
    else batch.forEach(remove);
    return 0;
  }
  function flush() {
    clearTimeout(timer);
    timer = 0;
    const done = (wait) => {
      busy = 0;
      if (wait >= 0 && entries()[0]) later(wait);
    };
    // A rejection of ours would be heard as one of the page's.
    return (busy = busy || attempt().then(done).catch(done));
  }

  later(DELAY); // for what earlier pages left
  return {
    target,
    flush,
    add(id, event) {
      const kept = entries();
      if (kept.length >= MAX_ENTRIES || text(kept).length + event.length > MAX_SIZE) return;
      put(prefix + id, event);
      soon();
    },
    // The page may be about to go. Entries stay until an answer that can be read, now or on the next page.
    leave() {
      if (paused() > 0) return;
      let list = entries().filter((entry) => !beaconed.has(entry[0]) && good(entry));
      for (let batch; (batch = batchOf(list))[0] && navigator.sendBeacon(target, text(batch)); ) {
        batch.forEach((entry) => beaconed.add(entry[0]));
        list = list.slice(batch.length);
      }
      soon();
    },
  };
}
