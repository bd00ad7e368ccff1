// Draws charts finer than the server does: the value under the pointer, and a span chosen by dragging, which becomes the
// page's from and to. The server's drawing stays where this can't run, and on paper.
(() => {
  "use strict";
  const of = (e, name) => getComputedStyle(e).getPropertyValue(name).trim();
  // A colour of a class as the theme has it now.
  function colour(figure, name) {
    const probe = document.createElement("i");
    probe.className = name;
    figure.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }
  const zone = document.documentElement.dataset.zone;

  function draw(figure) {
    const data = JSON.parse(figure.dataset.chart);
    const lines = data.lines || [];
    const old = figure.querySelector("svg").parentElement;
    figure.querySelector(".uplot")?.remove();
    const times = Array.from({ length: data.count }, (_, i) => data.from + i * data.step);
    // Stacked: each series is drawn as the sum with those below it, the highest first.
    const sums = [];
    lines.forEach((line, n) => sums.push(line.points.map((v, i) => v + (n ? sums[n - 1][i] : 0))));
    const order = lines.map((_, i) => i).reverse();
    const dim = colour(figure, "dim"), grid = colour(figure, "rule");
    const axis = { stroke: dim, font: "12px system-ui, sans-serif", grid: { stroke: grid, width: 1 }, ticks: { show: false } };
    const marks = { hooks: { drawAxes: [(u) => {
      const { ctx, bbox } = u;
      ctx.save();
      ctx.strokeStyle = ctx.fillStyle = dim;
      ctx.setLineDash([3, 4]);
      for (const m of data.marks || []) {
        const x = u.valToPos(m.at, "x", true);
        if (x < bbox.left || x > bbox.left + bbox.width) continue;
        ctx.beginPath(), ctx.moveTo(x, bbox.top), ctx.lineTo(x, bbox.top + bbox.height), ctx.stroke();
        ctx.beginPath(), ctx.arc(x, bbox.top, 3 * devicePixelRatio, 0, 7), ctx.fill();
      }
      ctx.restore();
    }] } };
    const format = new Intl.DateTimeFormat(undefined, data.step < 86400 ? { dateStyle: "medium", timeStyle: "short", timeZone: zone } : { dateStyle: "medium", timeZone: "UTC" });
    const tip = document.createElement("div");
    tip.className = "tip";
    tip.hidden = true;
    const tips = { hooks: {
      init: [(u) => u.over.append(tip)],
      setCursor: [(u) => {
        const i = u.cursor.idx;
        tip.hidden = i == null || u.cursor.left < 0;
        if (tip.hidden) return;
        const near = (data.marks || []).filter((m) => m.at >= times[i] && m.at < times[i] + data.step);
        tip.replaceChildren(...[format.format(times[i] * 1000), ...order.filter((n) => lines[n].points[i]).map((n) => `${lines[n].name || "unknown"}: ${lines[n].points[i].toLocaleString()}`),
          ...(lines.some((l) => l.points[i]) ? [] : [`no ${data.unit}`]), ...near.map((m) => "release " + m.name)].map((text) => Object.assign(document.createElement("div"), { textContent: text })));
        const left = u.cursor.left > u.over.clientWidth / 2;
        tip.style.left = left ? "auto" : u.cursor.left + 12 + "px";
        tip.style.right = left ? u.over.clientWidth - u.cursor.left + 12 + "px" : "auto";
      }],
      setSelect: [(u) => {
        if (!data.zoom || u.select.width < 4) return;
        const iso = (x) => new Date(Math.round(u.posToVal(x, "x") / 60) * 60000).toISOString().slice(0, 19) + "Z";
        const to = new URL(data.zoom, location.href);
        to.searchParams.set("from", iso(u.select.left));
        to.searchParams.set("to", iso(u.select.left + u.select.width));
        location.href = to;
      }],
    } };
    const width = () => figure.clientWidth;
    const chart = new uPlot({
      width: width(), height: 200, plugins: [marks, tips], legend: { show: false }, padding: [8, 18, 0, 0],
      cursor: { drag: { x: !!data.zoom, y: false, setScale: false }, points: { show: false }, y: false },
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), data.step < 86400 ? zone || Intl.DateTimeFormat().resolvedOptions().timeZone : "Etc/UTC"),
      scales: { x: { range: () => [data.from, data.from + data.count * data.step] }, y: { range: (_, min, max) => [0, Math.max(2, max * 1.05)] } },
      axes: [{ ...axis, size: 28, grid: { show: false }, values: hours(data) }, { ...axis, size: 46, incrs: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 2e4, 5e4, 1e5, 1e6, 1e7], values: (_, all) => all.map((v) => (v >= 1e6 ? v / 1e6 + "M" : v >= 1e3 ? v / 1e3 + "k" : v)) }],
      series: [{}, ...order.map((n) => ({ label: lines[n].name, width: 0, fill: colour(figure, lines[n].class), paths: uPlot.paths.bars({ size: [0.86, 40], align: 1, gap: 1 }), points: { show: false } }))],
    }, [times, ...order.map((n) => sums[n])], figure);
    figure.prepend(chart.root);
    old.hidden = true;
    figure.uplot = chart;
    new ResizeObserver(() => figure.clientWidth && chart.setSize({ width: width(), height: 200 })).observe(figure);
  }
  // Hours of the clock on short charts, days on long ones; never am and pm.
  function hours(data) {
    return data.step < 86400 && data.count * data.step <= 172800 ? "{HH}:{mm}" : "{D} {MMM}";
  }
  const fresh = (within) => within.querySelectorAll("[data-chart]:not([data-drawn])").forEach((f) => ((f.dataset.drawn = "1"), draw(f)));
  addEventListener("DOMContentLoaded", () => fresh(document));
  document.addEventListener("htmx:load", (e) => fresh(e.detail.elt));
  for (const [target, name] of [[document, "theme"], [matchMedia("(prefers-color-scheme: dark)"), "change"]])
    target.addEventListener(name, () => document.querySelectorAll("[data-drawn]").forEach(draw));
})();
