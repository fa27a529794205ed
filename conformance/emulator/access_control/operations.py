"""Put the operations of the Access Control API together from their steps."""

from __future__ import annotations

from conformance.emulator.access_control import common, invitations, members, roles
from conformance.emulator.finding import require, see_itwin
from conformance.emulator.identity.checks import AUTHENTICATION
from conformance.emulator.pipeline import Operation, Run, Step, operation
from conformance.emulator.throttle import THROTTLE

ENTRY = (*AUTHENTICATION, *THROTTLE)
ITWIN = (*ENTRY, Step("find_itwin", common.find_itwin))
SEEN = (*ITWIN, Step("authorize", see_itwin))

_BASE = "/accesscontrol/itwins"
_ITWIN = f"{_BASE}/{{iTwinId}}"
_ROLE = f"{_ITWIN}/roles/{{roleId}}"
_USERS = f"{_ITWIN}/members/users"
_USER = f"{_USERS}/{{memberId}}"
_OWNERS = f"{_ITWIN}/members/owners"
_INVITATIONS = f"{_ITWIN}/members/invitations"
_INVITATION = f"{_INVITATIONS}/{{invitationId}}"

BODY = Step("read_body", common.read_body)
ROLE_BODY = Step("read_body", common.read_role)
ROLE = Step("find_role", roles.find_role)
VALID = Step("validate", roles.validate)
MEMBER = Step("find_member", members.find_member)
INVITATION = Step("find_invitation", invitations.find_invitation)


def _allowed(permission: str) -> tuple[Step, ...]:
    return (*ITWIN, Step("authorize", require(permission)))


def _made(name: str, method: str, path: str, steps: tuple[Step, ...], run: Run) -> Operation:
    return operation(name, method, path, steps, ("reply", run))


ROLES = _allowed("administration_manage_roles")
INVITE = _allowed("administration_invite_member")
REMOVE = _allowed("administration_remove_member")

ACCESS_CONTROL: tuple[Operation, ...] = (
    _made("listPermissions", "GET", f"{_BASE}/permissions", ENTRY, roles.all_permissions),
    _made("listOwnPermissions", "GET", f"{_ITWIN}/permissions", SEEN, roles.own_permissions),
    _made("listRoles", "GET", f"{_ITWIN}/roles", SEEN, roles.list_roles),
    _made("createRole", "POST", f"{_ITWIN}/roles", (*ROLES, ROLE_BODY, VALID), roles.create_role),
    _made("getRole", "GET", _ROLE, (*SEEN, ROLE), roles.get_role),
    _made("updateRole", "PATCH", _ROLE, (*ROLES, ROLE, ROLE_BODY, VALID), roles.update_role),
    _made("deleteRole", "DELETE", _ROLE, (*ROLES, ROLE), roles.delete_role),
    _made("listMembers", "GET", _USERS, SEEN, members.list_members),
    _made("addMembers", "POST", _USERS, (*INVITE, BODY), members.add_members),
    _made("getMember", "GET", _USER, (*SEEN, MEMBER), members.get_member),
    _made("updateMember", "PATCH", _USER, (*INVITE, MEMBER, BODY), members.update_member),
    _made("removeMember", "DELETE", _USER, (*REMOVE, MEMBER), members.remove_member),
    _made("listOwners", "GET", _OWNERS, SEEN, members.list_owners),
    _made("addOwner", "POST", _OWNERS, (*INVITE, BODY), members.add_owner),
    _made("removeOwner", "DELETE", f"{_OWNERS}/{{memberId}}", (*REMOVE, MEMBER), members.remove_owner),
    _made("listGroupMembers", "GET", f"{_ITWIN}/members/groups", SEEN, members.list_groups),
    _made("listInvitations", "GET", _INVITATIONS, SEEN, invitations.list_invitations),
    _made("getInvitation", "GET", _INVITATION, (*SEEN, INVITATION), invitations.get_invitation),
    _made("deleteInvitation", "DELETE", _INVITATION, (*REMOVE, INVITATION), invitations.delete_invitation),
    _made("acceptInvitation", "POST", f"{_INVITATION}/accept", SEEN, invitations.accept_invitation),
)
