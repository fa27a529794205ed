// @itwin/itwins-client: the account, iTwins and their repositories. Every public method is called.
import assert from "node:assert/strict";
import { before, test } from "node:test";

import { ITwinsAccessClient } from "@itwin/itwins-client";

import { base, foreign, methods, newITwin, tokenOf, unique, unknown, watched } from "./platform.mjs";

const { proxy: client, called } = watched(new ITwinsAccessClient(`${base}/itwins`));
const MINIMAL = ["class", "displayName", "id", "number", "subClass", "type"];
let owner, reader, outsider, itwin;

before(async () => {
  [owner, reader, outsider] = await Promise.all(["owner", "reader", "outsider"].map(tokenOf));
  itwin = await newITwin(owner);
});

const refused = (found, status, code, ...targets) => {
  assert.equal(found.status, status);
  assert.equal(found.data, undefined);
  assert.equal(found.error.code, code);
  assert.equal(typeof found.error.message, "string");
  assert.deepEqual((found.error.details ?? []).map((each) => `${each.code} ${each.target}`), targets);
};

test("an iTwin's account, minimal and in full", async () => {
  const small = await client.getAccountAsync(owner, itwin.id);
  assert.equal(small.status, 200);
  assert.deepEqual(Object.keys(small.data).sort(), MINIMAL);
  assert.deepEqual([small.data.class, small.data.subClass], ["Account", "Account"]);
  const full = await client.getAccountAsync(owner, itwin.id, "representation");
  assert.equal(full.data.id, itwin.iTwinAccountId);
  assert.ok(Date.parse(full.data.createdDateTime) && full.data.createdBy);
});

test("the account of an unknown iTwin is not found", async () => {
  refused(await client.getAccountAsync(owner, unknown), 404, "iTwinNotFound");
});

test("a stranger does not get the account", async () => {
  refused(await client.getAccountAsync(outsider, itwin.id), 404, "iTwinNotFound");
});

for (const [token, code] of [
  ["", "HeaderNotFound"],
  ["Basic abc", "InvalidAuthorizationScheme"],
  ["Bearer nonsense", "Unauthorized"],
]) {
  test(`401 ${code} for the token '${token}'`, async () => {
    refused(await client.getAccountAsync(token, itwin.id), 401, code);
  });
}

test("the primary account is the user's own", async () => {
  const found = await client.getPrimaryAccountAsync(owner);
  assert.equal(found.status, 200);
  assert.equal(found.data.id, itwin.iTwinAccountId);
  assert.notEqual((await client.getPrimaryAccountAsync(outsider)).data.id, found.data.id);
  refused(await client.getPrimaryAccountAsync(""), 401, "HeaderNotFound");
});

test("create an iTwin", async () => {
  const body = { class: "Endeavor", subClass: "Project", displayName: unique("bridge"), status: "Trial", dataCenterLocation: "UK South" };
  const { status, data } = await client.createiTwin(owner, body);
  assert.equal(status, 201);
  assert.deepEqual({ ...data, ...body }, data);
  assert.equal(data.number, data.id);
});

test("create an iTwin without class, with a wrong pair, or with a taken number", async () => {
  const body = { class: "Thing", subClass: "Asset", displayName: unique("x") };
  refused(await client.createiTwin(owner, { ...body, class: undefined }), 422, "InvalidiTwinsRequest", "MissingRequiredProperty class");
  const wrong = await client.createiTwin(owner, { ...body, subClass: "Project" });
  assert.deepEqual([wrong.status, wrong.error.code], [422, "InvalidiTwinsRequest"]);
  refused(await client.createiTwin(owner, { ...body, number: itwin.number }), 409, "iTwinExists", "InvalidValue number");
});

test("get an iTwin, minimal and in full", async () => {
  const small = await client.getAsync(owner, itwin.id);
  assert.equal(small.status, 200);
  assert.deepEqual(Object.keys(small.data).sort(), [...MINIMAL, "status"].sort());
  const full = await client.getAsync(owner, itwin.id, "representation");
  assert.deepEqual([full.data.status, full.data.dataCenterLocation], ["Active", "East US"]);
});

test("get an iTwin that is unknown", async () => {
  refused(await client.getAsync(owner, unknown), 404, "iTwinNotFound");
});

test("get an iTwin of another organization", async () => {
  refused(await client.getAsync(owner, foreign), 403, "InsufficientPermissions");
});

test("update an iTwin", async () => {
  const made = await newITwin(owner);
  const { status, data } = await client.updateiTwin(owner, made.id, { displayName: unique("renamed"), status: "Inactive" });
  assert.equal(status, 200);
  assert.deepEqual([data.id, data.status], [made.id, "Inactive"]);
  assert.equal((await client.getAsync(owner, made.id)).data.displayName, data.displayName);
  refused(await client.updateiTwin(owner, made.id, { number: itwin.number }), 409, "iTwinExists", "InvalidValue number");
  refused(await client.updateiTwin(owner, unknown, { displayName: "x" }), 404, "iTwinNotFound");
  refused(await client.updateiTwin(reader, itwin.id, { displayName: "x" }), 403, "InsufficientPermissions");
});

test("delete an iTwin", async () => {
  const made = await newITwin(owner);
  assert.deepEqual(await client.deleteiTwin(owner, made.id), { status: 204, data: undefined, error: undefined });
  refused(await client.deleteiTwin(owner, made.id), 404, "iTwinNotFound");
  refused(await client.deleteiTwin(reader, itwin.id), 403, "InsufficientPermissions");
});

