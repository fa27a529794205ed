"""Associate a reality data with one more iTwin (page 000)."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.behaviours import assumed, on_page
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Response, refuse
from conformance.emulator.state.records import now_text

PAGE = "000_25beccf92043aac1"

assumed(
    "associate.permissions-on-both-sides",
    "Both permissions are asked for on the destination and on the reality data's side.",
)
on_page("associate.permissions", "realitydata_create and realitydata_assign are needed on the iTwin.", PAGE)


@assumed("associate.unknown-itwin", "An unknown iTwin is answered with 404 and code iTwinNotFound.")
@assumed("associate.any-organization", "An association may cross organizations and data centers.")
def conflict(call: Call) -> Response | None:
    """Refuse an association that exists with 409."""
    if call.rule("associated_with", call.reality_data, call.itwin):
        return refuse(409, "AssociationExists", "Association with the same iTwin already exists.")
    return None


def apply(call: Call) -> None:
    """Add the association to those that the reality data has."""
    data = call.reality_data
    changed = {**data.document, "modifiedDateTime": now_text()}
    call.state.reality_data.put(replace(data, itwins=(*data.itwins, call.itwin.id), document=changed))


def response(call: Call) -> Response:
    """Show the association, 200."""
    return Response(200, {"iTwinAssociation": {"id": call.reality_data.id, "iTwinId": call.itwin.id}})
