"""Create, read, change, delete and dissociate reality data."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.bodies import choice_faults, read_object, text_faults
from conformance.emulator.call import Call
from conformance.emulator.finding import lookup_itwin
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import DATA_CENTERS, RealityData, now_text
from conformance.emulator.replies import (
    Detail,
    Reply,
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    refuse,
)

CLASSIFICATIONS = ("Terrain", "Imagery", "Pinned", "Model", "Undefined")
TEXTS = ("dataset", "group", "description", "rootDocument", "attribution", "termsOfUse")
OBJECTS = ("acquisition", "extent", "crs")
CHANGEABLE = ("displayName", "type", "classification", "tags", "authoring", *TEXTS, *OBJECTS)


def _faults(body: dict[str, Any], *, new: bool) -> list[Detail]:
    required = (
        ("displayName", "type") if new else tuple(name for name in ("displayName", "type") if name in body)
    )
    faults = text_faults(body, required=required, optional=TEXTS, longest=1024)
    faults += choice_faults(body, {"classification": CLASSIFICATIONS})
    faults += [
        invalid_value(body[name], name)
        for name in OBJECTS
        if body.get(name) is not None and not isinstance(body[name], dict)
    ]
    tags = body.get("tags")
    if tags is not None and not (isinstance(tags, list) and all(isinstance(each, str) for each in tags)):
        faults.append(invalid_value(tags, "tags"))
    if body.get("authoring") is not None and not isinstance(body["authoring"], bool):
        faults.append(invalid_value(body["authoring"], "authoring"))
    return faults


@states("data.required", "A new reality data needs displayName and type.", Source.ASSUMPTION)
@states("data.without-itwin", "Without iTwinId it belongs to the user's organization alone.", Source.CLIENT)
@states(
    "data.any-type", "Any type is taken; classification must be one of the documented.", Source.ASSUMPTION
)
@states("data.unknown-members", "Members that a reality data does not have are ignored.", Source.ASSUMPTION)
def validate_new(call: Call) -> Reply | None:
    """Refuse a body that is not a valid new reality data with 422."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_reality_data(body)
    sent = body.get("iTwinId")
    faults = _faults(body, new=True)
    if sent is not None and (not isinstance(sent, str) or not call.rule("is_guid", sent)):
        faults.insert(0, invalid_value(sent, "iTwinId"))
    if faults:
        return invalid_reality_data(*faults)
    call.facts["body"] = body
    return None


def authorize_new(call: Call) -> Reply | None:
    """Find the iTwin that the body names, or answer 404, and refuse who may not create in it with 403."""
    sent = call.facts["body"].get("iTwinId")
    if sent is None:
        return None
    itwin = lookup_itwin(call, sent)
    if itwin is None:
        return itwin_not_found()
    call.itwin = itwin
    held = call.rule("permissions", call.emulator.state, call.user, itwin)
    return None if "realitydata_create" in held else insufficient_permissions()


def create(call: Call) -> Reply:
    """Create the reality data in the iTwin's organization and data center, 201."""
    body, user = {**call.facts["body"], "id": None}, call.user
    if body.get("iTwinId") is None:
        data = new_data(user.organization, (), DATA_CENTERS[0], user.id, body)
    else:
        itwin = call.itwin
        data = new_data(itwin.organization, (itwin.id,), itwin.data_center, user.id, body)
    call.emulator.state.reality_data.put(data.id, data)
    location = f"{call.emulator.base_url}/reality-management/reality-data/{data.id}"
    return Reply(201, {"realityData": dict(data.document)}).with_header("Location", location)


