// @itwin/reality-capture: the client below reality-data-client 1.6. It brings schemas of what the service answers.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { before, test } from "node:test";

import { ContainerClient } from "@azure/storage-blob";
import * as sdk from "@itwin/reality-capture";

import { authorization, newITwin, tokenOf, unique, unknown } from "./platform.mjs";

const service = (role) => new sdk.RealityCaptureService(authorization(role), { env: "qa" });
const owner = service("owner");
const outsider = service("outsider");
let first, second;

before(async () => {
  const token = await tokenOf("owner");
  [first, second] = [(await newITwin(token)).id, (await newITwin(token)).id];
});

const draft = (more = {}) => ({ iTwinId: first, displayName: unique("cloud"), type: sdk.Type.LAS, ...more });

// The schemas know members that are absent and none that are null; the client itself does not mind either.
const present = (value) => Object.fromEntries(Object.entries(value).filter(([, each]) => each !== null));

function fulfilled(response, status, schema) {
  assert.equal(response.status_code, status, JSON.stringify(response.error));
  assert.equal(response.isError(), false);
  if (schema) schema.parse(present(response.value));
  return response.value;
}

function refused(response, status, code) {
  assert.deepEqual([response.status_code, response.isError(), response.value], [status, true, null]);
  sdk.DetailedErrorResponseSchema.parse(response.error);
  if (code) assert.equal(response.error.error.code, code);
}

test("a life of a reality data keeps the client's own schemas", async () => {
  const { id } = fulfilled(await owner.createRealityData(draft()), 201, sdk.RealityDataSchema);
  fulfilled(await owner.getRealityData(id, first), 200, sdk.RealityDataSchema);
  fulfilled(await owner.updateRealityData({ displayName: "changed", iTwinId: first }, id), 200, sdk.RealityDataSchema);
  fulfilled(await owner.getRealityDataReadAccess(id, first), 200, sdk.ContainerDetailsSchema);
  fulfilled(await owner.getRealityDataWriteAccess(id, first), 200, sdk.ContainerDetailsSchema);
  fulfilled(await owner.associateRealityData(second, id), 200);
  assert.deepEqual(fulfilled(await owner.getRealityDataITwins(id), 200), [first, second]);
  fulfilled(await owner.dissociateRealityData(second, id), 204);
  fulfilled(await owner.moveRealityData(id, second), 204);
  fulfilled(await owner.deleteRealityData(id), 204);
});

test("every refusal has the shape that the client knows", async () => {
  const { id } = fulfilled(await owner.createRealityData(draft()), 201);
  refused(await owner.associateRealityData(first, unknown), 404, "RealityDataNotFound");
  refused(await owner.associateRealityData(second, "nonsense"), 422, "InvalidRealityDataRequest");
  refused(await outsider.associateRealityData(second, id), 403, "InsufficientPermissions");
  fulfilled(await owner.associateRealityData(second, id), 200);
  refused(await owner.associateRealityData(second, id), 409, "AssociationExists");
  refused(await owner.moveRealityData(unknown, second), 404, "RealityDataNotFound");
  refused(await owner.deleteRealityData(id), 422);
  refused(await owner.dissociateRealityData(unknown, id), 404);
  refused(await owner.createRealityData(draft({ displayName: "" })), 422, "InvalidRealityDataRequest");
  refused(await owner.getRealityData(unknown), 404, "RealityDataNotFound");
  refused(await owner.getRealityDataITwins(unknown), 404, "RealityDataNotFound");
  refused(await outsider.getRealityDataReadAccess(id), 403, "InsufficientPermissions");
  refused(await outsider.getRealityDataList({ iTwinId: first }), 403, "InsufficientPermissions");
});

