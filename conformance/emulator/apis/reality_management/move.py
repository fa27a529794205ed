"""Move a reality data to another iTwin (page 001)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from conformance.emulator.behaviours import assumed, on_page
from conformance.emulator.kernel.bodies import keep_body
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find_named_itwin
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    invalid_parameter,
    invalid_reality_data,
    invalid_value,
    itwin_not_found,
    missing,
    refuse,
)
from conformance.emulator.state.records import now_text

PAGE = "001_452d092190a041eb"

on_page(
    "move.permissions",
    "realitydata_manage is needed on the reality data's iTwin and on the destination.",
    PAGE,
)


@assumed("move.missing-itwin-id", "A missing, null or empty iTwinId is MissingRequiredProperty.")
@assumed("move.unknown-member", "A member that the page does not name is InvalidParameter.")
def validate(call: Call) -> Response | None:
    """Refuse a body that breaks the page's schema, or an iTwinId that is no GUID, with 422."""

    def problems(body: dict[str, Any]) -> Iterator[Detail]:
        sent = body.get("iTwinId")
        if call.rule("blank", "iTwinId", sent):
            yield missing("iTwinId")
        elif not isinstance(sent, str) or not call.rule("is_guid", sent):
            yield invalid_value(sent, "iTwinId")
        yield from (invalid_parameter(name) for name in body if name != "iTwinId")

    refusal = keep_body(call, invalid_reality_data, problems)
    if refusal is None:
        call.facts["destination"] = call.facts["body"]["iTwinId"]
    return refusal


assumed("move.unknown-itwin", "An unknown destination is answered with 404 and code iTwinNotFound.")
find_itwin = find_named_itwin(lambda call: call.facts["destination"], itwin_not_found())


def conflict(call: Call) -> Response | None:
    """Refuse a destination that is already one of the reality data's iTwins with 409."""
    if call.rule("associated_with", call.reality_data, call.itwin):
        return refuse(409, "AlreadyExists", "Reality data is already within the given iTwin.")
    return None


@assumed("move.conditions-422", "The conditions without a documented code are answered with 422.")
def check_associations(call: Call) -> Response | None:
    """Refuse a reality data of more than one iTwin."""
    if call.rule("associated_once", call.reality_data):
        return None
    return _condition("The reality data is associated with more than one iTwin.", "realityDataId")


def check_organization(call: Call) -> Response | None:
    """Refuse a destination of another organization."""
    if call.rule("same_organization", call.reality_data, call.itwin):
        return None
    return _condition("The iTwin belongs to another organization than the reality data.", "iTwinId")


def check_data_center(call: Call) -> Response | None:
    """Refuse a destination in another data center."""
    if call.rule("same_data_center", call.reality_data, call.itwin):
        return None
    return _condition("The iTwin is in another data center location than the reality data.", "iTwinId")


def _condition(message: str, target: str) -> Response:
    return invalid_reality_data(Detail("InvalidValue", message, target))


def apply(call: Call) -> None:
    """Put the destination in the place of the reality data's iTwin."""
    data = call.reality_data
    changed = {**data.document, "modifiedDateTime": now_text()}
    call.state.reality_data.put(replace(data, itwins=(call.itwin.id,), document=changed))


def response(_call: Call) -> Response:
    """Answer 204 without a body."""
    return Response(204)
