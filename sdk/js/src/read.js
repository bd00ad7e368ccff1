// What can go wrong in a page, as members of an event.

const MAX_MESSAGE = 2000;
const MAX_STACK = 8000;
const MAX_VALUE = 500; // of something thrown that is no error
const MAX_CAUSES = 5;

const cut = (value, max) => (value == null ? undefined : String(value).slice(0, max));

// one reads what was thrown, by its looks: errors of other frames and of old libraries are no instances of Error.
function one(thrown, maxStack) {
  if (Object(thrown) !== thrown) return { message: cut(thrown, MAX_VALUE) || "" + thrown };
  if (thrown.stack || (thrown.name && thrown.message)) {
    return { type: cut(thrown.name, 200), message: cut(thrown.message, MAX_MESSAGE), stack: cut(thrown.stack, maxStack) };
  }
  let text;
  try {
    text = JSON.stringify(thrown);
  } catch (e) {
    text = Object.keys(thrown).join();
  }
  const kind = thrown.constructor && thrown.constructor.name;
  return { message: cut((kind && kind != "Object" ? kind + " " : "") + text, MAX_VALUE) };
}

// read reads what was thrown with its causes and, of an AggregateError, its errors.
export function read(thrown) {
  const causes = [];
  const all = [thrown];
  for (let parent = 0; parent < all.length; parent++) {
    const error = Object(all[parent]);
    const add = (cause, source) => {
      if (cause == null || causes.length >= MAX_CAUSES || all.indexOf(cause) >= 0) return;
      all.push(cause);
      causes.push({ ...one(cause, MAX_STACK / 4), source, parent });
    };
    add(error.cause, "cause");
    if (Array.isArray(error.errors)) error.errors.slice(0, MAX_CAUSES).forEach((e, i) => add(e, "errors[" + i + "]"));
  }
  return { ...one(thrown, MAX_STACK), causes };
}

// heard reads an event of the browser; nothing when it tells of no trouble, or of our own.
export function heard(e, settings, target) {
  const from = e.target;
  const handled = false;
  if (e.type == "unhandledrejection") return { type: "UnhandledRejection", handled, ...read(e.reason) };
  if (e.type == "securitypolicyviolation") {
    if (e.blockedURI && target.startsWith(e.blockedURI)) return; // our own request: sending that would be blocked again
    const { effectiveDirective: directive, disposition } = e;
    const [scheme, host] = e.blockedURI.split(/[/:]+/);
    const blocked = /^(http|ws)/.test(scheme) ? host : scheme; // or a word such as inline
    return {
      type: "CSP violation",
      message: "Blocked " + directive + " from " + blocked,
      level: disposition == "report" ? "warning" : "error",
      filename: e.sourceFile,
      lineno: e.lineNumber,
      colno: e.columnNumber,
      tags: { report: "csp-violation", directive, blocked, disposition },
      extra: { blocked: e.blockedURI, sample: e.sample },
    };
  }
  if (/^(script|link|img)$/i.test(from && from.tagName)) {
    const url = String(from.src || from.href || "").split(/[?#]/)[0];
    const resource = from.tagName.toLowerCase();
    if (!url || off(settings.resources)) return;
    return { type: "ResourceError", message: "Failed to load " + resource + " " + url, handled, tags: { resource } };
  }
  if (e.error == null && !e.message) return; // somebody's own event of that name
  const known = e.error == null ? { message: cut(e.message, MAX_MESSAGE) } : read(e.error);
  return { handled, filename: e.filename, lineno: e.lineno, colno: e.colno, ...known };
}

export const off = (setting) => /^(false|off)$/.test(setting);
