"""Create, read, change and delete the roles of an iTwin, and list permissions."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.apis.access_control.common import (
    invalid_role,
    owner_role,
    role_not_found,
    role_of,
    role_view,
)
from conformance.emulator.behaviours import assumed, documented, seen_live
from conformance.emulator.kernel.bodies import keep_body, text_problems
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Detail, Response, insufficient_permissions, invalid_value
from conformance.emulator.state.records import PERMISSIONS, Role

_TEXTS = ("displayName", "description")


def all_permissions(_call: Call) -> Response:
    """List every permission that there is, 200 ``{permissions}``."""
    return Response(200, {"permissions": list(PERMISSIONS)})


def own_permissions(call: Call) -> Response:
    """List the user's permissions on the iTwin, 200 ``{permissions}``."""
    held = call.permissions(call.itwin)
    return Response(200, {"permissions": sorted(held)})


def list_roles(call: Call) -> Response:
    """Show a page of the roles that were made for the iTwin, 200 ``{roles, _links}``."""
    roles = call.state.roles.where(lambda each: each.itwin == call.itwin.id)
    return show_page(call, "roles", roles, invalid_role, role_view)


@seen_live("access-control.role-not-found", "An unknown role is 404 RoleNotFound.")
def find_role(call: Call) -> Response | None:
    """Find the path's role, or answer 404."""
    role = role_of(call, call.ids["roleId"])
    if role is None:
        return role_not_found()
    if call.request.method != "GET" and role == owner_role(call.itwin.id):
        return insufficient_permissions()
    call.facts["role"] = role
    return None


@documented("access-control.role-required", "A new role needs displayName and description.")
@assumed("access-control.unknown-permission", "A permission that does not exist is 422.")
def validate_new(call: Call) -> Response | None:
    """Refuse a new role whose members are not valid with 422."""
    return keep_body(call, invalid_role, lambda body: _problems(body, text_problems(body, required=_TEXTS)))


def validate_changes(call: Call) -> Response | None:
    """Refuse changes of a role that are not valid with 422."""
    return keep_body(call, invalid_role, lambda body: _problems(body, text_problems(body, optional=_TEXTS)))


def _problems(body: dict[str, Any], found: list[Detail]) -> list[Detail]:
    permissions = body.get("permissions")
    good = permissions is None or (
        isinstance(permissions, list) and all(each in PERMISSIONS for each in permissions)
    )
    return found if good else [*found, invalid_value(permissions, "permissions")]


def create_role(call: Call) -> Response:
    """Create the role, 201 ``{role}``."""
    body = call.facts["body"]
    role = Role(
        call.itwin.id,
        str(uuid.uuid4()),
        body["displayName"],
        body["description"],
        tuple(body.get("permissions") or ()),
    )
    return _keep(call, role, 201)


def get_role(call: Call) -> Response:
    """Show the role, 200 ``{role}``."""
    return Response(200, {"role": role_view(call.facts["role"])})


def update_role(call: Call) -> Response:
    """Change the members that were sent, with effect on every holder, 200 ``{role}``."""
    body, role = call.facts["body"], call.facts["role"]
    permissions = body.get("permissions")
    changed = replace(
        role,
        name=body.get("displayName") or role.name,
        description=body.get("description", role.description),
        permissions=role.permissions if permissions is None else tuple(permissions),
    )
    return _keep(call, changed, 200)


def delete_role(call: Call) -> Response:
    """Forget the role, 204; its holders lose its permissions."""
    call.state.roles.drop(call.facts["role"])
    return Response(204)


def _keep(call: Call, role: Role, status: int) -> Response:
    call.state.roles.put(role)
    return Response(status, {"role": role_view(role)})
