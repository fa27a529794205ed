"""Permissions, roles, members, owners and invitations, with effect on what a user may do."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

ZONES = {"id": "flood_zones", "displayName": "Flood Zones"}


def base(itwin: str) -> str:
    """Return the address of an iTwin's access control."""
    return f"/accesscontrol/itwins/{itwin}"


def email(caller: Caller, role: str) -> str:
    """Return the address of a user."""
    return next(user.email for user in caller.served.emulator.services.state.users if user.role == role)


def user_id(caller: Caller, role: str) -> str:
    """Return the id of a user."""
    return next(user.id for user in caller.served.emulator.services.state.users if user.role == role)


def make_role(owner: Caller, itwin: str, *permissions: str) -> str:
    """Create a role and return its id."""
    body = {"displayName": "Role", "description": "For a test", "permissions": list(permissions)}
    answer = owner.call("POST", f"{base(itwin)}/roles", body)
    assert answer.status == 201, answer
    return str(answer.json["role"]["id"])


def add(owner: Caller, itwin: str, address: str, *roles: str) -> Any:
    """Add a member and return the response's body."""
    body = {"members": [{"email": address, "roleIds": list(roles)}]}
    answer = owner.call("POST", f"{base(itwin)}/members/users", body)
    assert answer.status == 201, answer
    return answer.json


def test_a_role_gives_and_takes_what_it_names(owner: Caller, itwin: str, repository: str) -> None:
    """A stranger becomes a member, may do what the role says, and no more once it is gone."""
    stranger = owner.as_role("outsider")
    assert stranger.account(itwin).status == 404
    role = make_role(owner, itwin, "itwins_view")
    member = add(owner, itwin, email(owner, "outsider"), role)["members"][0]
    assert (member["id"], member["roles"][0]["type"]) == (user_id(owner, "outsider"), "Custom")
    assert stranger.account(itwin).status == 200
    assert stranger.resource(itwin, repository, ZONES).status == 403
    path = f"{base(itwin)}/roles/{role}"
    assert owner.call("PATCH", path, {"permissions": ["itwins_modify"]}).status == 200
    assert stranger.resource(itwin, repository, ZONES).status == 201
    assert stranger.call("GET", f"{base(itwin)}/permissions").json == {"permissions": ["itwins_modify"]}
    assert owner.call("DELETE", path).status == 204
    assert stranger.resource(itwin, repository, {}).status == 403
    assert owner.call("DELETE", f"{base(itwin)}/members/users/{member['id']}").status == 204
    assert stranger.account(itwin).status == 404


def test_roles_are_listed_read_and_checked(owner: Caller, itwin: str) -> None:
    """A role that does not exist is 404 RoleNotFound, one that makes no sense 422."""
    role = make_role(owner, itwin)
    path = f"{base(itwin)}/roles"
    assert [each["id"] for each in owner.call("GET", path).json["roles"]] == [role]
    assert owner.call("GET", f"{path}/{role}").json["role"]["description"] == "For a test"
    for method in ("GET", "PATCH", "DELETE"):
        assert owner.call(method, f"{path}/{uuid.uuid4()}", {}).code == "RoleNotFound"
    refused = owner.call("POST", path, {})
    assert (refused.status, refused.code) == (422, "InvalidiTwinsRoleRequest")
    assert [each["target"] for each in refused.json["error"]["details"]] == ["displayName", "description"]
    assert owner.call("POST", path, []).code == "InvalidiTwinsRoleRequest"
    assert owner.call("POST", path, {"displayName": "x", "permissions": ["fly"]}).status == 422
    assert owner.as_role("reader").call("POST", path, {"displayName": "x"}).status == 403


def test_members_are_listed_changed_and_removed(owner: Caller, itwin: str) -> None:
    """A member that does not exist is 404 TeamMemberNotFound."""
    one, two = make_role(owner, itwin, "itwins_view"), make_role(owner, itwin, "itwins_modify")
    member = add(owner, itwin, email(owner, "reader"), one)["members"][0]["id"]
    path = f"{base(itwin)}/members/users"
    page = owner.call("GET", f"{path}?$top=1").json
    assert (len(page["members"]), set(page["_links"])) == (1, {"self", "next"})
    changed = owner.call("PATCH", f"{path}/{member}", {"roleIds": [one, two]})
    assert [each["id"] for each in changed.json["member"]["roles"]] == [one, two]
    assert owner.call("GET", f"{path}/{member}").json == changed.json
    unknown = {"roleIds": [one, str(uuid.uuid4())]}
    refused = owner.call("PATCH", f"{path}/{member}", unknown)
    assert (refused.status, refused.code, refused.json["error"]["target"]) == (
        404,
        "RoleNotFound",
        "roleIds[1]",
    )
    assert owner.call("POST", path, {"members": [{"email": "a@b.example", **unknown}]}).code == "RoleNotFound"
    assert owner.call("PATCH", f"{path}/{member}", {}).code == "InvalidiTwinsMemberRequest"
    assert owner.call("GET", f"{path}/{uuid.uuid4()}").code == "TeamMemberNotFound"
    assert owner.call("GET", f"{path}?$top=0").status == 422
    assert owner.call("GET", f"{base(itwin)}/members/groups").json["members"] == []


