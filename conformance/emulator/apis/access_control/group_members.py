"""Give the groups of an iTwin roles in it: add, list, change and remove them as members."""

from __future__ import annotations

from typing import Any

from conformance.emulator.apis.access_control.common import (
    each_member,
    invalid_request,
    new_roles,
    role_ids,
    roles_of,
)
from conformance.emulator.apis.access_control.groups import NOT_FOUND, group_of
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Detail, Response, missing, refuse
from conformance.emulator.state.records import GroupMember

seen_live("access-control.group-member-not-found", "A group that is no member is 404 TeamMemberNotFound.")
find_group_member = find(
    "group_member",
    lambda call: call.state.group_members.get(call.itwin.id, call.ids["groupId"].lower()),
    refuse(404, "TeamMemberNotFound", "Requested team member is not available."),
)


def _view(call: Call, member: GroupMember) -> dict[str, Any]:
    group = group_of(call, member.group)
    return {
        "id": member.group,
        "groupName": group.name if group else None,
        "groupDescription": group.description if group else None,
        "roles": roles_of(call, member.roles),
    }


def list_group_members(call: Call) -> Response:
    """Show a page of the groups that are members of the iTwin, 200 ``{members, _links}``."""
    found = call.state.group_members.where(lambda each: each.itwin == call.itwin.id)
    return show_page(call, "members", found, invalid_request, lambda each: _view(call, each))


def get_group_member(call: Call) -> Response:
    """Show the group with its roles, 200 ``{member}``."""
    return Response(200, {"member": _view(call, call.facts["group_member"])})


@assumed("access-control.group-roles-replace", "Adding a group again replaces its roles.")
def add_group_members(call: Call) -> Response:
    """Add every group that was sent, 201 ``{members}``, or none of them."""
    added = each_member(call, _wanted)
    if isinstance(added, Response):
        return added
    for member in added:
        call.state.group_members.put(member)
    return Response(201, {"members": [_view(call, each) for each in added]})


def _wanted(call: Call, entry: Any, target: str) -> GroupMember | Response | Detail:
    match entry:
        case {"groupId": str(sent), **rest} if sent:
            group = group_of(call, sent)
            if group is None:
                return NOT_FOUND
            roles = role_ids(call, rest.get("roleIds", []), f"{target}.roleIds")
            return GroupMember(call.itwin.id, group.id, roles) if isinstance(roles, tuple) else roles
    return missing(f"{target}.groupId")


def update_group_member(call: Call) -> Response:
    """Give the group other roles, 200 ``{member}``."""
    roles = new_roles(call)
    if isinstance(roles, Response):
        return roles
    member = GroupMember(call.itwin.id, call.facts["group_member"].group, roles)
    call.state.group_members.put(member)
    return Response(200, {"member": _view(call, member)})


def remove_group_member(call: Call) -> Response:
    """Take the group's roles in the iTwin away, 204; the group stays."""
    call.state.group_members.drop(call.facts["group_member"])
    return Response(204)
