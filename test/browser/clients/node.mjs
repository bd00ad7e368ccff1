// A program in Node with @sentry/node as npm has it: it catches an error, leaves a promise alone, and dies of another.
import { createRequire } from "node:module";

const Sentry = createRequire(process.env.CLIENTS + "/")("@sentry/node");

Sentry.init({ dsn: process.env.DSN, release: "shop@1.4.2", environment: "test" });

function charge(message) {
  throw new TypeError(message);
}

try {
  charge("caught in Node");
} catch (e) {
  Sentry.captureException(e);
}
Sentry.captureMessage("told by Node");
Promise.reject(new RangeError("rejected in Node"));
setTimeout(() => charge("thrown in Node"), 500);
