// Completes what is typed into the search of a list: names of fields from the page's own help, values from the API.
window.trivetSuggest = (box) => {
  "use strict";
  const input = box.querySelector("input[type=search]");
  const fields = [...document.querySelectorAll("[data-field]")].map((th) => ({
    name: th.dataset.field,
    meaning: th.nextElementSibling.textContent,
    values: th.parentElement.querySelector("[data-values]")?.dataset.values.split(" "),
  }));
  const quoted = (value) => (/^[^\s"\\*:<>-][^\s"\\*:]*$/.test(value) ? value : '"' + value.replace(/[\\"]/g, "\\$&") + '"');

  // The term before the caret: where it begins, its minus, the name of its field and what stands behind the colon.
  function term() {
    const before = input.value.slice(0, input.selectionStart);
    const [, text] = /((?:[^\s"]|"(?:[^"\\]|\\.)*"?)*)$/.exec(before);
    const [, minus, field, value] = /^(-?)(?:([a-z-]+):)?(.*)$/s.exec(text);
    return { start: before.length - text.length, end: before.length, minus, field, value: value.replace(/^"/, "") };
  }
  function put(t, text, more) {
    input.setRangeText(t.minus + text + (more ? "" : " "), t.start, t.end, "end");
    input.focus();
    input.dispatchEvent(new Event("input"));
  }
  async function values(field, prefix) {
    if (field.values) return field.values.filter((v) => v.startsWith(prefix.toLowerCase()));
    if (!box.dataset.suggest) return [];
    await new Promise((after) => setTimeout(after, 120));
    const answer = await fetch(`${box.dataset.suggest}?field=${encodeURIComponent(field.name)}&prefix=${encodeURIComponent(prefix)}`).catch(() => null);
    if (!answer?.ok) return [];
    const body = await answer.json();
    return body.values || [];
  }
  window.trivetCombo(input, box, async (_, show) => {
    const t = term();
    if (t.field !== undefined) {
      const field = fields.find((f) => f.name === t.field);
      const found = field ? await values(field, t.value) : [];
      return show(found.filter((v) => v !== t.value).map((v) => ({ label: v, take: () => put(t, t.field + ":" + quoted(v)) })));
    }
    if (!t.value && input.value.trim() && !t.minus) return show([]);
    show(fields.filter((f) => f.name.startsWith(t.value.toLowerCase())).slice(0, 12)
      .map((f) => ({ label: f.name + ":", hint: f.meaning, take: () => put(t, f.name + ":", true) })));
  });
};
