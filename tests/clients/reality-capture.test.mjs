// @itwin/reality-capture: the client below reality-data-client 1.6. It brings schemas of what the service answers.
import assert from "node:assert/strict";
import { before, test } from "node:test";

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
