"""Repositories of an iTwin, their resources, and the repositories of none."""

from __future__ import annotations

from typing import Any

import pytest

from tests.suite.emulator.caller import GIS, Caller

WMS = {**GIS, "uri": "https://example.com/wms"}


def test_the_generated_repository_comes_first_and_stays(owner: Caller, itwin: str) -> None:
    """A new iTwin has one repository with a word id, which cannot be changed or deleted."""
    made = owner.repository(itwin)
    listed = owner.call("GET", f"/itwins/{itwin}/repositories").json["repositories"]
    assert [each["id"] for each in listed] == ["CesiumCuratedContent", made]
    path = f"/itwins/{itwin}/repositories/CesiumCuratedContent"
    assert owner.call("GET", path).json["repository"] == listed[0]
    assert owner.call("DELETE", path).status == owner.call("PATCH", path, {"uri": "x"}).status == 422


def test_a_repository_is_created_changed_and_deleted_with_its_resources(owner: Caller, itwin: str) -> None:
    """What was sent is shown, options and authentication included; the delete takes the resources along."""
    extra = {"authentication": {"type": "Basic"}, "options": {"minimumLevel": 1}, "displayName": "Maps"}
    made = owner.call("POST", f"/itwins/{itwin}/repositories", {**WMS, **extra})
    assert made.status == 201
    repository = made.json["repository"]
    assert repository.items() >= {**WMS, **extra}.items()
    path = f"/itwins/{itwin}/repositories/{repository['id']}"
    resources = repository["capabilities"]["resources"]["uri"].removeprefix(owner.served.base_url)
    assert resources == f"{path}/resources"
    changed = owner.call("PATCH", path, {"uri": "https://example.com/2", "class": "Construction"})
    assert changed.json["repository"] == {**repository, "uri": "https://example.com/2"}
    assert owner.resource(itwin, repository["id"], {"id": "a", "displayName": "A"}).status == 201
    assert owner.call("DELETE", path).status == 204
    assert owner.call("GET", path).code == "iTwinRepositoryNotFound"
    assert owner.call("GET", f"{resources}/a").code == "iTwinRepositoryNotFound"
    assert owner.call("DELETE", f"{resources}/a").code == "iTwinRepositoryResourceNotFound"


def test_the_same_repository_again_conflicts(owner: Caller, itwin: str) -> None:
    """Class, subClass and uri together are taken once in an iTwin."""
    path = f"/itwins/{itwin}/repositories"
    assert owner.call("POST", path, WMS).status == 201
    assert owner.call("POST", path, {**WMS, "displayName": "Other"}).code == "iTwinRepositoryExists"
    assert owner.call("POST", path, {**WMS, "subClass": "ArcGIS"}).status == 201


@pytest.mark.parametrize(
    ("change", "detail"),
    [
        ({"uri": ""}, ("MissingRequiredProperty", "uri")),
        ({"class": None}, ("MissingRequiredProperty", "class")),
        ({"class": "iModels"}, ("InvalidValue", "class")),
        ({"options": 3}, ("InvalidValue", "options")),
    ],
)
def test_a_repository_that_breaks_a_rule_is_refused(
    owner: Caller, itwin: str, change: Any, detail: tuple[str, str]
) -> None:
    """The detail names the member."""
    answer = owner.call("POST", f"/itwins/{itwin}/repositories", {**WMS, **change})
    assert (answer.status, answer.details) == (422, [detail])


def test_repositories_are_filtered_by_class(owner: Caller, itwin: str) -> None:
    """Class and subClass narrow the list; a subClass of another class is refused."""
    path = f"/itwins/{itwin}/repositories"
    owner.repository(itwin)
    for query, count in {"class=Storage": 0, f"class={GIS['class']}": 1, "subClass=ArcGIS": 0}.items():
        assert len(owner.call("GET", f"{path}?{query}").json["repositories"]) == count
    assert owner.call("GET", f"{path}?class=Storage&subClass=ArcGIS").status == 422
    refused = owner.call("GET", f"{path}?class=Invalid")
    (detail,) = refused.json["error"]["details"]
    assert (refused.status, refused.code) == (422, "InvalidiTwinsRequest")
    assert (detail["code"], detail["target"]) == ("InvalidValue", "class")


def test_resources_are_paged_and_searched(owner: Caller, itwin: str, repository: str) -> None:
    """The list goes through its pages by its links and is searched by display name."""
    for letter in "abc":
        owner.resource(itwin, repository, {"id": letter, "displayName": f"Zone {letter}"})
    path = f"/itwins/{itwin}/repositories/{repository}/resources"
    first = owner.call("GET", f"{path}?$top=2")
    assert [each["id"] for each in first.json["resources"]] == ["a", "b"]
    assert set(first.json["_links"]) == {"self", "next"}
    rest = owner.call("GET", first.json["_links"]["next"]["href"].removeprefix(owner.served.base_url))
    assert [each["id"] for each in rest.json["resources"]] == ["c"]
    found = owner.call("GET", f"{path}?$search=ZONE B", headers={"Prefer": "return=representation"})
    assert [(each["id"], each["properties"]) for each in found.json["resources"]] == [("b", {})]
    assert owner.call("GET", f"{path}?$top=x").status == 422
    assert owner.call("GET", f"{path}/nonsense/graphics").json == {"graphics": []}


def test_global_repositories_belong_to_no_itwin(owner: Caller) -> None:
    """Literal paths win over ids: /itwins/repositories is no iTwin."""
    listed = owner.call("GET", "/itwins/Repositories?class=Cesium").json["repositories"]
    assert [each["id"] for each in listed] == ["cesium"]
    path = "/itwins/repositories/cesium"
    assert owner.call("GET", path).json["repository"] == listed[0]
    resource = owner.call("GET", f"{path}/resources?$top=1").json["resources"][0]
    assert owner.call("GET", f"{path}/resources/{resource['id']}").json["resource"] == resource
    graphics = resource["capabilities"]["graphics"]["uri"].removeprefix(owner.served.base_url)
    assert owner.call("GET", graphics).json["graphics"][0]["type"] == resource["type"]
    assert owner.call("GET", "/itwins/repositories/x").code == "iTwinRepositoryNotFound"
    assert owner.call("GET", f"{path}/resources/x").code == "iTwinRepositoryResourceNotFound"
    assert owner.call("GET", f"{path}/resources?$top=0").status == 422
