"""Show the repositories that belong to no iTwin and that every user may read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.itwins.views import resource_view
from conformance.emulator.paging import links, read_page
from conformance.emulator.provenance import Source, states
from conformance.emulator.replies import (
    Detail,
    Reply,
    invalid_itwins,
    repository_not_found,
    resource_not_found,
)

REPOSITORIES: Mapping[str, Mapping[str, str]] = {
    "cesium": {"id": "cesium", "class": "Cesium", "displayName": "Cesium", "uri": "https://api.cesium.com"},
}
RESOURCES: Mapping[str, Mapping[str, str]] = {
    "1": {"id": "1", "class": "Cesium", "displayName": "World Terrain", "type": "TERRAIN"},
    "2": {"id": "2", "class": "Cesium", "displayName": "Aerial Imagery", "type": "IMAGERY"},
    "3": {"id": "3", "class": "Cesium", "displayName": "Buildings", "type": "3DTILES"},
}


def _place(call: Call, repository: str) -> str:
    return f"{call.emulator.base_url}/itwins/repositories/{repository}/resources"


def _view(call: Call, document: Mapping[str, str]) -> dict[str, Any]:
    return {**document, "capabilities": {"resources": {"uri": _place(call, document["id"])}}}


def _resource(call: Call, document: Mapping[str, str]) -> dict[str, Any]:
    uri = f"{_place(call, call.ids['repositoryId'])}/{document['id']}/graphics"
    return {**resource_view(call, document), "capabilities": {"graphics": {"uri": uri}}}


@states(
    "repositories.global",
    "/itwins/repositories lists repositories of no iTwin, cesium among them.",
    Source.LIVE,
)
def list_repositories(call: Call) -> Reply:
    """Show all of them, 200 ``{repositories}``; filter by class."""
    asked = call.query.get("class", "").lower()
    found = [each for each in REPOSITORIES.values() if not asked or each["class"].lower() == asked]
    return Reply(200, {"repositories": [_view(call, each) for each in found]})


def find_repository(call: Call) -> Reply | None:
    """Find the path's repository, or answer 404 iTwinRepositoryNotFound."""
    return None if call.ids["repositoryId"] in REPOSITORIES else repository_not_found()


def get_repository(call: Call) -> Reply:
    """Show the repository, 200 ``{repository}``."""
    return Reply(200, {"repository": _view(call, REPOSITORIES[call.ids["repositoryId"]])})


def list_resources(call: Call) -> Reply:
    """Show a page of its resources, 200 ``{resources, _links}``."""
    page = read_page(call.query)
    if isinstance(page, Detail):
        return invalid_itwins("Cannot get iTwin Repository Resources.", page)
    shown = [_resource(call, each) for each in page.cut(list(RESOURCES.values()))]
    return Reply(200, {"resources": shown, "_links": links(call, page, len(RESOURCES))})


def find_resource(call: Call) -> Reply | None:
    """Find the path's resource, or answer 404 iTwinRepositoryResourceNotFound."""
    return None if call.ids["resourceId"] in RESOURCES else resource_not_found()


def get_resource(call: Call) -> Reply:
    """Show the resource, 200 ``{resource}``."""
    return Reply(200, {"resource": _resource(call, RESOURCES[call.ids["resourceId"]])})


def get_graphics(call: Call) -> Reply:
    """Show where its graphics would be, 200 ``{graphics}``."""
    resource = RESOURCES[call.ids["resourceId"]]
    uri = f"{call.emulator.base_url}/containers/cesium/{resource['id']}"
    return Reply(200, {"graphics": [{"type": resource["type"], "uri": uri}]})
