"""Groups, the roles that they give, jobs and shares of an iTwin."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suite.emulator.caller import Caller
from tests.suite.emulator.test_access_control import add, base, email, make_role, user_id

UNKNOWN = "22acf21e-0575-4faf-849b-bcd538718269"


@pytest.fixture
def group(owner: Caller, itwin: str) -> str:
    """Return a group of the iTwin in which the outsider is."""
    made = owner.call("POST", f"{base(itwin)}/groups", {"name": "Surveyors"})
    assert made.status == 201, made
    found = str(made.json["group"]["id"])
    body = {"members": [email(owner, "outsider")], "imsGroups": ["All of Acme"]}
    changed = owner.call("PATCH", f"{base(itwin)}/groups/{found}", body)
    assert changed.status == 200, changed
    assert [each["id"] for each in changed.json["group"]["members"]] == [user_id(owner, "outsider")]
    assert changed.json["group"]["imsGroups"] == ["All of Acme"]
    return found


def test_a_group_gives_its_users_roles_and_takes_them(
    owner: Caller, itwin: str, repository: str, group: str
) -> None:
    """A user of a group that is a member of an iTwin may do what the group's roles say, and no more."""
    stranger = owner.as_role("outsider")
    zones = {"id": "zones", "displayName": "Zones"}
    resources = f"/itwins/{itwin}/repositories/{repository}/resources"
    path = f"{base(itwin)}/members/groups"
    assert stranger.account(itwin).status == 404
    body = {"members": [{"groupId": group, "roleIds": [make_role(owner, itwin, "itwins_view")]}]}
    made = owner.call("POST", path, body)
    assert (made.status, made.json["members"][0]["groupName"]) == (201, "Surveyors")
    assert stranger.account(itwin).status == 200
    assert stranger.call("POST", resources, zones).status == 403
    roles = {"roleIds": [make_role(owner, itwin, "itwins_modify")]}
    assert owner.call("PATCH", f"{path}/{group}", roles).status == 200
    assert stranger.call("POST", resources, zones).status == 201
    assert owner.call("DELETE", f"{base(itwin)}/groups/{group}").status == 204
    assert stranger.account(itwin).status == 404
    assert owner.call("GET", path).json["members"] == []


def test_a_group_has_a_name_of_its_own_and_known_users(owner: Caller, itwin: str, group: str) -> None:
    """No name is 422, another group's 409, an unknown address 404; a refused change changes nothing."""
    path = f"{base(itwin)}/groups"
    assert owner.call("POST", path, {"name": ""}).code == "InvalidiTwinsGroupRequest"
    assert owner.call("POST", path, {"name": "Surveyors"}).status == 409
    before = owner.call("GET", f"{path}/{group}").json
    for body, status in (
        ({"name": "Other", "members": ["nobody@example.com"]}, 404),
        ({"members": "all"}, 422),
        ({"name": ""}, 422),
        ({"imsGroups": ["\ud800"]}, 422),
    ):
        assert owner.call("PATCH", f"{path}/{group}", body).status == status, body
    assert owner.call("GET", f"{path}/{group}").json == before
    assert owner.call("PATCH", f"{path}/{group}", {"name": "Surveyors"}).status == 200
    assert owner.call("GET", f"{path}/{UNKNOWN}").code == "GroupNotFound"
    assert owner.as_role("reader").call("POST", path, {"name": "Readers"}).status == 403


def test_a_group_of_an_account_invites(owner: Caller, itwin: str) -> None:
    """Unknown addresses are invited to the group, not to the iTwin."""
    boss = owner.as_role("administrator")
    account = owner.account(itwin).json["iTwin"]["id"]
    made = boss.call("POST", f"{base(account)}/groups", {"name": "Guests"})
    path = f"{base(account)}/groups/{made.json['group']['id']}"
    for _ in range(2):
        assert boss.call("PATCH", path, {"members": ["guest@example.com"]}).status == 200
    (invitation,) = boss.call("GET", f"{path}/invitations").json["invitations"]
    assert (invitation["email"], "roles" in invitation) == ("guest@example.com", False)
    assert boss.call("GET", f"{base(account)}/members/invitations").json["invitations"] == []
    assert boss.call("DELETE", f"{base(account)}/members/invitations/{invitation['id']}").status == 404
    assert boss.call("DELETE", f"{path}/invitations/{invitation['id']}").status == 204
    assert boss.call("GET", f"{path}/invitations").json["invitations"] == []


@pytest.mark.parametrize(
    ("members", "status"),
    [
        ([], 422),
        ([{"roleIds": []}], 422),
        ([{"groupId": UNKNOWN}], 404),
        ([{"groupId": "$group", "roleIds": [UNKNOWN]}], 404),
        ([{"groupId": "$group"}, {"groupId": UNKNOWN}], 404),
    ],
)
def test_groups_are_added_all_or_none(
    owner: Caller, itwin: str, group: str, members: Any, status: int
) -> None:
    """What names no group, or no role, is refused and adds nothing."""
    path = f"{base(itwin)}/members/groups"
    sent = [{k: group if v == "$group" else v for k, v in each.items()} for each in members]
    assert owner.call("POST", path, {"members": sent}).status == status
    assert owner.call("GET", path).json["members"] == []
    assert owner.call("GET", f"{path}/{group}").code == "TeamMemberNotFound"


