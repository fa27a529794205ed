"""Create, read, change, delete and dissociate reality data."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.emulator.behaviours import assumed, documented, used_by_clients
from conformance.emulator.blobs.signature import READ, WRITE
from conformance.emulator.kernel.bodies import choice_problems, keep_body, text_problems
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_itwin
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    insufficient_permissions,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    refuse,
)
from conformance.emulator.state.new_records import new_data
from conformance.emulator.state.records import DATA_CENTERS, now_text

CLASSIFICATIONS = ("Terrain", "Imagery", "Pinned", "Model", "Undefined")
TEXTS = ("dataset", "group", "description", "rootDocument", "attribution", "termsOfUse")
OBJECTS = ("acquisition", "extent", "crs")
CHANGEABLE = ("displayName", "type", "classification", "tags", "authoring", *TEXTS, *OBJECTS)


def _problems(body: dict[str, Any], required: tuple[str, ...] = ("displayName", "type")) -> list[Detail]:
    found = text_problems(body, required=required, optional=TEXTS, longest=1024)
    found += choice_problems(body, {"classification": CLASSIFICATIONS})
    found += [
        invalid_value(body[name], name)
        for name in OBJECTS
        if body.get(name) is not None and not isinstance(body[name], dict)
    ]
    tags = body.get("tags")
    if tags is not None and not (isinstance(tags, list) and all(isinstance(each, str) for each in tags)):
        found.append(invalid_value(tags, "tags"))
    if body.get("authoring") is not None and not isinstance(body["authoring"], bool):
        found.append(invalid_value(body["authoring"], "authoring"))
    return found


def _changed_problems(body: dict[str, Any]) -> list[Detail]:
    return _problems(body, tuple(name for name in ("displayName", "type") if name in body))


@assumed("data.required", "A new reality data needs displayName and type.")
@used_by_clients("data.without-itwin", "Without iTwinId it belongs to the user's organization alone.")
@assumed("data.any-type", "Any type is taken; classification must be one of the documented.")
@assumed("data.unknown-members", "Members that a reality data does not have are ignored.")
def validate_new(call: Call) -> Response | None:
    """Refuse a body that is not a valid new reality data with 422."""

    def problems(body: dict[str, Any]) -> list[Detail]:
        sent = body.get("iTwinId")
        good = sent is None or (isinstance(sent, str) and call.rule("is_guid", sent))
        return [*(() if good else (invalid_value(sent, "iTwinId"),)), *_problems(body)]

    return keep_body(call, invalid_reality_data, problems)


def authorize_new(call: Call) -> Response | None:
    """Find the iTwin that the body names, or answer 404, and refuse who may not create in it with 403."""
    sent = call.facts["body"].get("iTwinId")
    if sent is None:
        return None
    itwin = lookup_itwin(call, sent)
    if itwin is None:
        return itwin_not_found()
    call.itwin = itwin
    return None if "realitydata_create" in call.permissions(itwin) else insufficient_permissions()


def create(call: Call) -> Response:
    """Create the reality data in the iTwin's organization and data center, 201."""
    body, user = {**call.facts["body"], "id": None}, call.user
    if body.get("iTwinId") is None:
        data = new_data(user.organization, (), DATA_CENTERS[0], user.id, body)
    else:
        itwin = call.itwin
        data = new_data(itwin.organization, (itwin.id,), itwin.data_center, user.id, body)
    call.state.reality_data.put(data)
    location = f"{call.services.base_url}/reality-management/reality-data/{data.id}"
    return Response(201, {"realityData": dict(data.document)}).with_header("Location", location)


@assumed("data.itwin-id-ignored", "The optional iTwinId of a read is only checked for its form.")
def check_query(call: Call) -> Response | None:
    """Refuse a malformed iTwinId in the query with 422."""
    sent = call.request.query.get("itwinid")
    if sent and not call.rule("is_guid", sent):
        return invalid_reality_data(invalid_value(sent, "iTwinId"))
    return None


def get(call: Call) -> Response:
    """Show the reality data in full, 200."""
    return Response(200, {"realityData": dict(call.reality_data.document)})


def update(call: Call) -> Response:
    """Change the members that were sent, 200."""
    refusal = keep_body(call, invalid_reality_data, _changed_problems)
    if refusal is not None:
        return refusal
    changes = {name: each for name, each in call.facts["body"].items() if name in CHANGEABLE}
    document = {**call.reality_data.document, **changes, "modifiedDateTime": now_text()}
    call.state.reality_data.put(replace(call.reality_data, document=document))
    return Response(200, {"realityData": document})


@documented("data.delete-rule", "A reality data of more than one iTwin cannot be deleted.")
@assumed("data.delete-rule-422", "Deleting one of several iTwins' is answered with 422.")
def delete(call: Call) -> Response:
    """Forget the reality data, 204."""
    if not call.rule("associated_once", call.reality_data):
        message = "The reality data is associated with more than one iTwin."
        return invalid_reality_data(Detail("InvalidValue", message, "realityDataId"))
    call.state.reality_data.drop(call.reality_data)
    call.services.storage.store.drop(call.reality_data.id)
    return Response(204)


def list_itwins(call: Call) -> Response:
    """Show the ids of the reality data's iTwins, oldest association first, 200 ``{iTwins: [id, ...]}``."""
    return Response(200, {"iTwins": list(call.reality_data.itwins)})


@documented("data.association-not-found", "Dissociating what is not associated is 404 AssociationNotFound.")
@assumed("data.dissociate-permission", "Dissociating needs realitydata_assign on the iTwin.")
@assumed("data.dissociate-last", "The last association may be dissociated too.")
def dissociate(call: Call) -> Response:
    """Take the association away, 204."""
    data = call.reality_data
    itwin = lookup_itwin(call, call.ids["iTwinId"])
    if itwin is None or itwin.id not in data.itwins:
        return refuse(404, "AssociationNotFound", "Requested association is not available.")
    if "realitydata_assign" not in call.permissions(itwin):
        return insufficient_permissions()
    left = tuple(each for each in data.itwins if each != itwin.id)
    call.state.reality_data.put(replace(data, itwins=left))
    return Response(204)


def access(call: Call) -> Response:
    """Show the address of the container, 200 ``{type, access, _links: {containerUrl: {href}}}``."""
    kind, permissions = ("Write", WRITE) if call.operation.endswith("WriteAccess") else ("Read", READ)
    href = call.services.storage.address(call.reality_data.id, permissions)
    body = {"type": "AzureBlobSasUrl", "access": kind, "_links": {"containerUrl": {"href": href}}}
    return Response(200, body)
