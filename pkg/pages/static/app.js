// What pages do with scripts on; everything works without. Listeners sit on the document, so that what htmx puts in needs
// nothing; what must be done to new pieces themselves is in fresh().
(() => {
  "use strict";
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector, within = document) => within.querySelector(selector);
  const seen = (e) => e && e.offsetParent !== null;
  root.classList.add("js");

  // Times: relative in the text, exact in the title, in the zone that was chosen or the browser's.
  const zone = root.dataset.zone || undefined;
  const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "long", timeZone: zone });
  function ago(seconds) {
    if (seconds < 5) return "now";
    const [by, unit] = seconds < 60 ? [1, "s"] : seconds < 3600 ? [60, "m"] : seconds < 86400 ? [3600, "h"] : [86400, "d"];
    return Math.floor(seconds / by) + unit + " ago";
  }
  function times(within = document) {
    for (const t of all("time[datetime]", within)) {
      const at = new Date(t.dateTime);
      if (isNaN(at)) continue;
      t.title = exact.format(at);
      t.textContent = t.closest(".chart, .exact") ? t.title : at > Date.now() ? t.title : ago((Date.now() - at) / 1000);
    }
  }
  setInterval(() => document.hidden || times(), 20000);

  // Notes that come and go.
  function say(text) {
    one(".toast")?.remove();
    const note = Object.assign(document.createElement("div"), { className: "toast", role: "status" });
    document.body.append(note);
    note.textContent = text;
    setTimeout(() => note.remove(), 2500);
  }

  // A dialog with a title and what fill puts into it; it goes when it is closed.
  function dialog(title, fill) {
    const d = document.createElement("dialog");
    d.setAttribute("aria-label", title);
    fill(d);
    document.body.append(d);
    d.addEventListener("close", () => d.remove());
    d.addEventListener("click", (e) => e.target === d && d.close());
    d.showModal();
    return d;
  }
  function element(name, text, props = {}) {
    return Object.assign(document.createElement(name), { textContent: text, ...props });
  }

  function theme() {
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme};path=/;max-age=31536000;samesite=lax`;
    document.dispatchEvent(new Event("theme"));
  }

  function confirmed(button) {
    dialog("Are you sure?", (d) => {
      const go = element("button", button.textContent.trim(), { className: "primary", autofocus: true });
      const row = element("p", "", { className: "row" });
      const no = element("button", "Cancel");
      go.onclick = () => (d.close(), (button.dataset.sure = "1"), button.form ? button.form.requestSubmit(button) : button.click());
      no.onclick = () => d.close();
      row.append(go, no);
      d.append(element("p", button.dataset.confirm), row);
    });
  }

  // Rows to work with.
  let last; // the box that was ticked last
  function chosen() {
    const form = one("[data-bulk]");
    if (!form) return;
    const boxes = all("[name=issue]", form), n = boxes.filter((b) => b.checked).length;
    one("[data-chosen]", form).textContent = n + " chosen";
    for (const b of all(".bulk button", form)) b.disabled = !n || (b.value === "merge" && n < 2);
    form.classList.toggle("chosen", n > 0);
    for (const b of boxes) b.closest("tr").classList.toggle("on", b.checked);
    const every = one("[data-all]", form);
    every.checked = n > 0 && n === boxes.length;
    every.indeterminate = n > 0 && n < boxes.length;
  }
  const rows = () => all("[data-row]").filter(seen);
  const at = () => document.activeElement?.closest?.("[data-row]");
  function move(by) {
    const list = rows(), i = list.indexOf(at());
    const row = list[i < 0 ? (by > 0 ? 0 : list.length - 1) : Math.min(list.length - 1, Math.max(0, i + by))];
    if (!row) return;
    one("a", row).focus();
    row.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("click", (e) => {
    const on = (selector) => e.target.closest(selector);
    for (const menu of all("details[data-menu][open]")) if (!menu.contains(e.target)) menu.open = false;
    let b;
    if ((b = on("[data-copy]"))) navigator.clipboard.writeText(b.dataset.copy).then(() => say("Copied"), () => say("The browser did not let us copy"));
    else if (on("[data-theme-toggle]")) theme();
    else if (on("[data-palette]")) palette();
    else if (on("[data-help]")) help();
    else if ((b = on("[data-confirm]"))) {
      if (b.dataset.sure) delete b.dataset.sure;
      else e.preventDefault(), confirmed(b);
    } else if ((b = on("[name=issue]"))) {
      const boxes = all("[name=issue]");
      if (e.shiftKey && last) {
        const [from, to] = [boxes.indexOf(last), boxes.indexOf(b)].sort((x, y) => x - y);
        for (const box of boxes.slice(Math.max(0, from), to + 1)) box.checked = b.checked;
      }
      last = b;
      chosen();
    } else if ((b = on("[data-all]"))) {
      for (const box of all("[name=issue]")) box.checked = b.checked;
      chosen();
    }
  });
  document.addEventListener("change", (e) => e.target.matches("[data-submit]") && e.target.form.requestSubmit());
  document.addEventListener("submit", (e) => {
    // Who chooses a theme for good on the account's page means it here too.
    if (e.target.elements.theme) document.cookie = "theme=;path=/;max-age=0;samesite=lax";
  });

  // Searches leave out what is empty, so that their URLs are short.
  document.addEventListener("formdata", (e) => {
    if (e.target.method === "get") for (const [name, value] of [...e.formData]) value === "" && e.formData.delete(name);
  });

  // Keys: single ones only where the page says so, and never while somebody types.
  let g = 0;
  document.addEventListener("keydown", (e) => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && e.key.toLowerCase() === "k") return e.preventDefault(), palette();
    const menu = e.target.closest?.("details[data-menu][open]");
    if (menu && e.key === "Escape") return (menu.open = false), one("summary", menu).focus();
    if (menu && (e.key === "ArrowDown" || e.key === "ArrowUp")) {
      const items = all("a, button", menu).filter(seen), i = items.indexOf(document.activeElement);
      items[(i + (e.key === "ArrowDown" ? 1 : items.length - (i < 0 ? 0 : 1))) % items.length]?.focus();
      return e.preventDefault();
    }
    if (!("keys" in root.dataset) || e.ctrlKey || e.metaKey || e.altKey || one("dialog[open]") || e.target.matches?.("input:not([type=checkbox]), textarea, select, [contenteditable]")) return;
    const key = e.key, row = at();
    if (g && Date.now() - g < 1500 && /^[a-z]$/.test(key)) {
      g = 0;
      const link = one(`[data-go="${key}"]`);
      if (link) e.preventDefault(), (location.href = link.href);
      return;
    }
    g = 0;
    const done = {
      g: () => (g = Date.now()),
      j: () => move(1),
      k: () => move(-1),
      o: () => row && one("a", row).click(),
      x: () => row && one("[name=issue]", row)?.click(),
      "/": () => one("input[type=search]")?.focus(),
      "?": () => help(),
    }[key];
    if (done) return e.preventDefault(), done();
    if (!/^[a-z]$/.test(key)) return;
    const button = one(`[data-key="${key}"]`);
    if (!button) return;
    e.preventDefault();
    const box = row && one("[name=issue]", row);
    if (box && !all("[name=issue]:checked").length) (box.checked = true), chosen();
    button.click();
    if (button.matches("summary")) one("div button, div a", button.parentElement)?.focus();
  });

  function help() {
    dialog("Keys", (d) => {
      const list = element("dl", "", { className: "pairs keys" });
      const keys = [["j  k", "next, previous row"], ["o  Enter", "open it"], ["x", "choose it"], ["r", "resolve"], ["i", "ignore"], ["a", "assign to me"],
        ["n  p", "next, previous event"], ["/", "search"], ["Ctrl K", "go to a page, project or issue"], ["?", "this list"]];
      for (const link of all("[data-go]")) keys.push(["g  " + link.dataset.go, link.textContent]);
      for (const [key, what] of keys) {
        const dt = element("dt", "");
        for (const k of key.split("  ")) dt.append(element("kbd", k), " ");
        list.append(dt, element("dd", what));
      }
      const close = element("button", "Close", { autofocus: true });
      close.onclick = () => d.close();
      d.append(element("h2", "Keys"), list);
      if (!("keys" in root.dataset)) d.append(element("p", "Single keys are switched off in your account.", { className: "hint" }));
      d.append(close);
    });
  }

  // A field whose proposals stand in a listbox below it: find(text) gives [{label, hint, take}].
  window.trivetCombo = function (input, box, find) {
    let items = [], on = -1, turn = 0;
    const id = "list-" + Math.random().toString(36).slice(2);
    const list = element("ul", "", { id, hidden: true });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", "Proposals");
    box.append(list);
    for (const [name, value] of Object.entries({ role: "combobox", "aria-autocomplete": "list", "aria-controls": id, "aria-expanded": "false" })) input.setAttribute(name, value);
    function pick(i) {
      on = i;
      all("[role=option]", list).forEach((o, n) => o.setAttribute("aria-selected", n === i));
      const option = list.children[i];
      option ? input.setAttribute("aria-activedescendant", option.id) : input.removeAttribute("aria-activedescendant");
      option?.scrollIntoView({ block: "nearest" });
    }
    function show(found, first = -1) {
      items = found;
      list.replaceChildren(...found.map((item, i) => {
        const option = element("li", "", { id: id + "-" + i });
        option.setAttribute("role", "option");
        option.append(element("span", item.label), element("span", item.hint || "", { className: "dim" }));
        option.onmousedown = (e) => (e.preventDefault(), take(i));
        return option;
      }));
      list.hidden = !found.length;
      input.setAttribute("aria-expanded", String(!list.hidden));
      pick(first);
    }
    function take(i) { const item = items[i]; show([]); item.take(); }
    async function look(first) {
      const mine = ++turn;
      await find(input, (found) => mine === turn && show(found, first));
    }
    input.addEventListener("input", () => look(box.dataset.first ? 0 : -1));
    input.addEventListener("focus", () => look(box.dataset.first ? 0 : -1));
    input.addEventListener("blur", () => (turn++, box.dataset.first || show([])));
    input.addEventListener("keydown", (e) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && items.length) e.preventDefault(), pick((on + step + items.length) % items.length);
      else if ((e.key === "Enter" || (e.key === "Tab" && !e.shiftKey)) && on >= 0) e.preventDefault(), take(on);
      else if (e.key === "Escape" && !list.hidden && !box.dataset.first) e.preventDefault(), e.stopPropagation(), show([]);
    });
    return look;
  };

  // The palette: pages and projects of the header, what can be done here, and issues by their words.
  function palette() {
    if (one("dialog.palette")) return;
    const pages = all(".top nav a, .top a[data-project], .top .menu a").map((a) => ({
      label: (a.dataset.project !== undefined ? one("span", a).textContent : a.textContent).trim(), hint: a.dataset.project !== undefined ? "project" : "page", take: () => (location.href = a.href),
    })).filter((x, i, list) => list.findIndex((y) => y.label === x.label && y.hint === x.hint) === i);
    pages.push({ label: "All issues", hint: "page", take: () => (location.href = "/issues") }, { label: "Light or dark", hint: "do", take: () => (one("dialog.palette").close(), theme()) },
      { label: "Keys", hint: "do", take: () => (one("dialog.palette").close(), help()) });
    for (const b of all("[data-key]").filter((b) => seen(b) && !b.disabled)) pages.push({ label: b.textContent.trim(), hint: "do", take: () => (one("dialog.palette").close(), b.click()) });
    dialog("Go to", (d) => {
      d.className = "palette";
      const box = element("div", "", { className: "search" });
      box.dataset.first = "1";
      const input = element("input", "", { type: "search", placeholder: "Page, project, words of an issue", autocomplete: "off", autofocus: true });
      input.setAttribute("aria-label", "Go to");
      box.append(input);
      d.append(box);
      window.trivetCombo(input, box, async (_, show) => {
        const text = input.value.trim().toLowerCase();
        const found = pages.filter((p) => p.label.toLowerCase().includes(text)).slice(0, text ? 8 : 14);
        show(found);
        await new Promise((after) => setTimeout(after, 150));
        if (text && input.value.trim().toLowerCase() !== text) return;
        const words = text && '"' + text.replace(/[\\"]/g, "\\$&") + '"';
        const answer = await fetch("/api/v1/issues?limit=8&fields=id,project_id,title" + (words ? "&q=" + encodeURIComponent(words) : "")).catch(() => null);
        if (!answer?.ok) return;
        const { issues } = await answer.json();
        show([...found, ...issues.map((i) => ({ label: i.title, hint: "issue", take: () => (location.href = `/projects/${i.project_id}/issues/${i.id}`) }))], 0);
      });
    });
  }

  // What is new since the page was opened, while somebody looks at it.
  async function poll() {
    const list = one("[data-poll]"), place = one("#fresh");
    if (!list || !place || document.hidden) return;
    const answer = await fetch(list.dataset.poll).catch(() => null);
    if (answer?.status !== 200) return;
    const html = await answer.text();
    if (list.isConnected && place.textContent !== new DOMParser().parseFromString(html, "text/html").body.textContent) place.innerHTML = html;
  }
  setInterval(poll, 15000);
  document.addEventListener("visibilitychange", () => document.hidden || (times(), poll()));

  function fresh(within) {
    times(within);
    chosen();
    if (/Mac|iP/.test(navigator.platform)) for (const k of all("[data-mod]", within)) k.textContent = "⌘ K";
    for (const box of all("[data-suggest]:not([data-on])", within)) (box.dataset.on = "1"), window.trivetSuggest?.(box);
  }
  document.addEventListener("htmx:load", (e) => fresh(e.detail.elt));
  document.addEventListener("DOMContentLoaded", () => fresh(document));
})();
