// @itwin/reality-data-client, two versions: the one that speaks through axios and the one that speaks through
// fetch and @itwin/reality-capture. Both allow only the platform's hosts; redirect.mjs leads them here.
import assert from "node:assert/strict";
import { before, describe, test } from "node:test";

import * as current from "@itwin/reality-data-client";
import * as older from "reality-data-client-1.4";

import { authorization, base, elsewhere, foreign, methods, newITwin, tokenOf, unique, unknown, watched } from "./platform.mjs";

const HIDDEN = ["setBaseUrl", "resolveAccessToken", "formatIsoString", "extractContinuationToken", "handleError"];

for (const [version, { ITwinRealityData, RealityDataAccessClient }] of [["1.6", current], ["1.4", older]]) {
  describe(`reality-data-client ${version}`, () => {
    const { proxy: client, called } = watched(new RealityDataAccessClient({ baseUrl: "https://qa-api.bentley.com" }));
    let owner, reader, outsider, first, second;

    before(async () => {
      [owner, reader, outsider] = await Promise.all(["owner", "reader", "outsider"].map(tokenOf));
      [first, second] = await Promise.all([newITwin(owner), newITwin(owner)]).then((made) => made.map((each) => each.id));
    });

    const draft = (more = {}) => Object.assign(new ITwinRealityData(client), { displayName: unique("mesh"), type: "3MX", ...more });
    const create = (more, iTwin = first) => client.createRealityData(owner, iTwin, draft(more));
    const refused = (promise, status, message = /./) => assert.rejects(promise, { errorNumber: status, message });

    test("associate, and dissociate again", async () => {
      const { id } = await create();
      assert.equal(await client.associateRealityData(owner, second, id), true);
      assert.deepEqual(await client.getRealityDataITwins(owner, id), [first, second]);
      await refused(client.associateRealityData(owner, second, id), 409);
      assert.equal(await client.dissociateRealityData(owner, second, id), true);
      assert.deepEqual(await client.getRealityDataITwins(owner, id), [first]);
      await refused(client.dissociateRealityData(owner, second, id), 404);
    });

    test("associate what is unknown, malformed, forbidden or without a token", async () => {
      const { id } = await create();
      await refused(client.associateRealityData(owner, second, unknown), 404, /not available/);
      await refused(client.associateRealityData(owner, unknown, id), 404);
      await refused(client.associateRealityData(owner, second, "nonsense"), 422, /Invalid RealityData request/);
      await refused(client.associateRealityData(owner, foreign, id), 403);
      await refused(client.associateRealityData(reader, second, id), 403, /insufficient permissions/i);
      await refused(client.associateRealityData("", second, id), 401);
      await refused(client.associateRealityData("Bearer nonsense", second, id), 401);
    });

    test("move", async () => {
      const { id } = await create();
      assert.equal(await client.moveRealityData(owner, id, second), true);
      assert.deepEqual(await client.getRealityDataITwins(owner, id), [second]);
      await refused(client.moveRealityData(owner, id, second), 409);
    });

    test("move what is unknown, malformed, forbidden or without a token", async () => {
      const { id } = await create();
      await refused(client.moveRealityData(owner, unknown, second), 404, /not available/);
      await refused(client.moveRealityData(owner, id, unknown), 404);
      await refused(client.moveRealityData(owner, id, "nonsense"), 422);
      await refused(client.moveRealityData(owner, id, ""), 422);
      await refused(client.moveRealityData(owner, id, foreign), 403);
      await refused(client.moveRealityData(owner, id, elsewhere), 422);
      await refused(client.moveRealityData(reader, id, second), 403);
      await refused(client.moveRealityData("", id, second), 401);
      await client.associateRealityData(owner, second, id);
      await refused(client.moveRealityData(owner, id, (await newITwin(owner)).id), 422);
      assert.deepEqual(await client.getRealityDataITwins(owner, id), [first, second]);
    });

    test("the iTwins of a reality data, as projects too", async () => {
      const { id } = await create();
      const [project] = await client.getRealityDataProjects(owner, id);
      assert.equal(project.id, first);
      await refused(client.getRealityDataProjects(owner, unknown), 404);
      await refused(client.getRealityDataITwins(owner, unknown), 404);
      await refused(client.getRealityDataITwins(outsider, id), 403);
    });

    test("create with all that the client can send, and read the same", async () => {
      const whole = {
        dataset: "set",
        group: "group",
        description: "words",
        rootDocument: "scene.3mx",
        tags: ["a", "b"],
        classification: "Model",
        acquisition: { startDateTime: new Date("2026-01-01T00:00:00Z"), endDateTime: new Date("2026-01-02T00:00:00Z"), acquirer: "someone" },
        authoring: true,
        extent: { southWest: { latitude: 1, longitude: 2 }, northEast: { latitude: 3, longitude: 4 } },
        crs: { id: "EPSG:4326" },
        attribution: "by",
        termsOfUse: "terms",
      };
      const made = await create(whole);
      const read = await client.getRealityData(owner, first, made.id);
      for (const found of [made, read]) {
        for (const [key, value] of Object.entries(whole)) assert.deepEqual(found[key], value, key);
        assert.equal(found.dataCenterLocation, "East US");
        assert.equal(found.size, 0);
        for (const date of ["createdDateTime", "modifiedDateTime", "lastAccessedDateTime"]) assert.ok(found[date].getTime(), date);
      }
      assert.equal((await client.getRealityData(owner, undefined, made.id)).id, made.id);
    });

    test("create without what is needed, or without permission", async () => {
      await refused(create({ displayName: "" }), 422);
      await refused(create({ type: "" }), 422);
      await refused(create({}, unknown), 404);
      await refused(client.createRealityData(reader, first, draft()), 403);
      await refused(client.createRealityData("", first, draft()), 401);
    });

    test("read what is unknown, malformed or forbidden", async () => {
      await refused(client.getRealityData(owner, undefined, unknown), 404);
      await refused(client.getRealityData(owner, undefined, "nonsense"), 422);
      await refused(client.getRealityData(outsider, undefined, (await create()).id), 403);
    });

    test("modify", async () => {
      const made = await create({ description: "before", tags: ["kept"] });
      made.description = "after";
      const changed = await client.modifyRealityData(owner, first, made);
      assert.deepEqual([changed.id, changed.description, changed.tags], [made.id, "after", ["kept"]]);
      assert.ok(changed.modifiedDateTime >= made.modifiedDateTime);
      await refused(client.modifyRealityData(reader, first, made), 403);
      made.id = unknown;
      await refused(client.modifyRealityData(owner, first, made), 404);
    });

    test("delete, with at most one iTwin", async () => {
      const { id } = await create();
      await client.associateRealityData(owner, second, id);
      await refused(client.deleteRealityData(owner, id), 422);
      await client.dissociateRealityData(owner, second, id);
      await refused(client.deleteRealityData(reader, id), 403);
      assert.equal(await client.deleteRealityData(owner, id), true);
      await refused(client.deleteRealityData(owner, id), 404);
    });

    test("list by page, with a continuation", async () => {
      const { id: iTwin } = await newITwin(owner);
      const ids = [];
      for (let i = 0; i < 5; i += 1) ids.push((await create({}, iTwin)).id);
      const found = [];
      let continuationToken;
      do {
        const page = await client.getRealityDatas(owner, iTwin, { top: 2, continuationToken });
        assert.ok(page.realityDatas.length <= 2);
        found.push(...page.realityDatas.map((each) => each.id));
        continuationToken = page.continuationToken;
      } while (continuationToken);
      assert.deepEqual(found.sort(), ids.sort());
      await refused(client.getRealityDatas(owner, iTwin, { top: 501 }), 422, /Maximum value/);
    });

    test("list with every filter", async () => {
      const { id: iTwin } = await newITwin(owner);
      const near = { southWest: { latitude: 1, longitude: 1 }, northEast: { latitude: 2, longitude: 2 } };
      const acquisition = { startDateTime: new Date("2020-05-01T00:00:00Z"), endDateTime: new Date("2020-05-02T00:00:00Z"), acquirer: "x" };
      const one = await create({ displayName: "B one", extent: near, acquisition, tags: ["tagged"] }, iTwin);
      const two = await create({ displayName: "A two", type: "OPC" }, iTwin);
      const ids = async (criteria) => (await client.getRealityDatas(owner, iTwin, criteria)).realityDatas.map((each) => each.id);
      const range = (degrees) => {
        const low = (degrees * Math.PI) / 180;
        return { getLongitudeLatitudeBoundingBox: () => ({ low: { x: low, y: low }, high: { x: low + 0.01, y: low + 0.01 } }) };
      };
      const days = (from, to) => ({ startDateTime: new Date(from), endDateTime: new Date(to) });
      const always = days("2020-01-01", "2099-01-01");
      const never = days("1999-01-01", "1999-01-02");
      assert.deepEqual(await ids({ orderBy: "displayName" }), [two.id, one.id]);
      assert.deepEqual(await ids({ orderBy: "displayName desc" }), [one.id, two.id]);
      assert.deepEqual(await ids({ search: "ONE" }), [one.id]);
      assert.deepEqual(await ids({ types: ["OPC", "LAS"] }), [two.id]);
      assert.deepEqual(await ids({ tag: "tagged" }), [one.id]);
      assert.deepEqual(await ids({ extent: range(1.5) }), [one.id]);
      assert.deepEqual(await ids({ extent: range(50) }), []);
      assert.deepEqual(await ids({ acquisitionDates: days("2020-04-30", "2020-05-03") }), [one.id]);
      assert.deepEqual(await ids({ acquisitionDates: never }), []);
      assert.deepEqual((await ids({ createdDateTime: always })).length, 2);
      assert.deepEqual(await ids({ createdDateTime: never }), []);
      if (version === "1.6") {
        assert.deepEqual((await ids({ modifiedDateTime: always, lastAccessedDateTime: always })).length, 2);
        assert.deepEqual(await ids({ modifiedDateTime: never }), []);
        assert.deepEqual(await ids({ lastAccessedDateTime: never }), []);
        assert.deepEqual((await ids({ ownerId: one.ownerId })).length, 2);
        assert.deepEqual(await ids({ ownerId: unknown }), []);
        assert.deepEqual((await ids({ dataCenter: "East US" })).length, 2);
        assert.deepEqual(await ids({ dataCenter: "UK South" }), []);
      }
      const [small] = (await client.getRealityDatas(owner, iTwin, { search: "one" })).realityDatas;
      assert.equal(small.size, undefined);
      const [full] = (await client.getRealityDatas(owner, iTwin, { search: "one", getFullRepresentation: true })).realityDatas;
      assert.equal(full.size, 0);
    });

    test("a list that nobody may see", async () => {
      // The older version hands the service's status on, the newer one says 422 for every refusal of a list.
      const [none, stranger] = version === "1.6" ? [422, 422] : [401, 403];
      await refused(client.getRealityDatas("", first, undefined), none);
      await refused(client.getRealityDatas(owner, foreign, undefined), stranger);
    });

    test("the addresses of the container, to read and to write", async () => {
      const made = await create();
      for (const write of [false, true]) {
        const url = await made.getBlobUrl(owner, "scene.3mx", write);
        assert.ok(url.href.startsWith("http") && url.pathname.endsWith("/scene.3mx"), url.href);
        assert.equal(await made.getBlobUrl(owner, undefined, write).then((found) => found instanceof URL), true);
      }
      const other = await create();
      await refused(other.getBlobUrl(outsider), 422, /Invalid container request/);
    });

    test("an authorization client takes the token's place, and the address is made without a call", async () => {
      const signed = new RealityDataAccessClient({ baseUrl: "https://qa-api.bentley.com", authorizationClient: authorization() });
      const { id } = await create();
      assert.equal((await signed.getRealityData("", first, id)).id, id);
      assert.equal(await client.getRealityDataUrl(first, id), `${client.baseUrl}/${id}?iTwinId=${first}`);
    });

    test("no other host is allowed", () => {
      assert.throws(() => new RealityDataAccessClient({ baseUrl: base }), { message: "invalid host" });
    });

    test("every public method of the client was called", () => {
      const all = methods(RealityDataAccessClient, HIDDEN);
      assert.deepEqual(all.filter((name) => !called.has(name)), []);
      assert.ok(all.length >= 11);
    });
  });
}
