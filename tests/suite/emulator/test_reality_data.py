"""Reality data: create, read, list, change, delete, dissociate."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suite.emulator.caller import Caller

BASE = "/reality-management/reality-data"
UNKNOWN = "00000000-0000-0000-0000-000000000000"
EXTENT = {
    "southWest": {"latitude": 1.0, "longitude": 2.0},
    "northEast": {"latitude": 3.0, "longitude": 4.0},
}


def listed(caller: Caller, itwin: str, query: str = "", **options: Any) -> list[str]:
    """Return the names of an iTwin's reality data."""
    answer = caller.call("GET", f"{BASE}?iTwinId={itwin}{query}", **options)
    assert answer.status == 200, answer
    return [each["displayName"] for each in answer.json["realityData"]]


def test_a_reality_data_has_every_member(owner: Caller) -> None:
    """What was sent is kept; size, dates, owner and data center are filled in."""
    far = owner.itwin(dataCenterLocation="Japan East")
    data = owner.data(far, classification="Model", tags=["a"], extent=EXTENT)
    answer = owner.call("GET", f"{BASE}/{data}?iTwinId={far}")
    assert answer.status == 200
    found = answer.json["realityData"]
    assert (found["size"], found["dataCenterLocation"], found["classification"]) == (0, "Japan East", "Model")
    assert (found["tags"], found["extent"]) == (["a"], EXTENT)
    assert found["createdDateTime"] == found["modifiedDateTime"] == found["lastAccessedDateTime"]


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"iTwinId": 7}, ("InvalidValue", "iTwinId")),
        ({"iTwinId": "x"}, ("InvalidValue", "iTwinId")),
        ({"displayName": ""}, ("MissingRequiredProperty", "displayName")),
        ({"type": None}, ("MissingRequiredProperty", "type")),
        ({"classification": "Cake"}, ("InvalidValue", "classification")),
        ({"extent": []}, ("InvalidValue", "extent")),
        ({"tags": "a"}, ("InvalidValue", "tags")),
        ({"authoring": 1}, ("InvalidValue", "authoring")),
    ],
)
def test_a_reality_data_that_breaks_a_rule_is_refused(
    owner: Caller, itwin: str, change: Any, detail: tuple[str, str]
) -> None:
    """The detail names the member."""
    body = {"iTwinId": itwin, "displayName": "x", "type": "OPC", **change}
    answer = owner.call("POST", BASE, body)
    assert (answer.status, answer.code, answer.details) == (422, "InvalidRealityDataRequest", [detail])


def test_reality_data_needs_its_permissions(owner: Caller, itwin: str, data: str) -> None:
    """A reader reads and changes nothing; an outsider does not even read."""
    reader, stranger = owner.as_role("reader"), owner.as_role("outsider")
    body = {"iTwinId": itwin, "displayName": "x", "type": "OPC"}
    assert reader.call("POST", BASE, body).status == stranger.call("POST", BASE, body).status == 403
    assert owner.call("POST", BASE, {**body, "iTwinId": UNKNOWN}).code == "iTwinNotFound"
    assert reader.call("GET", f"{BASE}/{data}").status == 200
    assert reader.call("PATCH", f"{BASE}/{data}", {"displayName": "y"}).status == 403
    assert reader.call("DELETE", f"{BASE}/{data}").status == 403
    assert reader.call("GET", f"{BASE}/{data}/writeAccess").status == 403
    assert stranger.call("GET", f"{BASE}/{data}").status == 403
    assert stranger.call("GET", f"{BASE}?iTwinId={itwin}").status == 403
    assert data not in str(stranger.call("GET", BASE).json)


