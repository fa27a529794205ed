"""Getting an iTwin's account."""

from __future__ import annotations

import uuid

import pytest

from tests.suite.emulator.caller import Caller


def test_the_account_has_the_six_members_of_the_page(owner: Caller, itwin: str) -> None:
    """The reply shows the organization's account with exactly the members of the page's example."""
    answer = owner.account(itwin)
    assert answer.status == 200
    account = answer.json["iTwin"]
    assert list(account) == ["id", "class", "subClass", "type", "number", "displayName"]
    assert (account["class"], account["subClass"], account["type"]) == ("Account", "Account", None)
    full = owner.call("GET", f"/itwins/{itwin}", headers={"Prefer": "return=representation"})
    assert account["id"] == full.json["iTwin"]["iTwinAccountId"]


def test_prefer_representation_adds_the_rest(owner: Caller, itwin: str) -> None:
    """With Prefer the reply also has what the platform's clients read from it."""
    answer = owner.account(itwin, headers={"Prefer": "return=representation"})
    assert {"createdDateTime", "createdBy", "status", "dataCenterLocation"} <= set(answer.json["iTwin"])


@pytest.mark.parametrize("path", ["/itwins/{}/account", "/iTwins/{}/Account/", "/ITWINS/{}/account/"])
def test_static_segments_match_in_any_case_and_with_a_slash(owner: Caller, itwin: str, path: str) -> None:
    """The path's fixed words match as the shipped clients write them."""
    assert owner.call("GET", path.format(itwin)).status == 200


@pytest.mark.parametrize(
    "accept",
    ["*/*", "application/vnd.bentley.itwin-platform.v1+json", "application/json, text/plain, */*", None],
)
def test_every_accept_header_is_fine(owner: Caller, itwin: str, accept: str | None) -> None:
    """No Accept header, or none at all, is refused."""
    answer = owner.account(itwin, headers={"Accept": accept})
    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert str(uuid.UUID(answer.headers["x-correlation-id"])) == answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    "itwin_id", ["00000000-0000-0000-0000-000000000000", "nonsense", "a%2Fb", "%00", "%F0%9F%92%A9"]
)
def test_an_unknown_itwin_is_not_found(owner: Caller, itwin_id: str) -> None:
    """Whatever stands where an id should be, what is not there is answered with 404 iTwinNotFound."""
    answer = owner.account(itwin_id)
    assert (answer.status, answer.code) == (404, "iTwinNotFound")


@pytest.mark.parametrize(
    ("role", "status"), [("reader", 200), ("partial", 200), ("outsider", 404), ("administrator", 404)]
)
def test_only_members_get_the_account(owner: Caller, itwin: str, role: str, status: int) -> None:
    """Who is not a member of the iTwin gets 404."""
    assert owner.as_role(role).account(itwin).status == status
