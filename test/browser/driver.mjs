// Drives a headless Chromium for the tests: a command in JSON a line on standard input, its answer a line on
// standard output. Every page opens with a storage of its own unless it is a tab of another.
import { createInterface } from "node:readline";
import { createRequire } from "node:module";

const require = createRequire(process.env.CLIENTS + "/");
const { chromium } = require("playwright-core");

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM,
  args: ["--no-sandbox", "--ignore-certificate-errors", "--short-reporting-delay"],
});
const pages = [];
const lines = []; // what pages said on their consoles, for failures

async function open(context, url) {
  const page = await context.newPage();
  page.on("console", (m) => lines.push(`page ${pages.indexOf(page)}: ${m.type()}: ${m.text()}`));
  page.on("pageerror", (e) => lines.push(`page ${pages.indexOf(page)}: uncaught: ${e}`));
  page.on("requestfailed", (r) => lines.push(`page ${pages.indexOf(page)}: ${r.method()} ${r.url()}: ${r.failure()?.errorText}`));
  pages.push(page);
  await page.goto(url, { waitUntil: "load" });
  return pages.length - 1;
}

// What pages did that they must never do, told by themselves and by the browser, by context.
const crimes = new Map();
const crimesOf = (page) => crimes.get(pages[page].context());

// Runs before every script of a page that is watched: payloads call pwn, and what the policy stopped counts too.
function betray() {
  window.pwn = (...what) => window.tell("a script ran: " + what);
  document.addEventListener("securitypolicyviolation", (e) => window.tell(`policy: ${e.violatedDirective} ${e.blockedURI} ${e.sample}`));
}

// What no page of ours has, whoever wrote what is in it.
function marks() {
  const found = [];
  for (const e of document.querySelectorAll("*")) {
    if (/^(x-pwn|iframe|frame|object|embed|applet|base|math|marquee|portal|foreignobject|animate|set)$/i.test(e.localName)) found.push("element " + e.localName);
    if (e.localName === "script" && (e.textContent || !e.getAttribute("src").startsWith("/"))) found.push("script " + e.outerHTML.slice(0, 200));
    if (e.localName === "meta" && e.httpEquiv) found.push("meta " + e.httpEquiv);
    for (const a of e.attributes) {
      if (/^(on|x-pwn|srcdoc|ping|background$)/i.test(a.name)) found.push(`attribute ${a.name} of ${e.localName}`);
      if (/^(hx-)?(href|src|action|formaction|xlink:href|data|get|post|poster)$/i.test(a.name) && !/^(https?:\/\/|[/?#]|$)/i.test(a.value)) found.push(`${a.name}=${a.value}`);
    }
    if (e.localName === "a" && e.origin !== location.origin && !e.relList.contains("noopener")) found.push("open link " + e.href);
    if (e.localName === "form" && new URL(e.getAttribute("action") || "", location.href).origin !== location.origin) found.push("form to " + e.getAttribute("action"));
  }
  return found;
}

async function watched(url) {
  const context = await browser.newContext();
  const caught = [];
  crimes.set(context, caught);
  await context.exposeBinding("tell", (_, what) => { caught.push(String(what)); });
  await context.addInitScript(betray);
  context.on("dialog", (d) => { caught.push("dialog: " + d.message()); d.dismiss().catch(() => {}); });
  context.on("request", (r) => r.url().startsWith(new URL(url).origin) || caught.push("request: " + r.url()));
  context.on("page", (p) => {
    p.on("console", (m) => m.type() === "error" && !/status of 4/.test(m.text()) && caught.push(`${p.url()}: console: ${m.text()}`));
    p.on("pageerror", (e) => caught.push(`${p.url()}: uncaught: ${e}`));
    p.on("popup", () => caught.push(`${p.url()}: opened another page`));
  });
  return open(context, url);
}

// tour loads pages one after the other as one visitor and looks at each: its status and everything it did or has in it.
async function tour({ page, urls, own }) {
  const stops = [], caught = crimesOf(page);
  for (const url of urls) {
    caught.length = 0;
    let answer;
    try {
      answer = await pages[page].goto(url, { waitUntil: "load" });
    } catch (e) {
      if (!String(e).includes("net::ERR_ABORTED")) throw e;
      stops.push({ url, at: url, status: 204, caught: [...caught] }); // nothing to show, or a file to save
      continue;
    }
    // Menus and folded parts are drawn too; what is focused or hovered by itself has had its time.
    await pages[page].evaluate(() => {
      for (const d of document.querySelectorAll("details")) d.open = true;
      return new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
    });
    const found = own ? await pages[page].evaluate(marks) : [];
    const at = pages[page].url();
    stops.push({ url, at, status: answer.status(), text: await pages[page].evaluate(() => document.body.innerText.length), caught: [...caught, ...found] });
  }
  caught.length = 0;
  return stops;
}

const commands = {
  watched: ({ url }) => watched(url),
  tour,
  caught: async ({ page }) => [...crimesOf(page).splice(0), ...(await pages[page].evaluate(marks))],
  fill: ({ page, selector, text }) => pages[page].fill(selector, text).then(() => null),
  press: ({ page, key }) => pages[page].keyboard.press(key).then(() => null),
  open: async ({ url }) => open(await browser.newContext({ ignoreHTTPSErrors: true }), url),
  tab: ({ page, url }) => open(pages[page].context(), url),
  go: ({ page, url }) => pages[page].goto(url, { waitUntil: "load" }).then(() => null),
  // A script element runs the code as the page's own: its errors are the page's.
  run: ({ page, code }) =>
    pages[page].evaluate((text) => {
      const script = document.createElement("script");
      script.textContent = text;
      document.head.append(script);
    }, code),
  value: ({ page, code }) => pages[page].evaluate(code),
  click: ({ page, selector }) => pages[page].click(selector).then(() => null),
  leave: async ({ page }) => {
    await pages[page].goto("about:blank");
    await pages[page].context().close();
    return null;
  },
  shut: async ({ page }) => pages[page].close({ runBeforeUnload: false }).then(() => null),
  said: () => lines.splice(0),
};

for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line);
  let answer;
  try {
    answer = { value: await commands[command.do](command) };
  } catch (e) {
    answer = { error: String(e) };
  }
  process.stdout.write(JSON.stringify(answer) + "\n");
}
await browser.close();