test("a list in both sizes, with a filter of several values", async () => {
  const made = [];
  for (const type of [sdk.Type.OPC, sdk.Type.PNTS, sdk.Type.GLTF]) {
    made.push(fulfilled(await owner.createRealityData(draft({ type })), 201).id);
  }
  const filter = { iTwinId: first, types: [sdk.Type.OPC, sdk.Type.PNTS], createdDateTime: ["2020-01-01T00:00:00Z", "2099-01-01T00:00:00Z"] };
  const small = fulfilled(await owner.getRealityDataList(filter), 200).realityData;
  small.forEach((each) => sdk.RealityDataMinimalSchema.parse(each));
  assert.deepEqual(small.map((each) => each.id).sort(), made.slice(0, 2).sort());
  const full = fulfilled(await owner.getRealityDataList(filter, sdk.Prefer.REPRESENTATION), 200).realityData;
  full.forEach((each) => sdk.RealityDataSchema.parse(present(each)));
  assert.equal(full.length, 2);
});

test("files are uploaded, listed, downloaded and deleted where the address leads", async () => {
  const folder = mkdtempSync(join(tmpdir(), "transfer-"));
  try {
    const files = { "scene.3mx": "{}", "tiles/größe 100%.bin": "a+b", "tiles/deep/empty": "", "big": "x".repeat(3_000_000) };
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(join(folder, "up", dirname(name)), { recursive: true });
      writeFileSync(join(folder, "up", name), text);
    }
    const handler = new sdk.RealityDataHandler(authorization("owner"), { env: "qa" });
    const { id } = fulfilled(await owner.createRealityData(draft()), 201);
    const seen = [];
    handler.setProgressHook((percent) => seen.push(percent) > 0);
    fulfilled(await handler.uploadData(id, join(folder, "up"), "model", first), 200);
    assert.ok(seen.some((percent) => percent > 99));
    const names = Object.keys(files).map((name) => `model/${name}`);
    assert.deepEqual(fulfilled(await handler.listData(id, first), 200).sort(), names.sort());
    fulfilled(await handler.downloadData(id, join(folder, "down"), "model", first), 200);
    for (const [name, text] of Object.entries(files)) assert.equal(readFileSync(join(folder, "down", name), "utf8"), text, name);
    fulfilled(await handler.deleteData(id, ["model/big"], first), 204);
    assert.equal(fulfilled(await handler.listData(id, first), 200).includes("model/big"), false);
    assert.equal((await handler.deleteData(id, ["model/big"], first)).status_code, 400);
    assert.equal((await new sdk.RealityDataHandler(authorization("outsider"), { env: "qa" }).listData(id, first)).status_code, 403);
    fulfilled(await owner.deleteRealityData(id), 204);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("an address to read gives no way to write, and blocks are joined", async () => {
  const { id } = fulfilled(await owner.createRealityData(draft()), 201);
  const address = async (ask) => new ContainerClient(fulfilled(await ask.call(owner, id, first), 200)._links.containerUrl.href);
  const [read, write] = [await address(owner.getRealityDataReadAccess), await address(owner.getRealityDataWriteAccess)];
  const bytes = Buffer.from("0123456789".repeat(1000));
  await write.getBlockBlobClient("a/blocks").uploadData(bytes, { blockSize: 1024, maxSingleShotSize: 1024, concurrency: 4, metadata: { made: "here" } });
  await assert.rejects(read.getBlockBlobClient("b").upload("x", 1), { statusCode: 403, code: "AuthorizationPermissionMismatch" });
  await assert.rejects(read.getBlobClient("none").download(), { statusCode: 404, code: "BlobNotFound" });
  assert.deepEqual(await read.getBlobClient("a/blocks").downloadToBuffer(), bytes);
  assert.equal((await read.getBlobClient("a/blocks").downloadToBuffer(5, 20)).toString(), "56789012345678901234");
  const properties = await read.getBlobClient("a/blocks").getProperties();
  assert.deepEqual([properties.contentLength, properties.metadata], [bytes.length, { made: "here" }]);
  await write.getBlockBlobClient("c").upload("", 0);
  const shown = [];
  for await (const each of read.listBlobsByHierarchy("/")) shown.push([each.kind, each.name]);
  assert.deepEqual(shown, [["prefix", "a/"], ["blob", "c"]]);
  const pages = [];
  for await (const page of read.listBlobsFlat().byPage({ maxPageSize: 1 })) pages.push(page.segment.blobItems.map(({ name }) => name));
  assert.deepEqual(pages, [["a/blocks"], ["c"]]);
  assert.equal(await read.exists(), true);
});