@states("data.size", "size is 0 until something is uploaded.", Source.ASSUMPTION)
def new_data(
    organization: str, itwins: tuple[str, ...], data_center: str, owner: str, body: dict[str, Any]
) -> RealityData:
    """Return a reality data of the given members with every default filled in."""
    data_id, now = str(body.get("id") or uuid.uuid4()), now_text()
    document = {
        "id": data_id,
        "displayName": body["displayName"],
        "dataset": body.get("dataset"),
        "group": body.get("group"),
        "description": body.get("description"),
        "rootDocument": body.get("rootDocument"),
        "size": 0,
        "classification": body.get("classification") or "Undefined",
        "type": body["type"],
        "tags": body.get("tags") or [],
        "acquisition": body.get("acquisition"),
        "extent": body.get("extent"),
        "authoring": bool(body.get("authoring")),
        "dataCenterLocation": data_center,
        "modifiedDateTime": now,
        "lastAccessedDateTime": now,
        "createdDateTime": now,
        "ownerId": owner,
        "attribution": body.get("attribution"),
        "termsOfUse": body.get("termsOfUse"),
        "crs": body.get("crs"),
    }
    return RealityData(data_id, organization, itwins, document)


@states(
    "data.itwin-id-ignored", "The optional iTwinId of a read is only checked for its form.", Source.ASSUMPTION
)
def check_query(call: Call) -> Reply | None:
    """Refuse a malformed iTwinId in the query with 422."""
    sent = call.query.get("itwinid")
    if sent and not call.rule("is_guid", sent):
        return invalid_reality_data(invalid_value(sent, "iTwinId"))
    return None


def get(call: Call) -> Reply:
    """Show the reality data in full, 200."""
    return Reply(200, {"realityData": dict(call.reality_data.document)})


def update(call: Call) -> Reply:
    """Change the members that were sent, 200."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_reality_data(body)
    faults = _faults(body, new=False)
    if faults:
        return invalid_reality_data(*faults)
    changes = {name: body[name] for name in CHANGEABLE if name in body}
    document = {**call.reality_data.document, **changes, "modifiedDateTime": now_text()}
    call.emulator.state.reality_data.put(call.reality_data.id, replace(call.reality_data, document=document))
    return Reply(200, {"realityData": document})


@states("data.delete-rule", "A reality data of more than one iTwin cannot be deleted.", Source.DOC)
@states("data.delete-rule-422", "Deleting one of several iTwins' is answered with 422.", Source.ASSUMPTION)
def delete(call: Call) -> Reply:
    """Forget the reality data, 204."""
    if not call.rule("associated_once", call.reality_data):
        message = "The reality data is associated with more than one iTwin."
        return invalid_reality_data(Detail("InvalidValue", message, "realityDataId"))
    call.emulator.state.reality_data.drop(call.reality_data.id)
    return Reply(204)


def list_itwins(call: Call) -> Reply:
    """Show the ids of the reality data's iTwins, oldest association first, 200 ``{iTwins: [id, ...]}``."""
    return Reply(200, {"iTwins": list(call.reality_data.itwins)})


@states(
    "data.association-not-found",
    "Dissociating what is not associated is 404 AssociationNotFound.",
    Source.DOC,
)
@states(
    "data.dissociate-permission", "Dissociating needs realitydata_assign on the iTwin.", Source.ASSUMPTION
)
@states("data.dissociate-last", "The last association may be dissociated too.", Source.ASSUMPTION)
def dissociate(call: Call) -> Reply:
    """Take the association away, 204."""
    data = call.reality_data
    itwin = lookup_itwin(call, call.ids["iTwinId"])
    if itwin is None or itwin.id not in data.itwins:
        return refuse(404, "AssociationNotFound", "Requested association is not available.")
    if "realitydata_assign" not in call.rule("permissions", call.emulator.state, call.user, itwin):
        return insufficient_permissions()
    left = tuple(each for each in data.itwins if each != itwin.id)
    call.emulator.state.reality_data.put(data.id, replace(data, itwins=left))
    return Reply(204)


@states(
    "data.container-stub", "The container address leads to a place that holds nothing.", Source.ASSUMPTION
)
def access_stub(call: Call) -> Reply:
    """Show where the data could be, 200 ``{type, access, _links: {containerUrl: {href}}}``."""
    kind = "Write" if call.operation.endswith("WriteAccess") else "Read"
    href = f"{call.emulator.base_url}/containers/{call.reality_data.id}?access={kind.lower()}"
    body = {"type": "AzureBlobSasUrl", "access": kind, "_links": {"containerUrl": {"href": href}}}
    return Reply(200, body)
