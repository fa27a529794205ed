"""Who a token belongs to, and who else is in the organization."""

from __future__ import annotations

from tests.suite.emulator.caller import Caller


def test_a_user_sees_itself(owner: Caller) -> None:
    """The address is the one under which an application is added as a member."""
    found = owner.call("GET", "/users/me")
    assert found.status == 200
    client_id = owner.served.credentials["owner"].client_id
    assert found.json["user"]["email"] == f"{client_id}@apps.imsoidc.bentley.com"
    assert owner.call("GET", "/users/me", token="nonsense").code == "Unauthorized"


def test_colleagues_are_found_by_words_and_by_id_and_others_are_not(owner: Caller) -> None:
    """A search looks inside names and addresses; another organization's users are not shown."""
    stranger = owner.as_role("outsider").call("GET", "/users/me").json["user"]["id"]
    (reader,) = owner.call("GET", "/users?$search=READER").json["users"]
    assert owner.call("GET", "/users/?$search=outsider").json == {"users": []}
    asked = [reader["id"].upper(), stranger]
    assert owner.call("POST", "/users/getbyidlist", asked).json == {"users": [reader]}


def test_a_body_that_is_no_list_of_ids_is_refused(owner: Caller) -> None:
    """Neither an object nor more than a thousand ids."""
    bodies: tuple[object, ...] = ({"ids": []}, [1], ["x"] * 1001)
    for body in bodies:
        assert owner.call("POST", "/users/getbyidlist", body).code == "InvalidUsersRequest"
