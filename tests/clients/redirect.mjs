// Preloaded with `node --import`: sends what a client addresses to the platform to the emulator instead.
// The clients stay as they are shipped; only Node's own ways out are replaced. Any other host than the
// emulator is refused, so that no test can ever reach a real service.
import http from "node:http";
import https from "node:https";
import { syncBuiltinESMExports } from "node:module";

const emulator = new URL(process.env.EMULATOR_URL);
const PLATFORM = new Set([
  "api.bentley.com",
  "qa-api.bentley.com",
  "dev-api.bentley.com",
  "ims.bentley.com",
  "qa-ims.bentley.com",
]);

function refuse(host) {
  throw new Error(`this test may not reach ${host}`);
}

function redirected(address) {
  const url = new URL(address);
  if (url.host === emulator.host) return url;
  if (!PLATFORM.has(url.host)) refuse(url.host);
  url.protocol = emulator.protocol;
  url.host = emulator.host;
  return url;
}

const request = http.request;

https.request = (first, ...rest) => {
  const options = typeof first === "string" || first instanceof URL ? new URL(first) : first;
  const host = options.hostname ?? options.host;
  if (!PLATFORM.has(host)) refuse(host);
  const callback = rest.find((each) => typeof each === "function");
  const more = rest.find((each) => typeof each === "object") ?? {};
  const { method, headers } = { ...options, ...more };
  return request(redirected(`https://${host}${options.path ?? options.pathname + options.search}`), { method, headers }, callback);
};
https.get = (...all) => https.request(...all).end();

http.request = (first, ...rest) => {
  const host = first.hostname ?? first.host ?? new URL(first).hostname;
  if (host.replace(/:\d+$/, "") !== emulator.hostname) refuse(host);
  return request(first, ...rest);
};
syncBuiltinESMExports();

const native = globalThis.fetch;

globalThis.fetch = (input, init) =>
  input instanceof Request ? native(new Request(redirected(input.url), input), init) : native(redirected(input), init);
