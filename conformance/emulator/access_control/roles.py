"""Create, read, change and delete the roles of an iTwin, and list permissions."""

from __future__ import annotations

import uuid
from dataclasses import replace

from conformance.emulator.access_control.common import (
    invalid_role,
    owner_role,
    role_not_found,
    role_of,
    role_view,
)
from conformance.emulator.bodies import text_faults
from conformance.emulator.call import Call
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import PERMISSIONS, Role
from conformance.emulator.replies import Detail, Reply, insufficient_permissions, invalid_value
from conformance.emulator.state import pair


def all_permissions(_call: Call) -> Reply:
    """List every permission that there is, 200 ``{permissions}``."""
    return Reply(200, {"permissions": list(PERMISSIONS)})


def own_permissions(call: Call) -> Reply:
    """List the user's permissions on the iTwin, 200 ``{permissions}``."""
    held = call.rule("permissions", call.emulator.state, call.user, call.itwin)
    return Reply(200, {"permissions": sorted(held)})


def list_roles(call: Call) -> Reply:
    """List the roles that were made for the iTwin, 200 ``{roles}``."""
    roles = call.emulator.state.roles.where(lambda each: each.itwin == call.itwin.id)
    return Reply(200, {"roles": [role_view(each) for each in roles]})


@states("access-control.role-not-found", "An unknown role is 404 RoleNotFound.", Source.LIVE)
def find_role(call: Call) -> Reply | None:
    """Find the path's role, or answer 404."""
    role = role_of(call, call.ids["roleId"])
    if role is None:
        return role_not_found()
    if call.method != "GET" and role == owner_role(call.itwin.id):
        return insufficient_permissions()
    call.facts["role"] = role
    return None


@states("access-control.role-required", "A new role needs displayName and description.", Source.DOC)
@states("access-control.unknown-permission", "A permission that does not exist is 422.", Source.ASSUMPTION)
def validate(call: Call) -> Reply | None:
    """Refuse a role whose members are not valid with 422."""
    body = call.facts["body"]
    texts = ("displayName", "description")
    faults: list[Detail] = (
        text_faults(body, required=texts) if call.method == "POST" else text_faults(body, optional=texts)
    )
    permissions = body.get("permissions")
    if permissions is not None and not (
        isinstance(permissions, list) and all(each in PERMISSIONS for each in permissions)
    ):
        faults.append(invalid_value(permissions, "permissions"))
    return invalid_role(*faults) if faults else None


def create_role(call: Call) -> Reply:
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


def get_role(call: Call) -> Reply:
    """Show the role, 200 ``{role}``."""
    return Reply(200, {"role": role_view(call.facts["role"])})


def update_role(call: Call) -> Reply:
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


def delete_role(call: Call) -> Reply:
    """Forget the role, 204; its holders lose its permissions."""
    call.emulator.state.roles.drop(pair(call.itwin.id, call.facts["role"].id))
    return Reply(204)


def _keep(call: Call, role: Role, status: int) -> Reply:
    call.emulator.state.roles.put(pair(role.itwin, role.id), role)
    return Reply(status, {"role": role_view(role)})
