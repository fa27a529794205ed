// What the tests share: tokens of the emulator's users, things to work on, and a look at what was called.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";

import { ITwinsAccessClient } from "@itwin/itwins-client";
import { ServiceAuthorizationClient } from "@itwin/service-authorization";

export const base = process.env.EMULATOR_URL;
export const unknown = "00000000-0000-4000-8000-000000000000";
export const foreign = process.env.EMULATOR_FOREIGN_ITWIN_ID;
export const elsewhere = process.env.EMULATOR_OTHER_DATA_CENTER_ITWIN_ID;

export function credentials(role) {
  const prefix = `EMULATOR_${role.toUpperCase()}`;
  return { clientId: process.env[`${prefix}_CLIENT_ID`], clientSecret: process.env[`${prefix}_CLIENT_SECRET`] };
}

export function authorization(role = "owner", more = {}) {
  return new ServiceAuthorizationClient({ ...credentials(role), scope: "itwin-platform", authority: base, ...more });
}

export const tokenOf = (role) => authorization(role).getAccessToken();

export const unique = (name) => `${name}-${randomUUID().slice(0, 8)}`;

/** An instance that remembers which of its methods were called from outside. */
export function watched(instance) {
  const called = new Set();
  const proxy = new Proxy(instance, {
    get(target, name) {
      if (typeof target[name] === "function") called.add(name);
      return Reflect.get(target, name);
    },
  });
  return { proxy, called };
}

/** The public methods of a client: what a new version adds has to be tried too. */
export function methods(type, hidden) {
  return Object.getOwnPropertyNames(type.prototype)
    .filter((name) => name !== "constructor" && !name.startsWith("_") && !hidden.includes(name))
    .sort();
}

export const itwins = new ITwinsAccessClient(`${base}/itwins`);

export async function newITwin(token, more = {}) {
  const name = unique("itwin");
  const made = await itwins.createiTwin(token, { class: "Thing", subClass: "Asset", displayName: name, number: name, ...more });
  assert.equal(made.status, 201, JSON.stringify(made));
  return made.data;
}
