"""Show the repositories that belong to no iTwin and that every user may read."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from conformance.emulator.apis.itwins.views import resource_view
from conformance.emulator.behaviours import seen_live
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.paging import show_page
from conformance.emulator.kernel.responses import (
    Response,
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
    return f"{call.services.base_url}/itwins/repositories/{repository}/resources"


def _view(call: Call, document: Mapping[str, str]) -> dict[str, Any]:
    return {**document, "capabilities": {"resources": {"uri": _place(call, document["id"])}}}


def _resource(call: Call, document: Mapping[str, str]) -> dict[str, Any]:
    uri = f"{_place(call, call.ids['repositoryId'])}/{document['id']}/graphics"
    return {**resource_view(call, document), "capabilities": {"graphics": {"uri": uri}}}


@seen_live("repositories.global", "/itwins/repositories lists repositories of no iTwin, cesium among them.")
def list_repositories(call: Call) -> Response:
    """Show all of them, 200 ``{repositories}``; filter by class."""
    asked = call.request.query.get("class", "").lower()
    found = [each for each in REPOSITORIES.values() if not asked or each["class"].lower() == asked]
    return Response(200, {"repositories": [_view(call, each) for each in found]})


def find_repository(call: Call) -> Response | None:
    """Find the path's repository, or answer 404 iTwinRepositoryNotFound."""
    return None if call.ids["repositoryId"] in REPOSITORIES else repository_not_found()


def get_repository(call: Call) -> Response:
    """Show the repository, 200 ``{repository}``."""
    return Response(200, {"repository": _view(call, REPOSITORIES[call.ids["repositoryId"]])})


def list_resources(call: Call) -> Response:
    """Show a page of its resources, 200 ``{resources, _links}``."""
    rows = [_resource(call, each) for each in RESOURCES.values()]
    return show_page(
        call, "resources", rows, partial(invalid_itwins, "Cannot get iTwin Repository Resources.")
    )


def find_resource(call: Call) -> Response | None:
    """Find the path's resource, or answer 404 iTwinRepositoryResourceNotFound."""
    return None if call.ids["resourceId"] in RESOURCES else resource_not_found()


def get_resource(call: Call) -> Response:
    """Show the resource, 200 ``{resource}``."""
    return Response(200, {"resource": _resource(call, RESOURCES[call.ids["resourceId"]])})


def get_graphics(call: Call) -> Response:
    """Show where its graphics would be, 200 ``{graphics}``."""
    resource = RESOURCES[call.ids["resourceId"]]
    uri = f"{call.services.base_url}/containers/cesium/{resource['id']}"
    return Response(200, {"graphics": [{"type": resource["type"], "uri": uri}]})
