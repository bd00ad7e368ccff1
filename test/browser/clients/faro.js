// A page with Grafana Faro as npm has it.
import { initializeFaro } from "@grafana/faro-web-sdk";

const faro = initializeFaro({
  url: window.settings.url,
  apiKey: window.settings.key,
  app: { name: "shop", version: "1.4.2", environment: "test" },
});
window.capture = (error) => faro.api.pushError(error);
