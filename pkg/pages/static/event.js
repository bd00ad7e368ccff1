// Copies what a link leads to instead of following it: an event as Markdown or JSON.
(() => {
  "use strict";
  document.addEventListener("click", async (e) => {
    const link = e.target.closest?.("a[data-copy-url]");
    if (!link || e.ctrlKey || e.metaKey || e.shiftKey || !navigator.clipboard) return;
    e.preventDefault();
    const title = link.textContent;
    try {
      const answer = await fetch(link.href);
      if (!answer.ok) throw new Error(String(answer.status));
      await navigator.clipboard.writeText(await answer.text());
      link.textContent = "Copied";
      setTimeout(() => (link.textContent = title), 1500);
    } catch {
      location.href = link.href;
    }
  });
})();