def test_a_job_assigns_unassigns_and_removes(owner: Caller, itwin: str) -> None:
    """A job's effect is there when it is created, and what it could not do is its error."""
    role, address = make_role(owner, itwin), email(owner, "outsider")
    path, member = f"{base(itwin)}/jobs", f"{base(itwin)}/members/users/{user_id(owner, 'outsider')}"
    actions = {"assignRoles": [{"email": address, "roleIds": [role]}]}
    job = owner.call("POST", path, {"actions": actions}).json
    assert (job["itwinId"], job["status"], "error" in job) == (itwin, "Completed", False)
    assert [each["id"] for each in owner.call("GET", member).json["member"]["roles"]] == [role]
    assert owner.call("GET", f"{path}/{job['id']}").json == job
    assert owner.call("GET", f"{path}/{job['id']}/actions").json == {"actions": actions}
    owners = owner.call("GET", f"{base(itwin)}/members/users").json["members"][0]["roles"][0]["id"]
    twice = {"assignRoles": [{"email": address, "roleIds": [role, role.upper(), owners]}]}
    assert owner.call("POST", path, {"actions": twice}).json["status"] == "Completed"
    assert [each["id"] for each in owner.call("GET", member).json["member"]["roles"]] == [role]
    taken = {"unassignRoles": actions["assignRoles"] + [{"email": "nobody@example.com", "roleIds": [role]}]}
    partly = owner.call("POST", path, {"actions": taken}).json
    assert (partly["status"], partly["error"][0]["code"]) == ("PartialCompleted", "TeamMemberNotFound")
    assert owner.call("GET", member).json["member"]["roles"] == []
    gone = {"actions": {"removeMembers": [{"email": address}]}}
    assert owner.call("POST", path, gone).json["status"] == "Completed"
    assert owner.call("GET", member).status == 404
    assert owner.call("POST", path, gone).json["status"] == "Failed"
    assert owner.call("GET", f"{path}/{UNKNOWN}").status == 404


@pytest.mark.parametrize(
    ("actions", "target"),
    [
        ({}, "actions"),
        ([], "actions"),
        ({"removeMembers": [{"email": "\ud800@example.com"}]}, "actions"),
        ({"assignRoles": []}, "actions"),
        ({"assignRoles": {}}, "actions.assignRoles"),
        ({"assignRoles": [7]}, "actions.assignRoles[0]"),
        ({"assignRoles": [{"email": "", "roleIds": [UNKNOWN]}]}, "actions.assignRoles[0].email"),
        ({"removeMembers": [{"email": "no-address"}]}, "actions.removeMembers[0].email"),
        (
            {"unassignRoles": [{"email": "a@example.com", "roleIds": ["x"]}]},
            "actions.unassignRoles[0].roleIds",
        ),
    ],
)
def test_a_job_without_sense_is_422(owner: Caller, itwin: str, actions: Any, target: str) -> None:
    """The detail names the member."""
    answer = owner.call("POST", f"{base(itwin)}/jobs", {"actions": actions})
    assert (answer.status, [each for _, each in answer.details]) == (422, [target])


def test_a_share_is_created_read_and_revoked(owner: Caller, itwin: str) -> None:
    """Without members it is of the contract Default; a stranger neither sees nor revokes it."""
    path = f"{base(itwin)}/shares"
    share = owner.call("POST", path, {}).json["share"]
    assert (share["iTwinId"], share["shareContract"], share["expiration"]) == (itwin, "Default", None)
    assert owner.call("GET", path).json == {"shares": [share]}
    one = f"{path}/{share['id']}"
    assert owner.as_role("outsider").call("GET", one).status == 403
    assert owner.as_role("reader").call("DELETE", one).status == 403
    assert owner.call("DELETE", one).status == 204
    assert owner.call("GET", one).code == "ShareNotFound"


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"shareContract": "Other"}, 404),
        ({"shareContract": 7}, 422),
        ({"expiration": "soon"}, 422),
        ({"expiration": 7}, 422),
        ({"expiration": "2001-01-01T00:00:00Z"}, 422),
        ({"expiration": "2999-01-01T00:00:00Z"}, 201),
        ({"expiration": "2999-01-01"}, 201),
    ],
)
def test_a_share_ends_later_or_never(owner: Caller, itwin: str, body: Any, status: int) -> None:
    """What is not valid is refused."""
    assert owner.call("POST", f"{base(itwin)}/shares", body).status == status


def test_what_an_itwin_holds_goes_with_it(owner: Caller, itwin: str, group: str) -> None:
    """Nothing of a deleted iTwin's groups, jobs and shares is left."""
    owner.call("POST", f"{base(itwin)}/members/groups", {"members": [{"groupId": group}]})
    owner.call("POST", f"{base(itwin)}/shares", {})
    body = {"actions": {"removeMembers": [{"email": "a@example.com"}]}}
    assert owner.call("POST", f"{base(itwin)}/jobs", body).status == 201
    add(owner, itwin, "new@example.com")
    assert owner.call("DELETE", f"/itwins/{itwin}").status == 204
    state = owner.served.emulator.services.state
    for kind in ("groups", "group_members", "jobs", "shares", "invitations"):
        assert [row for row in state.rows(kind) if row["itwin"] == itwin] == [], kind


def test_roles_come_by_page(owner: Caller, itwin: str) -> None:
    """$top and $skip cut the list of roles, and what is no number is 422."""
    made = [make_role(owner, itwin) for _ in range(3)]
    path = f"{base(itwin)}/roles"
    page = owner.call("GET", f"{path}?$top=2&$skip=1").json
    assert [each["id"] for each in page["roles"]] == made[1:]
    assert set(page["_links"]) == {"self", "prev"}
    assert owner.call("GET", f"{path}?$top=0").status == 422
