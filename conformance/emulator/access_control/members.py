"""Add, list, change and remove the members and owners of an iTwin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from conformance.emulator.access_control.common import (
    invalid_request,
    member_view,
    owner_role,
    person_view,
    role_ids,
    user_by_email,
)
from conformance.emulator.access_control.invitations import invitation_view, invite
from conformance.emulator.call import Call
from conformance.emulator.paging import links, read_page
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import Member
from conformance.emulator.replies import Detail, Reply, invalid_value, missing, refuse
from conformance.emulator.state import pair


def list_members(call: Call) -> Reply:
    """Show a page of the iTwin's members with their roles, 200 ``{members, _links}``."""
    return _page(call, [member_view(call, each) for each in _members(call)])


def list_owners(call: Call) -> Reply:
    """Show a page of the iTwin's owners, 200 ``{members, _links}``."""
    owners = [member_view(call, each) for each in _members(call) if each.owner]
    return _page(call, [{name: value for name, value in each.items() if name != "roles"} for each in owners])


def list_groups(call: Call) -> Reply:
    """Show that the iTwin has no group members, 200 ``{members, _links}``."""
    return _page(call, [])


def _members(call: Call) -> list[Member]:
    return call.emulator.state.members.where(lambda each: each.itwin == call.itwin.id)


def _page(call: Call, rows: list[dict[str, Any]]) -> Reply:
    page = read_page(call.query)
    if isinstance(page, Detail):
        return invalid_request(page)
    return Reply(200, {"members": page.cut(rows), "_links": links(call, page, len(rows))})


@states("access-control.member-not-found", "An unknown member is 404 TeamMemberNotFound.", Source.LIVE)
def find_member(call: Call) -> Reply | None:
    """Find the path's member, or answer 404."""
    member = call.emulator.state.members.get(pair(call.itwin.id, call.ids["memberId"].lower()))
    if member is None:
        return refuse(404, "TeamMemberNotFound", "Requested team member is not available.")
    call.facts["member"] = member
    return None


def get_member(call: Call) -> Reply:
    """Show the member, 200 ``{member}``."""
    return Reply(200, {"member": member_view(call, call.facts["member"])})


@states("access-control.unknown-address", "An address of no known user gets an invitation.", Source.LIVE)
@states("access-control.roles-replace", "Adding a member again replaces its roles.", Source.ASSUMPTION)
def add_members(call: Call) -> Reply:
    """Add every address that was sent, 201 ``{members, invitations}``."""
    sent = call.facts["body"].get("members")
    if not isinstance(sent, list) or not sent:
        return invalid_request(missing("members"))
    wanted = [_wanted(call, each, f"members[{index}]") for index, each in enumerate(sent)]
    faults = tuple(each for each in wanted if isinstance(each, Detail))
    if faults:
        return invalid_request(*faults)
    for each in wanted:
        if isinstance(each, Reply):
            return each
    members, invitations = [], []
    for each in wanted:
        assert isinstance(each, tuple)  # noqa: S101 - everything else has been refused above
        email, roles = each
        user = user_by_email(call, email)
        if user is None:
            invitations.append(invitation_view(call, invite(call, email, roles)))
        else:
            members.append(member_view(call, _give(call, user.id, roles)))
    return Reply(201, {"members": members, "invitations": invitations})


def _wanted(call: Call, entry: Any, target: str) -> tuple[str, tuple[str, ...]] | Reply | Detail:
    match entry:
        case {"email": str(email), **rest} if email:
            roles = role_ids(call, rest.get("roleIds", []), f"{target}.roleIds")
            return (email, roles) if isinstance(roles, tuple) else roles
    return missing(f"{target}.email")


@states("access-control.owner-stays", "Roles neither make nor unmake an owner.", Source.ASSUMPTION)
def _give(call: Call, user: str, roles: tuple[str, ...]) -> Member:
    owners = owner_role(call.itwin.id).id
    return _put(call, user, roles=tuple(each for each in roles if each != owners))


def _put(call: Call, user: str, **changes: Any) -> Member:
    key = pair(call.itwin.id, user)
    member = replace(call.emulator.state.members.get(key) or Member(call.itwin.id, user), **changes)
    call.emulator.state.members.put(key, member)
    return member


@states("access-control.unknown-role", "A role that does not exist is 404 RoleNotFound.", Source.CLIENT)
def update_member(call: Call) -> Reply:
    """Give the member other roles, 200 ``{member}``."""
    roles = role_ids(call, call.facts["body"].get("roleIds"), "roleIds")
    if isinstance(roles, Detail):
        return invalid_request(roles)
    if isinstance(roles, Reply):
        return roles
    return Reply(200, {"member": member_view(call, _give(call, call.facts["member"].user, roles))})


def remove_member(call: Call) -> Reply:
    """Forget the member, 204; what it held without the membership it holds again."""
    call.emulator.state.members.drop(pair(call.itwin.id, call.facts["member"].user))
    return Reply(204)


@states(
    "access-control.owner-exists", "Whoever is an owner already is 409 OwnerAlreadyExists.", Source.CLIENT
)
def add_owner(call: Call) -> Reply:
    """Make the user of an address an owner, or invite it, 201 ``{member, invitation}``."""
    email = call.facts["body"].get("email")
    if not isinstance(email, str) or not email:
        return invalid_request(missing("email"))
    user = user_by_email(call, email)
    if user is None:
        invitation = invite(call, email, (), owner=True)
        return Reply(201, {"member": None, "invitation": invitation_view(call, invitation)})
    member = call.emulator.state.members.get(pair(call.itwin.id, user.id))
    if member is not None and member.owner:
        return refuse(409, "OwnerAlreadyExists", "Requested user is already an iTwin Owner.", target="email")
    _put(call, user.id, owner=True)
    return Reply(201, {"member": person_view(call, user), "invitation": None})


@states("access-control.last-owner", "The last owner cannot be removed: 422.", Source.ASSUMPTION)
def remove_owner(call: Call) -> Reply:
    """Take the ownership away, 204; a member without roles is none any more."""
    member = call.facts["member"]
    if not member.owner:
        return refuse(404, "TeamMemberNotFound", "Requested team member is not available.")
    if sum(each.owner for each in _members(call)) == 1:
        return invalid_request(invalid_value(member.user, "memberId"))
    if member.roles or member.permissions:
        _put(call, member.user, owner=False)
    else:
        call.emulator.state.members.drop(pair(call.itwin.id, member.user))
    return Reply(204)
