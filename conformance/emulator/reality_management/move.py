"""Move a reality data to another iTwin (page 001)."""

from __future__ import annotations

from dataclasses import replace

from conformance.emulator.bodies import read_object
from conformance.emulator.call import Call
from conformance.emulator.finding import lookup_itwin, on_data
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import now_text
from conformance.emulator.replies import (
    Detail,
    Reply,
    insufficient_permissions,
    invalid_parameter,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    missing,
    refuse,
)

PAGE = "001_452d092190a041eb"


@states(
    "move.missing-itwin-id", "A missing, null or empty iTwinId is MissingRequiredProperty.", Source.ASSUMPTION
)
@states("move.unknown-member", "A member that the page does not name is InvalidParameter.", Source.ASSUMPTION)
def validate(call: Call) -> Reply | None:
    """Refuse a body that breaks the page's schema, or an iTwinId that is no GUID, with 422."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_reality_data(body)
    sent = body.get("iTwinId")
    faults: list[Detail] = []
    if call.rule("blank", "iTwinId", sent):
        faults.append(missing("iTwinId"))
    elif not isinstance(sent, str) or not call.rule("is_guid", sent):
        faults.append(invalid_value(sent, "iTwinId"))
    faults.extend(invalid_parameter(name) for name in body if name != "iTwinId")
    if faults:
        return invalid_reality_data(*faults)
    call.facts["destination"] = sent
    return None


@states(
    "move.unknown-itwin",
    "An unknown destination is answered with 404 and code iTwinNotFound.",
    Source.ASSUMPTION,
)
def find_itwin(call: Call) -> Reply | None:
    """Find the destination, or answer 404."""
    itwin = lookup_itwin(call, call.facts["destination"])
    if itwin is None:
        return itwin_not_found()
    call.itwin = itwin
    return None


@states(
    "move.permissions",
    "realitydata_manage is needed on the reality data's iTwin and on the destination.",
    Source.PAGE,
    PAGE,
)
def authorize_source(call: Call) -> Reply | None:
    """Refuse who lacks the permission on the reality data's iTwin with 403."""
    needed = frozenset(call.emulator.needs[call.operation, "source"])
    return None if on_data(call, needed) else insufficient_permissions()


def authorize_destination(call: Call) -> Reply | None:
    """Refuse who lacks the permission on the destination with 403."""
    needed = frozenset(call.emulator.needs[call.operation, "destination"])
    held = call.rule("permissions", call.emulator.state, call.user, call.itwin)
    return None if needed <= held else insufficient_permissions()


def conflict(call: Call) -> Reply | None:
    """Refuse a destination that is already one of the reality data's iTwins with 409."""
    if call.rule("associated_with", call.reality_data, call.itwin):
        return refuse(409, "AlreadyExists", "Reality data is already within the given iTwin.")
    return None


@states(
    "move.conditions-422",
    "The conditions without a documented code are answered with 422.",
    Source.ASSUMPTION,
)
def check_associations(call: Call) -> Reply | None:
    """Refuse a reality data of more than one iTwin."""
    if call.rule("associated_once", call.reality_data):
        return None
    return _condition("The reality data is associated with more than one iTwin.", "realityDataId")


def check_organization(call: Call) -> Reply | None:
    """Refuse a destination of another organization."""
    if call.rule("same_organization", call.reality_data, call.itwin):
        return None
    return _condition("The iTwin belongs to another organization than the reality data.", "iTwinId")


def check_data_center(call: Call) -> Reply | None:
    """Refuse a destination in another data center."""
    if call.rule("same_data_center", call.reality_data, call.itwin):
        return None
    return _condition("The iTwin is in another data center location than the reality data.", "iTwinId")


def _condition(message: str, target: str) -> Reply:
    return invalid_reality_data(Detail("InvalidValue", message, target))


def apply(call: Call) -> None:
    """Put the destination in the place of the reality data's iTwin."""
    data = call.reality_data
    changed = {**data.document, "modifiedDateTime": now_text()}
    call.emulator.state.reality_data.put(data.id, replace(data, itwins=(call.itwin.id,), document=changed))


def reply(_call: Call) -> Reply:
    """Answer 204 without a body."""
    return Reply(204)
