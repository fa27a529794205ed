"""iTwins: their rules, lists, marks, images and exports."""

from __future__ import annotations

import struct
import uuid
from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

ASSET = {"class": "Thing", "subClass": "Asset", "displayName": "Bridge"}
UNKNOWN = "00000000-0000-0000-0000-000000000000"
PNG = b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"IHDR", 40, 20) + bytes(9)
JPEG = bytes.fromhex("ffd8 ffe0 0004 0000 ffc0 0008 08 0014 0028 01")


def test_a_new_itwin_has_every_member_and_its_defaults(owner: Caller) -> None:
    """The response shows the whole iTwin; number is the id, status Active, the data center East US."""
    answer = owner.call("POST", "/itwins", ASSET)
    assert answer.status == 201
    made = answer.json["iTwin"]
    assert made.items() >= ASSET.items()
    chosen = owner.call("POST", "/itwins", {**ASSET, "id": made["id"]})
    assert chosen.json["iTwin"]["id"] != made["id"]
    assert made["number"] == made["id"]
    assert (made["status"], made["dataCenterLocation"]) == ("Active", "East US")
    assert {"iTwinAccountId", "parentId", "ianaTimeZone", "image", "createdBy", "lastModifiedBy"} <= set(made)
    short = owner.call("GET", f"/itwins/{made['id']}").json["iTwin"]
    assert set(short) == {"id", "class", "subClass", "type", "number", "displayName", "status"}


@pytest.mark.parametrize(
    ("change", "code", "target"),
    [
        ({"class": None}, "MissingRequiredProperty", "class"),
        ({"subClass": ""}, "MissingRequiredProperty", "subClass"),
        ({"displayName": "x" * 256}, "InvalidValue", "displayName"),
        ({"class": "Account"}, "InvalidValue", "class"),
        ({"subClass": "Project"}, "InvalidValue", "subClass"),
        ({"status": "Gone"}, "InvalidValue", "status"),
        ({"dataCenterLocation": "Mars"}, "InvalidValue", "dataCenterLocation"),
        ({"latitude": 91}, "InvalidValue", "latitude"),
        ({"parentId": UNKNOWN}, "InvalidValue", "parentId"),
        ({"number": 7}, "InvalidValue", "number"),
    ],
)
def test_each_rule_of_a_new_itwin_is_kept(owner: Caller, change: Any, code: str, target: str) -> None:
    """What breaks a rule is refused with the detail that names it."""
    answer = owner.call("POST", "/itwins", {**ASSET, **change})
    assert (answer.status, answer.code) == (422, "InvalidiTwinsRequest")
    assert (code, target) in answer.details


def test_a_number_is_taken_once_in_an_organization(owner: Caller) -> None:
    """A taken number is refused on create and on update, and free again after a delete."""
    number = str(uuid.uuid4())
    first, second = owner.itwin(number=number), owner.itwin()
    for method, path in (("POST", "/itwins"), ("PATCH", f"/itwins/{second}")):
        answer = owner.call(method, path, {**ASSET, "number": number})
        assert (answer.status, answer.code) == (409, "iTwinExists")
        assert answer.details == [("InvalidValue", "number")]
    assert owner.as_role("outsider").itwin(number=number)
    assert owner.call("PATCH", f"/itwins/{first}", {"number": number}).status == 200
    assert owner.call("DELETE", f"/itwins/{first}").status == 204
    assert owner.call("GET", f"/itwins/{first}").code == "iTwinNotFound"
    assert owner.itwin(number=number)


def test_an_update_changes_what_was_sent_and_nothing_else(owner: Caller, itwin: str) -> None:
    """Members that are not sent stay; an empty name is refused."""
    answer = owner.call(
        "PATCH", f"/itwins/{itwin}", {"displayName": "New", "status": "Trial", "class": "Endeavor"}
    )
    assert answer.status == 200
    changed = answer.json["iTwin"]
    assert (changed["displayName"], changed["status"], changed["class"]) == ("New", "Trial", "Thing")
    assert owner.call("PATCH", f"/itwins/{itwin}", {"displayName": ""}).status == 422
    assert owner.call("PATCH", f"/itwins/{itwin}", [1]).status == 422
    assert owner.as_role("reader").call("PATCH", f"/itwins/{itwin}", {"displayName": "x"}).status == 403


