"""Create a resource of a repository (page 002)."""

from __future__ import annotations

from typing import Any

from conformance.emulator.bodies import read_object, writable
from conformance.emulator.call import Call
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Resource
from conformance.emulator.replies import (
    Detail,
    Reply,
    insufficient_permissions,
    invalid_itwins,
    invalid_parameter,
    invalid_value,
    missing,
    refuse,
)

PAGE = "002_a32c6a962ba4aaeb"
MESSAGE = "Cannot add iTwin Repository Resource."
MEMBERS = ("id", "displayName")


def authorize(call: Call) -> Reply | None:
    """Refuse who may not modify the iTwin with 403."""
    needed = call.emulator.needs[call.operation, "itwin"]
    held = call.rule("permissions", call.emulator.state, call.user, call.itwin)
    return None if set(needed) <= held else insufficient_permissions()


@states(
    "resource.only-gis",
    "Resources are created in repositories of class GeographicInformationSystem.",
    Source.PAGE,
    PAGE,
)
@states("resource.other-class-422", "A repository of another class is answered with 422.", Source.ASSUMPTION)
def check_class(call: Call) -> Reply | None:
    """Refuse a repository that takes no resources with 422 and target repositoryId."""
    if call.rule("takes_resources", call.repository):
        return None
    return invalid_itwins(MESSAGE, invalid_value(call.repository.id, "repositoryId"))


@states("resource.all-details", "All faults of a body are told at once, one detail each.", Source.PAGE, PAGE)
@states(
    "resource.unknown-member", "A member that the page does not name is InvalidParameter.", Source.ASSUMPTION
)
@states("resource.blank-is-missing", "Null, empty and white space only count as missing.", Source.ASSUMPTION)
@states(
    "resource.length-in-code-points", "The limit of 200 characters counts code points.", Source.ASSUMPTION
)
def validate(call: Call) -> Reply | None:
    """Refuse a body that breaks the page's schema or limits with 422."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_itwins(MESSAGE, body)
    faults = tuple(fault for name in MEMBERS if (fault := _fault(call, name, body.get(name))) is not None)
    faults += tuple(invalid_parameter(name) for name in body if name not in MEMBERS)
    if faults:
        return invalid_itwins(MESSAGE, *faults)
    call.facts["sent"] = {name: call.rule("kept_text", name, body[name]) for name in MEMBERS}
    return None


def _fault(call: Call, name: str, value: Any) -> Detail | None:
    if call.rule("blank", name, value):
        return missing(name)
    if not isinstance(value, str) or not writable(value):
        return invalid_value(value, name)
    if call.rule("too_long", name, value):
        return Detail(
            "InvalidValue", f"{name[0].upper()}{name[1:]} cannot be more than 200 characters.", name
        )
    return None


@states(
    "resource.exact-comparison",
    "Ids and names are compared exactly, case and spaces included.",
    Source.ASSUMPTION,
)
def conflict(call: Call) -> Reply | None:
    """Refuse an id or a name that the repository already has with 409."""
    sent, state = call.facts["sent"], call.emulator.state
    id_taken = call.rule("id_taken", state, call.repository, sent["id"])
    if id_taken or call.rule("name_taken", state, call.repository, sent["displayName"]):
        return refuse(
            409, "iTwinRepositoryResourceExists", "The specified iTwin Repository Resource already exists."
        )
    return None


@states("resource.class-copied", "class and subClass are copied from the repository.", Source.PAGE, PAGE)
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
    call.emulator.state.add_resource(call.facts["resource"])


def reply(call: Call) -> Reply:
    """Show the new resource, 201."""
    return Reply(201, {"resource": dict(call.facts["resource"].document)})
