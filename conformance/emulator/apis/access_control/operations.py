"""Put the operations of the Access Control API together from their steps."""

from __future__ import annotations

from conformance.emulator.apis.access_control import common, invitations, members, roles
from conformance.emulator.kernel.authentication import ENTRY
from conformance.emulator.kernel.lookup_steps import require, see_itwin
from conformance.emulator.kernel.pipeline import Operation, operation, with_steps

FOUND = with_steps(ENTRY, find_itwin=common.find_itwin)
SEEN = with_steps(FOUND, authorize=see_itwin)
SEEN_ROLE = with_steps(SEEN, find_role=roles.find_role)
SEEN_MEMBER = with_steps(SEEN, find_member=members.find_member)
SEEN_INVITATION = with_steps(SEEN, find_invitation=invitations.find_invitation)
ROLES = with_steps(FOUND, authorize=require("administration_manage_roles"))
NEW_ROLE = with_steps(ROLES, validate=roles.validate_new)
ROLE = with_steps(ROLES, find_role=roles.find_role)
CHANGED_ROLE = with_steps(ROLE, validate=roles.validate_changes)
INVITE = with_steps(FOUND, authorize=require("administration_invite_member"))
NEW_MEMBER = with_steps(INVITE, read_body=common.read_body)
CHANGED_MEMBER = with_steps(INVITE, find_member=members.find_member, read_body=common.read_body)
REMOVE = with_steps(FOUND, authorize=require("administration_remove_member"))
REMOVED_MEMBER = with_steps(REMOVE, find_member=members.find_member)
REMOVED_INVITATION = with_steps(REMOVE, find_invitation=invitations.find_invitation)

_BASE = "/accesscontrol/itwins"
ITWIN = f"{_BASE}/{{iTwinId}}"
_ROLES = f"{ITWIN}/roles"
_ROLE = f"{_ROLES}/{{roleId}}"
_USERS = f"{ITWIN}/members/users"
_USER = f"{_USERS}/{{memberId}}"
_OWNERS = f"{ITWIN}/members/owners"
_OWNER = f"{_OWNERS}/{{memberId}}"
_INVITATIONS = f"{ITWIN}/members/invitations"
_INVITATION = f"{_INVITATIONS}/{{invitationId}}"

ACCESS_CONTROL: tuple[Operation, ...] = (
    operation("listPermissions", f"GET {_BASE}/permissions", ENTRY, respond=roles.all_permissions),
    operation("listOwnPermissions", f"GET {ITWIN}/permissions", SEEN, respond=roles.own_permissions),
    operation("listRoles", f"GET {_ROLES}", SEEN, respond=roles.list_roles),
    operation("createRole", f"POST {_ROLES}", NEW_ROLE, respond=roles.create_role),
    operation("getRole", f"GET {_ROLE}", SEEN_ROLE, respond=roles.get_role),
    operation("updateRole", f"PATCH {_ROLE}", CHANGED_ROLE, respond=roles.update_role),
    operation("deleteRole", f"DELETE {_ROLE}", ROLE, respond=roles.delete_role),
    operation("listMembers", f"GET {_USERS}", SEEN, respond=members.list_members),
    operation("addMembers", f"POST {_USERS}", NEW_MEMBER, respond=members.add_members),
    operation("getMember", f"GET {_USER}", SEEN_MEMBER, respond=members.get_member),
    operation("updateMember", f"PATCH {_USER}", CHANGED_MEMBER, respond=members.update_member),
    operation("removeMember", f"DELETE {_USER}", REMOVED_MEMBER, respond=members.remove_member),
    operation("listOwners", f"GET {_OWNERS}", SEEN, respond=members.list_owners),
    operation("addOwner", f"POST {_OWNERS}", NEW_MEMBER, respond=members.add_owner),
    operation("removeOwner", f"DELETE {_OWNER}", REMOVED_MEMBER, respond=members.remove_owner),
    operation("listInvitations", f"GET {_INVITATIONS}", SEEN, respond=invitations.list_invitations),
    operation("getInvitation", f"GET {_INVITATION}", SEEN_INVITATION, respond=invitations.get_invitation),
    operation(
        "deleteInvitation",
        f"DELETE {_INVITATION}",
        REMOVED_INVITATION,
        respond=invitations.delete_invitation,
    ),
    operation("acceptInvitation", f"POST {_INVITATION}/accept", SEEN, respond=invitations.accept_invitation),
)