def names(caller: Caller, query: str, **options: Any) -> list[str]:
    """Return the display names of a list of iTwins."""
    answer = caller.call("GET", f"/itwins/{query}", **options)
    assert answer.status == 200, answer
    return [each["displayName"] for each in answer.json["iTwins"]]


def test_lists_are_searched_filtered_ordered_and_paged(owner: Caller) -> None:
    """Every option of the list narrows it, and the links lead through its pages."""
    tag = uuid.uuid4().hex
    for place, status in enumerate(("Active", "Trial", "Inactive", "Active")):
        owner.itwin(displayName=f"{tag} {place}", status=status, number=f"{tag}-{place}")
    owner.itwin(displayName=f"{tag} 4", subClass="Portfolio")
    every = [f"{tag} {place}" for place in (0, 1, 3, 4)]
    assert names(owner, f"?$search={tag.upper()}") == every
    assert names(owner, f"?$search={tag}&includeInactive=true&$orderby=displayName desc")[2] == f"{tag} 2"
    assert names(owner, f"?$search={tag}&status=Inactive") == [f"{tag} 2"]
    assert names(owner, f"?displayName={tag} 1") == [f"{tag} 1"]
    assert names(owner, f"?number={tag}-3") == [f"{tag} 3"]
    assert names(owner, f"?$search={tag}&subClass=Portfolio,Project") == [f"{tag} 4"]
    wanted = f"contains(displayName,'{tag}') and (status eq 'Trial' or not subClass eq 'Asset')"
    assert names(owner, f"?$filter={wanted}") == [f"{tag} 1", f"{tag} 4"]
    page = owner.call("GET", f"/itwins/?$search={tag}&$top=2&$skip=1")
    assert [each["displayName"] for each in page.json["iTwins"]] == every[1:3]
    links = page.json["_links"]
    for name, expected in {"next": every[3:], "prev": every[:2], "self": every[1:3]}.items():
        path = links[name]["href"].removeprefix(owner.served.base_url)
        assert [each["displayName"] for each in owner.call("GET", path).json["iTwins"]] == expected
    chosen = owner.call("GET", f"/itwins/?$search={tag}&$select=id,status").json["iTwins"]
    assert all(set(each) == {"id", "status"} for each in chosen)


def test_who_lists_sees_only_what_is_the_own(owner: Caller) -> None:
    """An outsider sees nothing of it, an administrator only with the scope all."""
    tag = uuid.uuid4().hex
    owner.itwin(displayName=tag)
    wide = {"x-itwin-query-scope": "all"}
    assert names(owner.as_role("outsider"), f"?$search={tag}", headers=wide) == []
    assert names(owner.as_role("reader"), f"?$search={tag}") == [tag]
    assert names(owner.as_role("administrator"), f"?$search={tag}") == []
    assert names(owner.as_role("administrator"), f"?$search={tag}", headers=wide) == [tag]


@pytest.mark.parametrize(
    ("query", "target"),
    [
        ("$top=0", "$top"),
        ("$top=1001", "$top"),
        ("$skip=-1", "$skip"),
        ("subClass=Nonsense", "subClass"),
        ("status=Gone", "status"),
        ("status=Active&includeInactive=true", "includeInactive"),
        ("$select=id,nonsense", "$select"),
        ("$filter=nonsense eq 'x'", "$filter"),
        ("$filter=status eq", "$filter"),
        ("$filter=status eq 'x' y", "$filter"),
        ("$filter=(status eq 'x'", "$filter"),
        ("$filter=" + "(" * 400, "$filter"),
        ("$filter=%00", "$filter"),
    ],
)
def test_a_list_option_that_makes_no_sense_is_refused(owner: Caller, query: str, target: str) -> None:
    """The detail names the option."""
    for path in ("", "favorites", "recents"):
        answer = owner.call("GET", f"/itwins/{path}?{query}")
        assert (answer.status, answer.details[-1]) == (422, ("InvalidValue", target))


