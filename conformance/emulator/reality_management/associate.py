"""Associate a reality data with one more iTwin (page 000)."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.finding import on_data
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import now_text
from conformance.emulator.replies import Reply, insufficient_permissions, refuse

PAGE = "000_25beccf92043aac1"


@states(
    "associate.permissions-on-both-sides",
    "Both permissions are asked for on the destination and on the reality data's side.",
    Source.ASSUMPTION,
)
def authorize_source(call: Call) -> Reply | None:
    """Refuse who lacks the permissions on the reality data's iTwin with 403."""
    needed = frozenset(call.emulator.needs[call.operation, "source"])
    return None if on_data(call, needed) else insufficient_permissions()


@states(
    "associate.permissions",
    "realitydata_create and realitydata_assign are needed on the iTwin.",
    Source.PAGE,
    PAGE,
)
def authorize_destination(call: Call) -> Reply | None:
    """Refuse who lacks the permissions on the destination with 403."""
    needed = frozenset(call.emulator.needs[call.operation, "destination"])
    held = call.rule("permissions", call.emulator.state, call.user, call.itwin)
    return None if needed <= held else insufficient_permissions()


@states(
    "associate.unknown-itwin",
    "An unknown iTwin is answered with 404 and code iTwinNotFound.",
    Source.ASSUMPTION,
)
@states(
    "associate.any-organization",
    "An association may cross organizations and data centers.",
    Source.ASSUMPTION,
)
def conflict(call: Call) -> Reply | None:
    """Refuse an association that exists with 409."""
    if call.rule("associated_with", call.reality_data, call.itwin):
        return refuse(409, "AssociationExists", "Association with the same iTwin already exists.")
    return None


def apply(call: Call) -> None:
    """Add the association to those that the reality data has."""
    data = call.reality_data
    changed = {**data.document, "modifiedDateTime": now_text()}
    call.emulator.state.reality_data.put(
        data.id, replace(data, itwins=(*data.itwins, call.itwin.id), document=changed)
    )


def reply(call: Call) -> Reply:
    """Show the association, 200."""
    return Reply(200, {"iTwinAssociation": {"id": call.reality_data.id, "iTwinId": call.itwin.id}})