def test_a_creator_is_a_member_in_the_role_of_owner(owner: Caller, itwin: str) -> None:
    """The role stays beside others, cannot be changed, and makes nobody else an owner."""
    path = f"{base(itwin)}/members/users"
    (creator,) = owner.call("GET", path).json["members"]
    (role,) = creator["roles"]
    assert (role["displayName"], role["type"]) == ("Owner", "Default")
    assert owner.call("GET", f"{base(itwin)}/roles/{role['id']}").json["role"] == role
    for method in ("PATCH", "DELETE"):
        assert owner.call(method, f"{base(itwin)}/roles/{role['id']}", {}).status == 403
    more = make_role(owner, itwin)
    for wanted in ([role["id"], more], [more]):
        changed = owner.call("PATCH", f"{path}/{creator['id']}", {"roleIds": wanted})
        assert [each["id"] for each in changed.json["member"]["roles"]] == [role["id"], more]
    assert add(owner, itwin, email(owner, "outsider"), role["id"])["members"][0]["roles"] == []
    assert owner.as_role("outsider").call("GET", f"{base(itwin)}/permissions").json == {"permissions": []}


def test_whoever_may_invite_may_change_the_roles_of_members(owner: Caller, itwin: str) -> None:
    """Changing a member's roles needs administration_invite_member, making roles does not follow from it."""
    role = make_role(owner, itwin, "administration_invite_member")
    member = add(owner, itwin, email(owner, "outsider"), role)["members"][0]["id"]
    stranger = owner.as_role("outsider")
    changed = stranger.call("PATCH", f"{base(itwin)}/members/users/{member}", {"roleIds": [role]})
    assert changed.status == 200
    body = {"displayName": "x", "description": "y"}
    assert stranger.call("POST", f"{base(itwin)}/roles", body).status == 403


@pytest.mark.parametrize(
    "body", [{}, {"members": []}, {"members": [{}]}, {"members": [{"email": "a@b", "roleIds": 1}]}]
)
def test_members_that_make_no_sense_are_refused(owner: Caller, itwin: str, body: Any) -> None:
    """Nobody is added when one of them cannot be."""
    assert owner.call("POST", f"{base(itwin)}/members/users", body).status == 422


def test_an_owner_may_everything_and_the_last_one_stays(owner: Caller, itwin: str) -> None:
    """A new owner holds every permission; the last owner cannot be removed."""
    path, stranger = f"{base(itwin)}/members/owners", owner.as_role("outsider")
    mine = user_id(owner, "owner")
    assert owner.call("DELETE", f"{path}/{mine}").status == 422
    added = owner.call("POST", path, {"email": email(owner, "outsider")})
    assert (added.status, added.json["invitation"]) == (201, None)
    again = owner.call("POST", path, {"email": email(owner, "outsider")})
    assert (again.status, again.code) == (409, "OwnerAlreadyExists")
    assert "itwins_delete" in stranger.call("GET", f"{base(itwin)}/permissions").json["permissions"]
    assert len(owner.call("GET", path).json["members"]) == 2
    assert stranger.call("DELETE", f"{path}/{mine}").status == 204
    assert owner.account(itwin).status == 404
    role = make_role(stranger, itwin, "itwins_view")
    add(stranger, itwin, email(owner, "owner"), role)
    assert stranger.call("POST", path, {"email": email(owner, "owner")}).status == 201
    assert stranger.call("DELETE", f"{path}/{mine}").status == 204
    assert stranger.call("DELETE", f"{path}/{mine}").status == 404
    assert owner.call("GET", f"{base(itwin)}/permissions").json == {"permissions": ["itwins_view"]}
    assert stranger.call("POST", path, {}).status == 422


def test_an_unknown_address_is_invited(owner: Caller, itwin: str) -> None:
    """The invitation is pending, can be read and withdrawn, and lets nobody in."""
    role = make_role(owner, itwin)
    invitation = add(owner, itwin, "somebody@example.com", role)["invitations"][0]
    assert (invitation["status"], invitation["roles"][0]["id"]) == ("Pending", role)
    path = f"{base(itwin)}/members/invitations"
    assert owner.call("GET", path).json["invitations"] == [invitation]
    assert owner.call("GET", f"{path}/{invitation['id']}").json == {"invitation": invitation}
    assert owner.call("POST", f"{path}/{invitation['id']}/accept").status == 204
    assert owner.as_role("administrator").call("POST", f"{path}/{invitation['id']}/accept").status == 403
    assert owner.call("DELETE", f"{path}/{invitation['id']}").status == 204
    assert owner.call("GET", f"{path}/{invitation['id']}").code == "InvitationNotFound"
    assert owner.call("GET", f"{path}?$skip=x").status == 422
    invited = owner.call("POST", f"{base(itwin)}/members/owners", {"email": "boss@example.com"})
    assert (invited.json["member"], invited.json["invitation"]["email"]) == (None, "boss@example.com")
    assert [each["displayName"] for each in invited.json["invitation"]["roles"]] == ["Owner"]


def test_permissions_are_listed_and_an_unknown_itwin_is_not_found(owner: Caller) -> None:
    """All permissions are named; this API spells its 404 with a capital."""
    assert "realitydata_manage" in owner.call("GET", f"{base('permissions')}").json["permissions"]
    assert owner.call("GET", f"{base(str(uuid.uuid4()))}/permissions").code == "ItwinNotFound"