test("list iTwins by page", async () => {
  const family = unique("family");
  for (const name of "abc") await newITwin(owner, { displayName: `${family} ${name}` });
  const page = (top, skip) => client.queryAsync(owner, undefined, { search: family, top, skip });
  const names = async (top, skip) => (await page(top, skip)).data.map((each) => each.displayName.slice(-1));
  assert.deepEqual([await names(2, 0), await names(2, 2), await names(2, 4)], [["a", "b"], ["c"], []]);
});

test("list iTwins with every filter", async () => {
  const name = unique("filtered");
  const made = await newITwin(owner, { class: "Endeavor", subClass: "Program", displayName: name, type: name, status: "Inactive" });
  const found = async (arg, subClass) => (await client.queryAsync(owner, subClass, arg)).data.map((each) => each.id);
  const inactive = { includeInactive: true, displayName: name };
  assert.deepEqual(await found({ displayName: name }), []);
  assert.deepEqual(await found(inactive), [made.id]);
  assert.deepEqual(await found({ ...inactive, number: made.number }), [made.id]);
  assert.deepEqual(await found({ ...inactive, number: itwin.number }), []);
  assert.deepEqual(await found({ ...inactive, subClass: "Program" }), [made.id]);
  assert.deepEqual(await found(inactive, "Asset"), []);
  assert.deepEqual(await found({ displayName: name, status: "Inactive" }), [made.id]);
  assert.deepEqual(await found({ ...inactive, type: name }), [made.id]);
  assert.deepEqual(await found({ ...inactive, parentId: made.parentId }), [made.id]);
  assert.deepEqual(await found({ ...inactive, parentId: unknown }), []);
  assert.deepEqual(await found({ ...inactive, iTwinAccountId: made.iTwinAccountId }), [made.id]);
  const both = await client.queryAsync(owner, undefined, { ...inactive, status: "Inactive" });
  refused(both, 422, "InvalidiTwinsRequest", "InvalidValue includeInactive");
});

test("list iTwins in full, and of the whole organization for its administrator", async () => {
  const arg = { displayName: itwin.displayName, resultMode: "representation" };
  const [full] = (await client.queryAsync(owner, undefined, arg)).data;
  assert.equal(full.iTwinAccountId, itwin.iTwinAccountId);
  assert.deepEqual((await client.queryAsync(outsider, undefined, { ...arg, queryScope: "all" })).data, []);
  refused(await client.queryAsync("", undefined, arg), 401, "HeaderNotFound");
});

test("favorites and recents are what the user marked", async () => {
  const bearer = { headers: { authorization: owner }, method: "POST" };
  for (const [kind, query] of [["favorites", "queryFavoritesAsync"], ["recents", "queryRecentsAsync"]]) {
    const marked = await newITwin(owner);
    assert.equal((await fetch(`${base}/itwins/${kind}/${marked.id}`, bearer)).status, 204);
    const { status, data } = await client[query](owner, "Asset", { top: 1000 });
    assert.equal(status, 200);
    assert.ok(data.some((each) => each.id === marked.id));
    assert.deepEqual((await client[query](owner, "Portfolio")).data, []);
    refused(await client[query](""), 401, "HeaderNotFound");
  }
});

test("a new iTwin has one generated repository, and created ones follow it", async () => {
  const { id } = await newITwin(owner);
  const first = await client.queryRepositoriesAsync(owner, id);
  assert.deepEqual([first.status, first.data.length], [200, 1]);
  const maps = { class: "GeographicInformationSystem", subClass: "WebMapService", uri: "https://example.com/wms" };
  const made = await client.createRepository(owner, id, maps);
  assert.equal(made.status, 201);
  assert.deepEqual({ ...made.data, ...maps }, made.data);
  const all = await client.queryRepositoriesAsync(owner, id);
  assert.deepEqual(all.data.map((each) => each.id), [first.data[0].id, made.data.id]);
  const some = await client.queryRepositoriesAsync(owner, id, { class: maps.class, subClass: maps.subClass });
  assert.deepEqual(some.data.map((each) => each.id), [made.data.id]);
  refused(await client.createRepository(owner, id, maps), 409, "iTwinRepositoryExists");
  assert.deepEqual(await client.deleteRepository(owner, id, made.data.id), { status: 204, data: undefined, error: undefined });
  refused(await client.deleteRepository(owner, id, made.data.id), 404, "iTwinRepositoryNotFound");
});

test("a repository needs an address, an iTwin and the permission", async () => {
  const maps = { class: "GeographicInformationSystem", subClass: "MapServer", uri: "https://example.com/map" };
  const empty = await client.createRepository(owner, itwin.id, { ...maps, uri: "" });
  refused(empty, 422, "InvalidiTwinsRequest", "MissingRequiredProperty uri");
  refused(await client.createRepository(owner, unknown, maps), 404, "iTwinNotFound");
  refused(await client.createRepository(reader, itwin.id, maps), 403, "InsufficientPermissions");
  refused(await client.queryRepositoriesAsync(owner, unknown), 404, "iTwinNotFound");
  refused(await client.deleteRepository(owner, unknown, unknown), 404, "iTwinNotFound");
});

test("every public method of the client was called", () => {
  const all = methods(ITwinsAccessClient, ["getHeaders", "getResultModeHeaders", "getQueryScopeHeaders"]);
  assert.deepEqual(all.filter((name) => !called.has(name)), []);
  assert.ok(all.length >= 11);
});