def test_a_list_is_filtered_and_ordered(owner: Caller, itwin: str) -> None:
    """Every filter that the platform's clients send narrows the list."""
    owner.data(itwin, displayName="alpha", type="OPC", tags=["t"], extent=EXTENT)
    acquisition = {"startDateTime": "2020-01-02T00:00:00Z", "endDateTime": "2020-01-03T00:00:00Z"}
    owner.data(itwin, displayName="beta", type="LAS", acquisition=acquisition)
    owner.data(itwin, displayName="gamma", description="an alpha tester")
    assert listed(owner, itwin, "&types=OPC,LAS") == ["alpha", "beta"]
    assert listed(owner, itwin, "&$search=ALPHA") == ["alpha", "gamma"]
    assert listed(owner, itwin, "&tag=t&dataCenter=East US") == ["alpha"]
    assert listed(owner, itwin, "&extent=0,0,2.5,2.5") == ["alpha"]
    assert listed(owner, itwin, "&extent=9,9,10,10") == []
    assert listed(owner, itwin, "&acquisitionDateTime=2020-01-01T00:00:00Z/2020-01-02T12:00:00Z") == ["beta"]
    assert len(listed(owner, itwin, "&createdDateTime=2020-01-01T00:00:00Z/2999-01-01T00:00:00Z")) == 3
    assert listed(owner, itwin, "&modifiedDateTime=2020-01-01T00:00:00Z/2020-01-02T00:00:00Z") == []
    assert listed(owner, itwin, "&$orderBy=displayName desc") == ["gamma", "beta", "alpha"]


def test_a_list_continues_where_it_stopped(owner: Caller, itwin: str) -> None:
    """The next link carries the continuation; the last page has none."""
    for name in "abc":
        owner.data(itwin, displayName=name)
    path, seen = f"{BASE}?iTwinId={itwin}&$top=2", []
    for _ in range(2):
        answer = owner.call("GET", path, headers={"Prefer": "return=representation"})
        assert all("ownerId" in each for each in answer.json["realityData"])
        seen += [each["displayName"] for each in answer.json["realityData"]]
        path = (
            answer.json.get("_links", {}).get("next", {}).get("href", "").removeprefix(owner.served.base_url)
        )
    assert (seen, path) == (["a", "b", "c"], "")
    assert set(owner.call("GET", f"{BASE}?iTwinId={itwin}").json) == {"realityData"}


def test_a_continuation_keeps_the_size_of_the_page(owner: Caller, itwin: str) -> None:
    """A client that sends the continuation alone gets as many entries as before."""
    for name in "abcde":
        owner.data(itwin, displayName=name)
    first = owner.call("GET", f"{BASE}?iTwinId={itwin}&$top=2").json["_links"]["next"]["href"]
    token = first.partition("continuationToken=")[2]
    second = owner.call("GET", f"{BASE}?iTwinId={itwin}&continuationToken={token}").json
    assert [each["displayName"] for each in second["realityData"]] == ["c", "d"]
    assert "continuationToken=" in second["_links"]["next"]["href"]


def test_a_page_of_reality_data_has_at_most_a_thousand(owner: Caller, itwin: str) -> None:
    """The refusal names $Top as the documentation does."""
    assert owner.call("GET", f"{BASE}?iTwinId={itwin}&$top=1000").status == 200
    refused = owner.call("GET", f"{BASE}?iTwinId={itwin}&$top=1001")
    (detail,) = refused.json["error"]["details"]
    assert (refused.status, detail["code"], detail["target"]) == (422, "InvalidParameter", "$Top")


@pytest.mark.parametrize(
    "query",
    [
        "$top=1001",
        "$top=x",
        "continuationToken=%FF",
        "continuationToken=Nw==",
        "extent=1,2",
        "extent=x",
        "createdDateTime=x",
        "acquisitionDateTime=1/2/3",
    ],
)
def test_a_filter_that_makes_no_sense_is_refused(owner: Caller, itwin: str, query: str) -> None:
    """What cannot be read is answered with 422."""
    assert owner.call("GET", f"{BASE}?iTwinId={itwin}&{query}").status == 422
    assert owner.call("GET", f"{BASE}?iTwinId=x").status == 422
    assert owner.call("GET", f"{BASE}?iTwinId={UNKNOWN}").status == 404


