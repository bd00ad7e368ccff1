// A page with @sentry/browser as npm has it, of whichever major "sentry" is.
import * as Sentry from "sentry";

Sentry.init({ dsn: window.settings.dsn, release: "shop@1.4.2", environment: "test" });
window.capture = (error) => Sentry.captureException(error);
window.ask = (options) => Sentry.showReportDialog(options);
window.report = (message) => Sentry.captureMessage(message);
