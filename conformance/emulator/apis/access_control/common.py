"""Word the refusals and views that the Access Control API's parts share."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any, TypeVar

from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import keep_body
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find_named_itwin
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, missing, refuse
from conformance.emulator.state.records import PERMISSIONS, Member, Role, User

T = TypeVar("T")


def invalid_request(*details: Detail) -> Response:
    """Return the 422 of everything about members."""
    return refuse(422, "InvalidiTwinsMemberRequest", "Request body or query is invalid.", details)


def invalid_role(*details: Detail) -> Response:
    """Return the 422 of everything about roles."""
    return refuse(422, "InvalidiTwinsRoleRequest", "Cannot create/update Role.", details)


def role_not_found(target: str | None = None) -> Response:
    """Return the 404 for an unknown role; ``target`` is the member of the body that names it."""
    return refuse(404, "RoleNotFound", "Requested Role is not available.", target=target)


seen_live("access-control.itwin-not-found", "Access Control spells its 404 for an iTwin ItwinNotFound.")
find_itwin = find_named_itwin(
    lambda call: call.ids["iTwinId"], refuse(404, "ItwinNotFound", "Requested iTwin is not available.")
)


def read_body(call: Call) -> Response | None:
    """Refuse a body that is not an object with 422; keep it for the next step."""
    return keep_body(call, invalid_request)


@seen_live(
    "access-control.owner-role",
    "Whoever owns an iTwin, its creator first, is a member of it with one role more.",
)
@assumed(
    "access-control.owner-role-default",
    "The role of the owners is called Owner, is of type Default and cannot be changed.",
)
def owner_role(itwin: str) -> Role:
    """Return the role of the iTwin's owners, which comes with the iTwin."""
    made = uuid.uuid5(uuid.UUID(itwin), "Owner")
    return Role(itwin, str(made), "Owner", "Owner of the iTwin", PERMISSIONS)


def role_of(call: Call, role_id: str) -> Role | None:
    """Return the iTwin's role with this id, in any case."""
    owners = owner_role(call.itwin.id)
    wanted = role_id.lower()
    return owners if wanted == owners.id else call.state.roles.get(call.itwin.id, wanted)


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
    organization = call.state.organizations.get(user.organization)
    return {
        "id": user.id,
        "email": user.email,
        "givenName": user.role,
        "surname": "Service",
        "organization": organization.name if organization else None,
    }


def member_view(call: Call, member: Member) -> dict[str, Any]:
    """Return a member with its roles as it goes over the wire."""
    user = call.state.users.get(member.user)
    person = person_view(call, user) if user else {"id": member.user, "email": None}
    owners = (owner_role(call.itwin.id).id,) if member.owner else ()
    return {**person, "roles": roles_of(call, (*owners, *member.roles))}


def role_ids(call: Call, value: Any, target: str) -> tuple[str, ...] | Response | Detail:
    """Return the ids if each names a role of the iTwin, else the problem or the 404 for the first unknown."""
    if value is None:
        return missing(target)
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        return invalid_value(value, target)
    for index, each in enumerate(value):
        if role_of(call, each) is None:
            return role_not_found(f"{target}[{index}]")
    return tuple(dict.fromkeys(each.lower() for each in value))


def new_roles(call: Call) -> tuple[str, ...] | Response:
    """Return the ids of the roles that the body gives a member, or what refuses them."""
    roles = role_ids(call, call.facts["body"].get("roleIds"), "roleIds")
    return invalid_request(roles) if isinstance(roles, Detail) else roles


def each_member(call: Call, read: Callable[[Call, Any, str], T | Response | Detail]) -> list[T] | Response:
    """Return what is read of each of the body's members, or what refuses them: all or none are added."""
    sent = call.facts["body"].get("members")
    if not isinstance(sent, list) or not sent:
        return invalid_request(missing("members"))
    wanted = [read(call, each, f"members[{index}]") for index, each in enumerate(sent)]
    problems = tuple(each for each in wanted if isinstance(each, Detail))
    if problems:
        return invalid_request(*problems)
    found: list[T] = []
    for each in wanted:
        if isinstance(each, Response):
            return each
        if not isinstance(each, Detail):
            found.append(each)
    return found


def user_by_email(call: Call, email: str) -> User | None:
    """Return the user with this address, in any case."""
    return next((user for user in call.state.users if user.email.lower() == email.lower()), None)
