"""Word the refusals and views that the Access Control API's parts share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from conformance.emulator.bodies import read_object
from conformance.emulator.call import Call
from conformance.emulator.finding import lookup_itwin
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import PERMISSIONS, Member, Role, User
from conformance.emulator.replies import Detail, Reply, invalid_value, missing, refuse
from conformance.emulator.state import pair


def invalid_request(*details: Detail) -> Reply:
    """Return the 422 of everything about members."""
    return refuse(422, "InvalidiTwinsMemberRequest", "Request body or query is invalid.", details)


def invalid_role(*details: Detail) -> Reply:
    """Return the 422 of everything about roles."""
    return refuse(422, "InvalidiTwinsRoleRequest", "Cannot create/update Role.", details)


def role_not_found(target: str | None = None) -> Reply:
    """Return the 404 for an unknown role; ``target`` is the member of the body that names it."""
    return refuse(404, "RoleNotFound", "Requested Role is not available.", target=target)


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
    return _keep_body(call, invalid_request)


def read_role(call: Call) -> Reply | None:
    """Refuse the body of a role that is not an object with 422; keep it for the next step."""
    return _keep_body(call, invalid_role)


def _keep_body(call: Call, refused: Callable[[Detail], Reply]) -> Reply | None:
    body = read_object(call)
    if isinstance(body, Detail):
        return refused(body)
    call.facts["body"] = body
    return None


@states(
    "access-control.owner-role",
    "Whoever owns an iTwin, its creator first, is a member of it with one role more.",
    Source.LIVE,
)
@states(
    "access-control.owner-role-default",
    "The role of the owners is called Owner, is of type Default and cannot be changed.",
    Source.ASSUMPTION,
)
def owner_role(itwin: str) -> Role:
    """Return the role of the iTwin's owners, which comes with the iTwin."""
    made = uuid.uuid5(uuid.UUID(itwin), "Owner")
    return Role(itwin, str(made), "Owner", "Owner of the iTwin", PERMISSIONS)


def role_of(call: Call, role_id: str) -> Role | None:
    """Return the iTwin's role with this id, in any case."""
    owners = owner_role(call.itwin.id)
    wanted = role_id.lower()
    return owners if wanted == owners.id else call.emulator.state.roles.get(pair(call.itwin.id, wanted))


def role_view(role: Role) -> dict[str, Any]:
    """Return the role as it goes over the wire."""
    return {
        "id": role.id,
        "displayName": role.name,
        "description": role.description,
        "permissions": list(role.permissions),
        "type": "Default" if role.id == owner_role(role.itwin).id else "Custom",
    }


def roles_of(call: Call, ids: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the views of the iTwin's roles with these ids, as far as they exist."""
    found = (role_of(call, each) for each in ids)
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
    owners = (owner_role(call.itwin.id).id,) if member.owner else ()
    return {**person, "roles": roles_of(call, (*owners, *member.roles))}


def role_ids(call: Call, value: Any, target: str) -> tuple[str, ...] | Reply | Detail:
    """Return the ids if each names a role of the iTwin, else the fault or the 404 for the first unknown."""
    if value is None:
        return missing(target)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return invalid_value(value, target)
    for index, each in enumerate(value):
        if role_of(call, each) is None:
            return role_not_found(f"{target}[{index}]")
    return tuple(each.lower() for each in value)


def user_by_email(call: Call, email: str) -> User | None:
    """Return the user with this address, in any case."""
    return next((user for user in call.emulator.state.users if user.email.lower() == email.lower()), None)
