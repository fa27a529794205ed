"""Add, list, change and remove the members and owners of an iTwin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.emulator.apis.access_control.common import (
    each_member,
    invalid_request,
    member_view,
    new_roles,
    owner_role,
    person_view,
    role_ids,
    user_by_email,
)
from conformance.emulator.apis.access_control.invitations import invitation_view, invite
from conformance.emulator.behaviours import assumed, seen_live, used_by_clients
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, missing, refuse
from conformance.emulator.state.records import Member


def list_members(call: Call) -> Response:
    """Show a page of the iTwin's members with their roles, 200 ``{members, _links}``."""
    return _show(call, [member_view(call, each) for each in _members(call)])


def list_owners(call: Call) -> Response:
    """Show a page of the iTwin's owners, 200 ``{members, _links}``."""
    owners = [member_view(call, each) for each in _members(call) if each.owner]
    return _show(call, [{name: value for name, value in each.items() if name != "roles"} for each in owners])


def _show(call: Call, rows: list[dict[str, Any]]) -> Response:
    return show_page(call, "members", rows, invalid_request)


def _members(call: Call) -> list[Member]:
    return call.state.members.where(lambda each: each.itwin == call.itwin.id)


_NOT_FOUND = refuse(404, "TeamMemberNotFound", "Requested team member is not available.")

seen_live("access-control.member-not-found", "An unknown member is 404 TeamMemberNotFound.")
find_member = find(
    "member", lambda call: call.state.members.get(call.itwin.id, call.ids["memberId"].lower()), _NOT_FOUND
)


def get_member(call: Call) -> Response:
    """Show the member, 200 ``{member}``."""
    return Response(200, {"member": member_view(call, call.facts["member"])})


@seen_live("access-control.unknown-address", "An address of no known user gets an invitation.")
@assumed("access-control.roles-replace", "Adding a member again replaces its roles.")
def add_members(call: Call) -> Response:
    """Add every address that was sent, 201 ``{members, invitations}``."""
    wanted = each_member(call, _wanted)
    if isinstance(wanted, Response):
        return wanted
    members, invitations = [], []
    for email, roles in wanted:
        user = user_by_email(call, email)
        if user is None:
            invitations.append(invitation_view(call, invite(call, email, roles)))
        else:
            members.append(member_view(call, _give(call, user.id, roles)))
    return Response(201, {"members": members, "invitations": invitations})


def _wanted(call: Call, entry: Any, target: str) -> tuple[str, tuple[str, ...]] | Response | Detail:
    match entry:
        case {"email": str(email), **rest} if email:
            roles = role_ids(call, rest.get("roleIds", []), f"{target}.roleIds")
            return (email, roles) if isinstance(roles, tuple) else roles
    return missing(f"{target}.email")


@assumed("access-control.owner-stays", "Roles neither make nor unmake an owner.")
def _give(call: Call, user: str, roles: tuple[str, ...]) -> Member:
    owners = owner_role(call.itwin.id).id
    return _put(call, user, roles=tuple(each for each in roles if each != owners))


def _put(call: Call, user: str, **changes: Any) -> Member:
    member = replace(call.state.members.get(call.itwin.id, user) or Member(call.itwin.id, user), **changes)
    call.state.members.put(member)
    return member


@used_by_clients("access-control.unknown-role", "A role that does not exist is 404 RoleNotFound.")
def update_member(call: Call) -> Response:
    """Give the member other roles, 200 ``{member}``."""
    roles = new_roles(call)
    if isinstance(roles, Response):
        return roles
    return Response(200, {"member": member_view(call, _give(call, call.facts["member"].user, roles))})


def remove_member(call: Call) -> Response:
    """Forget the member, 204; what it held without the membership it holds again."""
    call.state.members.drop(call.facts["member"])
    return Response(204)


@used_by_clients("access-control.owner-exists", "Whoever is an owner already is 409 OwnerAlreadyExists.")
def add_owner(call: Call) -> Response:
    """Make the user of an address an owner, or invite it, 201 ``{member, invitation}``."""
    email = call.facts["body"].get("email")
    if not isinstance(email, str) or not email:
        return invalid_request(missing("email"))
    user = user_by_email(call, email)
    if user is None:
        invitation = invite(call, email, owner=True)
        return Response(201, {"member": None, "invitation": invitation_view(call, invitation)})
    member = call.state.members.get(call.itwin.id, user.id)
    if member is not None and member.owner:
        return refuse(409, "OwnerAlreadyExists", "Requested user is already an iTwin Owner.", target="email")
    _put(call, user.id, owner=True)
    return Response(201, {"member": person_view(call, user), "invitation": None})


@assumed("access-control.last-owner", "The last owner cannot be removed: 422.")
def remove_owner(call: Call) -> Response:
    """Take the ownership away, 204; a member without roles is none any more."""
    member = call.facts["member"]
    if not member.owner:
        return _NOT_FOUND
    if sum(each.owner for each in _members(call)) == 1:
        return invalid_request(invalid_value(member.user, "memberId"))
    if member.roles or member.permissions:
        _put(call, member.user, owner=False)
    else:
        call.state.members.drop(member)
    return Response(204)
