// @itwin/service-authorization: discovery, client credentials, and the check of a token.
import assert from "node:assert/strict";
import { test } from "node:test";

import { IntrospectionClient, OIDCDiscoveryClient } from "@itwin/service-authorization";

import { authorization, base, credentials, itwins, newITwin, tokenOf } from "./platform.mjs";

test("discovery has what the client insists on", async () => {
  const found = await new OIDCDiscoveryClient(base).getConfig();
  assert.equal(found.issuer, base);
  assert.equal(found.token_endpoint, `${base}/connect/token`);
});

test("client credentials give a Bearer token for an hour, and it is kept while it is good", async () => {
  const client = authorization();
  assert.deepEqual([client.hasSignedIn, client.isAuthorized, client.hasExpired], [false, false, false]);
  const token = await client.getAccessToken();
  assert.match(token, /^Bearer [\w-]+\.[\w-]+\.[\w-]+$/);
  assert.deepEqual([client.hasSignedIn, client.isAuthorized, client.hasExpired], [true, true, false]);
  assert.equal(await client.getAccessToken(), token);
});

test("the token opens the API", async () => {
  const token = await authorization().getAccessToken();
  const account = await itwins.getAccountAsync(token, (await newITwin(token)).id);
  assert.equal(account.status, 200);
});

for (const [what, changes] of [
  ["a wrong secret", { clientSecret: "wrong" }],
  ["an unknown application", { clientId: "nobody" }],
]) {
  test(`${what} is refused with 401`, async () => {
    await assert.rejects(authorization("owner", changes).getAccessToken(), { message: /401/ });
  });
}

test("another scope is refused with 400", async () => {
  await assert.rejects(authorization("owner", { scope: "something-else" }).getAccessToken(), { message: /400/ });
});

test("an authority without discovery is an error", async () => {
  await assert.rejects(authorization("owner", { authority: `${base}/nowhere` }).getAccessToken(), {
    message: "Failed to retrieve OpenID configuration from authority",
  });
});

test("a service that checks tokens finds the keys, the client and the scope", async () => {
  const found = await new IntrospectionClient({ issuerUrl: base }).introspect(await tokenOf("owner"));
  assert.equal(found.active, true);
  assert.equal(found.scope, "itwin-platform");
  assert.equal(found.client_id, credentials("owner").clientId);
  assert.equal(found.iss, base);
});

test("a token that another key signed is not active", async () => {
  const [head, claims, signature] = (await tokenOf("owner")).split(".");
  const forged = `${head}.${claims}.${"A".repeat(8)}${signature.slice(8)}`;
  const found = await new IntrospectionClient({ issuerUrl: base }).introspect(forged);
  assert.equal(found.active, false);
});
