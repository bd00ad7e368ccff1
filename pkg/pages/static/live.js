// The live pages: events as they are stored, and the first event of a project. Whatever a stranger sent goes into
// textContent and attributes that hold no code.
(() => {
  "use strict";
  const $ = (id) => document.getElementById(id);
  // As the server shows them: what can't be seen, and what turns the text beside it, is named.
  const odd = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b\u200e\u200f\u2028-\u202e\u2060\u2066-\u2069\ufeff]/g;
  const seen = (s) => String(s ?? "").replace(odd, (c) => "‹U+" + c.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0") + "›");
  const make = (name, className, text) => {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  };
  const cell = (className, child) => {
    const td = make("td", className);
    td.append(child);
    return td;
  };

  const MAX_ROWS = 200;
  const table = $("tail");
  if (table) {
    const body = table.tBodies[0], state = $("live-state"), pause = $("pause"), empty = $("tail-empty"), leftOut = $("left-out");
    let paused = false, held = [], missed = 0;
    const row = (e) => {
      const tr = make("tr", "lv-" + String(e.level).replace(/[^a-z]/g, "") + " just-in");
      tr.dataset.id = e.id;
      const link = make("a", "title cut", (e.type ? seen(e.type) + ": " : "") + seen(e.message));
      link.href = `/projects/${Number(e.project_id)}/events/${encodeURIComponent(e.id)}?day=${encodeURIComponent(e.day)}`;
      const what = cell("what", link);
      what.append(make("span", "dim mono cut", seen(e.culprit)));
      const at = new Date(e.received_at), time = make("time", "", "now");
      time.dateTime = e.received_at;
      time.title = at.toLocaleString();
      time.tabIndex = 0;
      const url = make("span", "cut url", seen(e.url));
      url.title = seen(e.url);
      const release = make("span", "cut release", seen(e.release));
      release.title = seen(e.release);
      tr.append(what, cell("nowrap", time), cell("", make("span", "level " + String(e.level).replace(/[^a-z]/g, ""), e.level)),
        cell("dim", release), cell("dim", url));
      return tr;
    };
    const show = (events) => {
      for (const e of events) {
        if (!body.querySelector(`tr[data-id="${CSS.escape(e.id)}"]`)) body.prepend(row(e));
      }
      while (body.rows.length > MAX_ROWS) body.lastElementChild.remove();
      if (body.rows.length) empty.hidden = true;
    };
    const tell = (text) => (state.textContent = text);
    pause.addEventListener("click", () => {
      paused = !paused;
      pause.setAttribute("aria-pressed", paused);
      pause.textContent = paused ? "Go on" : "Pause";
      if (!paused) {
        show(held.splice(0));
        tell("listening");
      } else tell("paused");
    });
    const stream = new EventSource(table.dataset.stream);
    stream.onopen = () => tell(paused ? "paused" : "listening");
    stream.onerror = () => tell(stream.readyState === EventSource.CLOSED ? "ended: load anew" : "connecting again …");
    stream.onmessage = (m) => {
      const e = JSON.parse(m.data);
      if (!paused) return show([e]);
      held.push(e);
      if (held.length > MAX_ROWS) held.shift();
      tell(`paused, ${held.length === MAX_ROWS ? MAX_ROWS + " or more" : held.length} new`);
    };
    stream.addEventListener("left_out", (m) => {
      missed += Number(m.data) || 0;
      leftOut.hidden = false;
      leftOut.textContent = `${missed} events came faster than can be shown and were left out here. They are stored.`;
    });
    stream.addEventListener("end", () => {
      stream.close();
      tell("ended: load anew");
    });
    addEventListener("pagehide", () => stream.close());
  }

  const start = $("start-state");
  if (start) {
    const refresh = async () => {
      const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
      if (!answer.ok) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("start-state");
      if (!fresh) return;
      const now = $("start-state");
      if (now.innerHTML !== fresh.innerHTML) now.replaceWith(document.adoptNode(fresh));
    };
    const stream = new EventSource(start.dataset.stream);
    let last = 0, later;
    const soon = () => {
      clearTimeout(later); // not for each of a flood
      later = setTimeout(() => { last = Date.now(); refresh(); }, Date.now() - last > 2000 ? 0 : 2000);
    };
    stream.onmessage = soon;
    stream.onopen = soon; // what came before the stream was open
    stream.addEventListener("end", () => stream.close());
    addEventListener("pagehide", () => stream.close());
  }

  const form = $("throw");
  form?.addEventListener("submit", async (submitted) => {
    submitted.preventDefault();
    const told = $("thrown");
    let error;
    try {
      (function checkout() {
        (function sendTestError() {
          throw new TypeError("This is a test from Trivet's own pages");
        })();
      })();
    } catch (e) {
      error = e;
    }
    try {
      const answer = await fetch(form.dataset.target, {
        method: "POST",
        credentials: "omit",
        body: JSON.stringify({
          type: error.name, message: error.message, stack: error.stack, level: "error", url: location.href, environment: "test",
          timestamp: new Date().toISOString(), tags: { "trivet.test": "true" },
        }),
      });
      if (!answer.ok) throw new Error(String(answer.status));
      told.textContent = "Sent. It appears above once it is stored.";
    } catch {
      form.submit(); // ingest takes nothing from this page: the server sends one
    }
  });
})();
