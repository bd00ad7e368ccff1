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

const commands = {
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
