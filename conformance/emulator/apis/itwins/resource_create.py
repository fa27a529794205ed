"""Create a resource of a repository (page 002)."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from conformance.emulator.behaviours import assumed, on_page
from conformance.emulator.kernel.bodies import keep_body, writable
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import (
    Detail,
    Response,
    invalid_itwins,
    invalid_parameter,
    invalid_value,
    missing,
    refuse,
)
from conformance.emulator.state.records import Resource

PAGE = "002_a32c6a962ba4aaeb"
MEMBERS = ("id", "displayName")
_invalid = partial(invalid_itwins, "Cannot add iTwin Repository Resource.")


@on_page(
    "resource.only-gis", "Resources are created in repositories of class GeographicInformationSystem.", PAGE
)
@assumed("resource.other-class-422", "A repository of another class is answered with 422.")
def check_class(call: Call) -> Response | None:
    """Refuse a repository that takes no resources with 422 and target repositoryId."""
    if call.rule("takes_resources", call.repository):
        return None
    return _invalid(invalid_value(call.repository.id, "repositoryId"))


@on_page("resource.all-details", "All faults of a body are told at once, one detail each.", PAGE)
@assumed("resource.unknown-member", "A member that the page does not name is InvalidParameter.")
@assumed("resource.blank-is-missing", "Null, empty and white space only count as missing.")
@assumed("resource.length-in-code-points", "The limit of 200 characters counts code points.")
def validate(call: Call) -> Response | None:
    """Refuse a body that breaks the page's schema or limits with 422."""

    def problems(body: dict[str, Any]) -> Iterator[Detail]:
        for name in MEMBERS:
            yield from _problems(call, name, body.get(name))
        yield from (invalid_parameter(name) for name in body if name not in MEMBERS)

    refusal = keep_body(call, _invalid, problems)
    if refusal is None:
        body = call.facts["body"]
        call.facts["sent"] = {name: call.rule("kept_text", name, body[name]) for name in MEMBERS}
    return refusal


def _problems(call: Call, name: str, value: Any) -> Iterator[Detail]:
    if call.rule("blank", name, value):
        yield missing(name)
    elif not isinstance(value, str) or not writable(value):
        yield invalid_value(value, name)
    elif call.rule("too_long", name, value):
        message = f"{name[0].upper()}{name[1:]} cannot be more than 200 characters."
        yield Detail("InvalidValue", message, name)


@assumed("resource.exact-comparison", "Ids and names are compared exactly, case and spaces included.")
def conflict(call: Call) -> Response | None:
    """Refuse an id or a name that the repository already has with 409."""
    sent = call.facts["sent"]
    id_taken = call.rule("id_taken", call.state, call.repository, sent["id"])
    if id_taken or call.rule("name_taken", call.state, call.repository, sent["displayName"]):
        return refuse(
            409, "iTwinRepositoryResourceExists", "The specified iTwin Repository Resource already exists."
        )
    return None


@on_page("resource.class-copied", "class and subClass are copied from the repository.", PAGE)
def make(call: Call) -> None:
    """Put the resource together from what was sent and from its repository."""
    sent, kind = call.facts["sent"], call.repository.document
    document = {
        "id": sent["id"],
        "class": kind["class"],
        "subClass": kind["subClass"],
        "displayName": sent["displayName"],
    }
    call.facts["resource"] = Resource(call.itwin.id, call.repository.id, sent["id"], document)


def apply(call: Call) -> None:
    """Store the resource."""
    call.state.resources.put(call.facts["resource"])


def response(call: Call) -> Response:
    """Show the new resource, 201."""
    return Response(201, {"resource": dict(call.facts["resource"].document)})