def test_an_update_and_a_delete_take_effect(owner: Caller, data: str) -> None:
    """Members that are sent are changed, and what is deleted is not found."""
    answer = owner.call("PATCH", f"{BASE}/{data}", {"displayName": "new", "rootDocument": "a/b.3mx"})
    assert answer.status == 200
    assert owner.call("GET", f"{BASE}/{data}").json["realityData"]["rootDocument"] == "a/b.3mx"
    assert owner.call("PATCH", f"{BASE}/{data}", {"type": ""}).status == 422
    assert owner.call("PATCH", f"{BASE}/{data}", [0]).status == 422
    assert owner.call("DELETE", f"{BASE}/{data}").status == 204
    assert owner.call("GET", f"{BASE}/{data}").code == "RealityDataNotFound"
    assert (
        owner.call("GET", f"{BASE}/{data}?iTwinId=x").status == owner.call("GET", f"{BASE}/x").status == 422
    )


def test_a_delete_waits_for_the_last_association(owner: Caller, itwin: str, data: str) -> None:
    """Of several iTwins, all but one have to be dissociated first."""
    second = owner.itwin()
    owner.associate(data, second)
    assert owner.call("DELETE", f"{BASE}/{data}").status == 422
    assert (
        owner.as_role("no_realitydata_assign").call("DELETE", f"{BASE}/{data}/itwins/{second}").status == 403
    )
    assert owner.call("DELETE", f"{BASE}/{data}/iTwins/{second}").status == 204
    assert owner.call("DELETE", f"{BASE}/{data}/iTwins/{second}").code == "AssociationNotFound"
    assert owner.homes(data) == [itwin]
    assert owner.call("DELETE", f"{BASE}/{data}").status == 204


def test_data_without_an_itwin_is_open_to_its_owner(owner: Caller, itwin: str, data: str) -> None:
    """After the last association is gone its creator can still read and delete it, others cannot."""
    assert owner.call("DELETE", f"{BASE}/{data}/itwins/{itwin}").status == 204
    assert owner.homes(data) == []
    assert owner.as_role("reader").call("GET", f"{BASE}/{data}").status == 403
    assert owner.as_role("administrator").call("GET", f"{BASE}/{data}").status == 200
    assert owner.call("DELETE", f"{BASE}/{data}").status == 204


def test_data_may_begin_without_an_itwin(owner: Caller) -> None:
    """Without iTwinId it is its creator's, until it is associated."""
    made = owner.call("POST", BASE, {"displayName": "x", "type": "OPC"})
    assert made.status == 201
    data = made.json["realityData"]["id"]
    assert owner.homes(data) == []
    assert owner.associate(data, owner.itwin()).status == 200
    assert len(owner.homes(data)) == 1


def test_a_deleted_itwin_takes_its_data_along(owner: Caller, itwin: str, data: str) -> None:
    """Data of that iTwin alone is gone, data of others too stays with those."""
    second = owner.itwin()
    shared = owner.data(itwin)
    owner.associate(shared, second)
    assert owner.call("DELETE", f"/itwins/{itwin}").status == 204
    assert owner.call("GET", f"{BASE}/{data}").status == 404
    assert owner.homes(shared) == [second]


@pytest.mark.parametrize(("path", "access"), [("readAccess", "Read"), ("writeaccess", "Write")])
def test_a_container_address_is_shown(owner: Caller, itwin: str, data: str, path: str, access: str) -> None:
    """The response has the link that clients look for."""
    answer = owner.call("GET", f"{BASE}/{data}/{path}?iTwinId={itwin}")
    assert (answer.status, answer.json["access"]) == (200, access)
    assert answer.json["_links"]["containerUrl"]["href"].startswith(owner.served.base_url)
