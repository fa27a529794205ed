"""Create, read, change and delete the groups of an iTwin."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.apis.access_control.common import person_view, user_by_email
from conformance.emulator.apis.access_control.invitations import invite
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import keep_body, text_problems, writable
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import find
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import Detail, Response, invalid_value, missing, refuse
from conformance.emulator.state.records import Group

_LISTS = ("members", "imsGroups")
NOT_FOUND = refuse(404, "GroupNotFound", "Requested Group is not available.")

seen_live("access-control.group-not-found", "An unknown group is 404 GroupNotFound.")
find_group = find("group", lambda call: group_of(call, call.ids["groupId"]), NOT_FOUND)


def group_of(call: Call, group: str) -> Group | None:
    """Return the iTwin's group of this id, in any case."""
    return call.state.groups.get(call.itwin.id, group.lower())


def _view(call: Call, group: Group) -> dict[str, Any]:
    users = (call.state.users.get(each) for each in group.users)
    return {
        "id": group.id,
        "name": group.name,
        "description": group.description,
        "members": [person_view(call, each) for each in users if each is not None],
        "imsGroups": list(group.ims_groups),
    }


def _invalid(*details: Detail) -> Response:
    return refuse(422, "InvalidiTwinsGroupRequest", "Cannot create/update Group.", details)


@seen_live("access-control.group-name", "A group without a name is 422 InvalidiTwinsGroupRequest.")
def validate_new(call: Call) -> Response | None:
    """Refuse a new group whose members are not valid with 422."""
    return keep_body(
        call, _invalid, lambda body: text_problems(body, required=("name",), optional=("description",))
    )


def validate_changes(call: Call) -> Response | None:
    """Refuse changes of a group that are not valid with 422."""
    return keep_body(call, _invalid, _change_problems)


def _change_problems(body: dict[str, Any]) -> list[Detail]:
    found = text_problems(body, optional=("name", "description"))
    if body.get("name") == "":
        found.append(missing("name"))
    for name in _LISTS:
        value = body.get(name)
        if value is not None and not (isinstance(value, list) and all(map(_is_text, value))):
            found.append(invalid_value(value, name))
    return found


def _is_text(value: object) -> bool:
    return isinstance(value, str) and writable(value)


@assumed("access-control.group-exists", "A name that another group of the iTwin has is 409 GroupExists.")
def check_conflict(call: Call) -> Response | None:
    """Refuse the name of another group of the iTwin with 409."""
    name, own = call.facts["body"].get("name"), call.facts.get("group")
    same = call.state.groups.where(lambda each: each.itwin == call.itwin.id and each.name == name)
    if any(own is None or each.id != own.id for each in same):
        return refuse(409, "GroupExists", "A group with this name exists already.", target="name")
    return None


def list_groups(call: Call) -> Response:
    """Show a page of the iTwin's groups, 200 ``{groups, _links}``."""
    found = call.state.groups.where(lambda each: each.itwin == call.itwin.id)
    return show_page(call, "groups", found, _invalid, lambda each: _view(call, each))


def create_group(call: Call) -> Response:
    """Create the group, empty, 201 ``{group}``."""
    body = call.facts["body"]
    return _keep(
        call, Group(call.itwin.id, str(uuid.uuid4()), body["name"], body.get("description") or ""), 201
    )


def get_group(call: Call) -> Response:
    """Show the group, 200 ``{group}``."""
    return Response(200, {"group": _view(call, call.facts["group"])})


@seen_live(
    "access-control.group-members",
    "A group of an iTwin takes users that are known, else 404 TeamMemberNotFound; one of an account invites.",
)
def update_group(call: Call) -> Response:
    """Change what was sent; ``members`` are addresses and replace the users, 200 ``{group}``."""
    body, group = call.facts["body"], call.facts["group"]
    users = [(each, user_by_email(call, each)) for each in body.get("members") or ()]
    unknown = [address for address, user in users if user is None]
    if unknown and (not call.itwin.is_account or not all("@" in each for each in unknown)):
        return refuse(404, "TeamMemberNotFound", "Requested team member is not available.", target="members")
    invited = call.state.invitations.where(lambda each: each.group == group.id)
    for address in sorted(set(unknown) - {each.email for each in invited}):
        invite(call, address, group=group.id)
    known = tuple(dict.fromkeys(user.id for _, user in users if user is not None))
    changed = replace(
        group,
        name=body.get("name") or group.name,
        description=group.description if body.get("description") is None else body["description"],
        users=group.users if body.get("members") is None else known,
        ims_groups=group.ims_groups if body.get("imsGroups") is None else tuple(body["imsGroups"]),
    )
    return _keep(call, changed, 200)


def delete_group(call: Call) -> Response:
    """Forget the group, 204; its users lose the roles that they held through it."""
    call.state.drop_group(call.facts["group"])
    return Response(204)


def _keep(call: Call, group: Group, status: int) -> Response:
    call.state.groups.put(group)
    return Response(status, {"group": _view(call, group)})
