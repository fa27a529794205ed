"""Export lists of iTwins."""

from __future__ import annotations

from functools import partial
from typing import Any

from conformance.emulator.apis.itwins import odata
from conformance.emulator.apis.itwins.crud import ALL_SUB_CLASSES
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import choice_problems, keep_body
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    invalid_itwins,
    invalid_value,
    missing,
    refuse,
)
from conformance.emulator.state.new_records import new_id
from conformance.emulator.state.records import Item, now_text

MEMBERS = ("queryScope", "subClass", "select", "filter", "includeInactive", "outputFormat")
CHOICES = {
    "outputFormat": ("JsonGZip", "JsonZipArchive", "CsvGZip", "Csv"),
    "queryScope": ("MemberOfiTwin", "OrganizationAdmin"),
}


@seen_live("exports.rules", "An export's format, scope, subClass, select and filter are checked.")
def validate(call: Call) -> Response | None:
    """Refuse a request that is not valid with 422."""
    refusal = keep_body(call, partial(invalid_itwins, "Cannot query iTwins."), _problems)
    if refusal is None:
        try:
            odata.parse_filter(call.facts["body"].get("filter") or "")
        except odata.FilterError as error:
            return invalid_itwins(str(error))
    return refusal


def _problems(body: dict[str, Any]) -> list[Detail]:
    problems = choice_problems(body, CHOICES)
    if not body.get("outputFormat"):
        problems.append(missing("outputFormat"))
    problems += [
        invalid_value(body[name], name)
        for name in ("subClass", "select", "filter")
        if body.get(name) is not None and not isinstance(body[name], str)
    ]
    if not problems:
        if not set(odata.names(body.get("subClass") or "")) <= set(ALL_SUB_CLASSES):
            problems.append(invalid_value(body["subClass"], "subClass"))
        problems += odata.select_problems(body.get("select") or "")
    return problems


@assumed("exports.stay-queued", "An export stays queued: nothing is written.")
def create(call: Call) -> Response:
    """Queue the export, 201 ``{export}``."""
    body = call.facts["body"]
    document = {
        "id": new_id(),
        "request": {name: body[name] for name in MEMBERS if name in body},
        "status": "Queued",
        "outputUrl": None,
        "createdBy": call.user.id,
        "createdDateTime": now_text(),
        "startedDateTime": None,
        "completedDateTime": None,
    }
    export = Item(call.user.id, str(document["id"]), document)
    call.state.exports.put(export)
    return Response(201, {"export": document})


def list_exports(call: Call) -> Response:
    """Show the user's exports, oldest first, 200 ``{exports}``."""
    found = call.state.exports.where(lambda each: each.owner == call.user.id)
    return Response(200, {"exports": [dict(each.document) for each in found]})


@assumed("exports.unknown", "An unknown export, or another user's, is 404 iTwinExportNotFound.")
def get(call: Call) -> Response:
    """Show one export, 200 ``{export}``."""
    export = call.state.exports.get(call.ids["exportId"].lower())
    if export is None or export.owner != call.user.id:
        return refuse(404, "iTwinExportNotFound", "Requested iTwin export is not available.")
    return Response(200, {"export": dict(export.document)})