def test_favorites_and_recents_are_each_users_own(owner: Caller) -> None:
    """Marks are kept by user, the newest recent first, and can be taken away."""
    first, second = owner.itwin(displayName="first"), owner.itwin(displayName="second")
    user = owner.as_role("partial")
    for kind in ("favorites", "recents"):
        for each in (first, second, first):
            assert user.call("POST", f"/itwins/{kind}/{each}").status == 204
        assert sorted(names(user, kind)) == ["first", "second"]
        assert user.call("POST", f"/itwins/{kind}/{UNKNOWN}").code == "iTwinNotFound"
    assert names(user, "recents") == ["first", "second"]
    assert names(owner, "favorites") == []
    assert user.call("DELETE", f"/itwins/favorites/{first}").status == 204
    assert user.call("DELETE", f"/itwins/recents/{first}").status == 204
    assert names(user, "favorites") == names(user, "recents") == ["second"]


def test_the_primary_account_is_the_organizations(owner: Caller, itwin: str) -> None:
    """It is the account of every iTwin of the organization, and readable as an iTwin."""
    account = owner.call("GET", "/itwins/myPrimaryAccount").json["iTwin"]
    assert account == owner.account(itwin).json["iTwin"]
    assert owner.call("GET", f"/itwins/{account['id']}").json["iTwin"]["class"] == "Account"
    assert owner.as_role("administrator").call("DELETE", f"/itwins/{account['id']}").status == 422


@pytest.mark.parametrize("image", [PNG, JPEG])
def test_an_image_is_kept_until_it_is_deleted(owner: Caller, itwin: str, image: bytes) -> None:
    """A PNG or JPEG of a fair size is shown with its addresses."""
    path = f"/itwins/{itwin}/image"
    assert owner.call("GET", path).status == 404
    answer = owner.call("PUT", path, data=image)
    assert answer.status == 201
    assert owner.call("GET", path).json == answer.json
    assert owner.call("DELETE", path).status == 204
    assert owner.call("DELETE", path).status == 404


@pytest.mark.parametrize(
    ("image", "status"),
    [(b"", 422), (JPEG[:8], 422), (PNG[:16] + struct.pack(">II", 600, 100), 422), (bytes(6 << 20), 413)],
)
def test_an_image_that_breaks_a_rule_is_refused(owner: Caller, itwin: str, image: bytes, status: int) -> None:
    """No image, one wider than five to one, and one of more than 5 MB are refused."""
    assert owner.call("PUT", f"/itwins/{itwin}/image", data=image).status == status


def test_an_export_is_queued_and_shown_to_its_user(owner: Caller) -> None:
    """It is listed, and nobody else finds it."""
    asked = {"outputFormat": "Csv", "subClass": "Asset,Project", "filter": "status+eq+'Active'"}
    made = owner.call("POST", "/itwins/exports", asked)
    assert (made.status, made.json["export"]["request"]) == (201, asked)
    path = f"/itwins/exports/{made.json['export']['id']}"
    assert owner.call("GET", path).json == made.json
    assert made.json["export"] in owner.call("GET", "/itwins/exports").json["exports"]
    assert owner.as_role("reader").call("GET", path).status == 404


@pytest.mark.parametrize(
    "change",
    [
        {"outputFormat": None},
        {"queryScope": "x"},
        {"subClass": "x"},
        {"select": "x"},
        {"filter": "x y"},
        {"filter": 1},
    ],
)
def test_an_export_that_makes_no_sense_is_refused(owner: Caller, change: Any) -> None:
    """Format, scope, subClass, select and filter are checked."""
    assert owner.call("POST", "/itwins/exports", {"outputFormat": "Csv", **change}).status == 422
    assert owner.call("POST", "/itwins/exports", []).status == 422
