"""Export lists of iTwins."""

from __future__ import annotations

import uuid

from conformance.emulator.bodies import choice_faults, read_object
from conformance.emulator.call import Call
from conformance.emulator.itwins import odata
from conformance.emulator.itwins.crud import ALL_SUB_CLASSES
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Item, now_text
from conformance.emulator.replies import Detail, Reply, invalid_itwins, invalid_value, missing, refuse

MEMBERS = ("queryScope", "subClass", "select", "filter", "includeInactive", "outputFormat")
CHOICES = {
    "outputFormat": ("JsonGZip", "JsonZipArchive", "CsvGZip", "Csv"),
    "queryScope": ("MemberOfiTwin", "OrganizationAdmin"),
}
MESSAGE = "Cannot query iTwins."


@states("exports.rules", "An export's format, scope, subClass, select and filter are checked.", Source.LIVE)
def validate(call: Call) -> Reply | None:
    """Refuse a request that is not valid with 422."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_itwins(MESSAGE, body)
    faults = choice_faults(body, CHOICES)
    if not body.get("outputFormat"):
        faults.append(missing("outputFormat"))
    faults += [
        invalid_value(body[name], name)
        for name in ("subClass", "select", "filter")
        if body.get(name) is not None and not isinstance(body[name], str)
    ]
    if not faults:
        if not set(odata.names(body.get("subClass") or "")) <= set(ALL_SUB_CLASSES):
            faults.append(invalid_value(body["subClass"], "subClass"))
        faults += odata.select_faults(body.get("select") or "")
    if faults:
        return invalid_itwins(MESSAGE, *faults)
    try:
        odata.parse_filter(body.get("filter") or "")
    except odata.FilterError as error:
        return invalid_itwins(str(error))
    call.facts["body"] = body
    return None


@states("exports.stay-queued", "An export stays queued: nothing is written.", Source.ASSUMPTION)
def create(call: Call) -> Reply:
    """Queue the export, 201 ``{export}``."""
    body = call.facts["body"]
    document = {
        "id": str(uuid.uuid4()),
        "request": {name: body[name] for name in MEMBERS if name in body},
        "status": "Queued",
        "outputUrl": None,
        "createdBy": call.user.id,
        "createdDateTime": now_text(),
        "startedDateTime": None,
        "completedDateTime": None,
    }
    export = Item(call.user.id, str(document["id"]), document)
    call.emulator.state.exports.put(export.id, export)
    return Reply(201, {"export": document})


def list_exports(call: Call) -> Reply:
    """Show the user's exports, oldest first, 200 ``{exports}``."""
    found = call.emulator.state.exports.where(lambda each: each.owner == call.user.id)
    return Reply(200, {"exports": [dict(each.document) for each in found]})


@states(
    "exports.unknown", "An unknown export, or another user's, is 404 iTwinExportNotFound.", Source.ASSUMPTION
)
def get(call: Call) -> Reply:
    """Show one export, 200 ``{export}``."""
    export = call.emulator.state.exports.get(call.ids["exportId"].lower())
    if export is None or export.owner != call.user.id:
        return refuse(404, "iTwinExportNotFound", "Requested iTwin export is not available.")
    return Reply(200, {"export": dict(export.document)})
