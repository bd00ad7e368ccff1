// Breadcrumbs: what the page did before it broke. Each kind can be left out; queries of URLs always are.

export function follow(wanted = "console fetch xhr click navigation", add) {
  // Whatever cannot be told goes untold: the page's values are read in here only.
  const note = (tell) => {
    try {
      tell();
    } catch (e) {}
  };
  // wrap replaces a function of the browser's, if it is wanted, is there and is not frozen.
  const wrap = (kind, owner, name, make) => {
    if (String(wanted).includes(kind)) note(() => (owner[name] = make(owner[name])));
  };
  const plain = (url) => String(url).split(/[?#]/)[0];

  for (const level of ["log", "info", "warn", "error"]) {
    wrap("console", console, level, (was) => function (...given) {
      note(() => add("console", given.map(String).join(" "), { level: level == "warn" ? "warning" : level }));
      return was.apply(this, given);
    });
  }
  wrap("fetch", self, "fetch", (was) => async function (input, options) {
    const told = (answer) =>
      note(() => add("fetch", ((options || input).method || "GET") + " " + plain(input.url || input), { data: { status_code: answer.status } }));
    // It still rejects by itself: a rejection that only we handle would go unnoticed.
    try {
      const answer = await was.apply(this, arguments);
      told(answer);
      return answer;
    } catch (e) {
      told({});
      throw e;
    }
  });
  wrap("xhr", self.XMLHttpRequest && XMLHttpRequest.prototype, "open", (was) => function (method, url) {
    note(() =>
      this.addEventListener(
        "loadend",
        () => note(() => add("xhr", method + " " + plain(url), { data: { status_code: this.status } })),
        { once: true }, // pages that poll open one again and again
      ),
    );
    return was.apply(this, arguments);
  });
  wrap("navigation", self.history, "pushState", (was) => function () {
    was.apply(this, arguments);
    note(() => add("navigation", plain(location)));
  });
  if (String(wanted).includes("click")) {
    const clicked = ({ target }) => note(() => add("click", target.tagName.toLowerCase() + (target.id && "#" + target.id)));
    addEventListener("click", clicked, true);
  }
}
