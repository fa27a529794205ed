"""Word the refusals and views that the Access Control API's parts share."""

from __future__ import annotations

from typing import Any

from conformance.emulator.bodies import read_object
from conformance.emulator.call import Call
from conformance.emulator.finding import lookup_itwin
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Member, Role, User
from conformance.emulator.replies import Detail, Reply, invalid_value, refuse
from conformance.emulator.state import pair


def invalid_request(*details: Detail) -> Reply:
    """Return the 422 of the Access Control API."""
    return refuse(422, "InvalidAccessControlRequest", "Invalid request.", details)


@states(
    "access-control.itwin-not-found", "Access Control spells its 404 for an iTwin ItwinNotFound.", Source.LIVE
)
def find_itwin(call: Call) -> Reply | None:
    """Find the path's iTwin, or answer 404 ItwinNotFound."""
    itwin = lookup_itwin(call, call.ids["iTwinId"])
    if itwin is None:
        return refuse(404, "ItwinNotFound", "Requested iTwin is not available.")
    call.itwin = itwin
    return None


def read_body(call: Call) -> Reply | None:
    """Refuse a body that is not an object with 422; keep it for the next step."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_request(body)
    call.facts["body"] = body
    return None


def role_view(role: Role) -> dict[str, Any]:
    """Return the role as it goes over the wire."""
    return {
        "id": role.id,
        "displayName": role.name,
        "description": role.description,
        "permissions": list(role.permissions),
        "type": "Custom",
    }


def roles_of(call: Call, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the views of the iTwin's roles with these ids, as far as they exist."""
    found = (call.emulator.state.roles.get(pair(call.itwin.id, each)) for each in ids)
    return [role_view(role) for role in found if role is not None]


def person_view(call: Call, user: User) -> dict[str, Any]:
    """Return a user as it goes over the wire."""
    organization = call.emulator.state.organizations.get(user.organization)
    return {
        "id": user.id,
        "email": user.email,
        "givenName": user.role,
        "surname": "Service",
        "organization": organization.name if organization else None,
    }


def member_view(call: Call, member: Member) -> dict[str, Any]:
    """Return a member with its roles as it goes over the wire."""
    user = call.emulator.state.users.get(member.user)
    person = person_view(call, user) if user else {"id": member.user, "email": None}
    return {**person, "roles": roles_of(call, member.roles)}


def role_ids(call: Call, value: Any, target: str) -> tuple[str, ...] | Detail:
    """Return the ids if each names a role of the iTwin, else the fault."""
    if isinstance(value, list) and all(isinstance(each, str) for each in value):
        ids = tuple(each.lower() for each in value)
        if all(pair(call.itwin.id, each) in call.emulator.state.roles for each in ids):
            return ids
    return invalid_value(value, target)


def user_by_email(call: Call, email: str) -> User | None:
    """Return the user with this address, in any case."""
    return next((user for user in call.emulator.state.users if user.email.lower() == email.lower()), None)
