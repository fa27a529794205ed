"""Create, list, change and delete the repositories of an iTwin."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from conformance.emulator.apis.itwins.views import repository_view
from conformance.emulator.behaviours import assumed, documented, seen_live
from conformance.emulator.kernel.bodies import choice_problems, keep_body, text_problems
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Detail, Response, invalid_itwins, invalid_value, refuse
from conformance.emulator.state.new_records import new_id
from conformance.emulator.state.records import GIS, Repository

CLASSES = (GIS, "Construction", "Subsurface")
GENERATED_CLASSES = (
    "iModels",
    "RealityData",
    "Storage",
    "Forms",
    "Issues",
    "CesiumCuratedContent",
    "GeospatialFeatures",
    "SensorData",
    "PdfPlansets",
    "IndexedMedia",
)
KNOWN_CLASSES = frozenset(each.lower() for each in (*CLASSES, *GENERATED_CLASSES))
GIS_SUB_CLASSES = ("WebMapService", "WebMapTileService", "ArcGIS", "UrlTemplate")
OPEN_MEMBERS = ("authentication", "options")
TEXTS = ("displayName", "uri")


@documented(
    "repositories.classes",
    "Only the classes GeographicInformationSystem, Construction and Subsurface are created.",
)
@assumed("repositories.any-sub-class", "Any subClass is taken.")
@seen_live("repositories.missing-uri", "An empty uri is 422 with detail MissingRequiredProperty/uri.")
def validate_new(call: Call) -> Response | None:
    """Refuse a body that is not a valid new repository with 422."""
    return keep_body(call, partial(invalid_itwins, "Cannot add iTwin Repository."), _problems)


def _problems(body: dict[str, Any]) -> list[Detail]:
    required = ("class", "subClass", "uri")
    found = text_problems(body, required=required, optional=("displayName",), longest=2048)
    if not any(each.target == "class" for each in found):
        found += choice_problems(body, {"class": CLASSES})
    return found + _open_problems(body)


def _open_problems(body: dict[str, Any]) -> list[Detail]:
    return [
        invalid_value(body[name], name)
        for name in OPEN_MEMBERS
        if body.get(name) is not None and not isinstance(body[name], dict)
    ]


@seen_live("repositories.same-again", "The same class, subClass and uri again is 409 iTwinRepositoryExists.")
def conflict(call: Call) -> Response | None:
    """Refuse a repository that the iTwin already has with 409."""
    body = call.facts["body"]
    same = ("class", "subClass", "uri")
    for each in call.state.repositories_of(call.itwin.id):
        if all(each.document.get(name) == body[name] for name in same):
            return refuse(409, "iTwinRepositoryExists", "The specified iTwin Repository already exists.")
    return None


def create(call: Call) -> Response:
    """Create the repository, 201."""
    body = call.facts["body"]
    repository_id = new_id()
    document = {
        "id": repository_id,
        "class": body["class"],
        "subClass": body["subClass"],
        "displayName": body.get("displayName") or body["subClass"],
        "uri": body["uri"],
    } | {name: body[name] for name in OPEN_MEMBERS if body.get(name) is not None}
    repository = Repository(call.itwin.id, repository_id, document)
    call.state.repositories.put(repository)
    return Response(201, {"repository": repository_view(call, repository)})


@seen_live("repositories.mismatched-filter", "A subClass that the class does not have is 422.")
@seen_live("repositories.unknown-class-filter", "A list by an unknown class is 422 for class.")
def list_repositories(call: Call) -> Response:
    """Show the iTwin's repositories, the generated one first, 200 ``{repositories}``."""
    query, invalid = call.request.query, partial(invalid_itwins, "Cannot query iTwin Repositories.")
    if query.get("class") and query["class"].lower() not in KNOWN_CLASSES:
        return invalid(invalid_value(query["class"], "class"))
    if query.get("subclass") in GIS_SUB_CLASSES and query.get("class", GIS) != GIS:
        return invalid(invalid_value(query["subclass"], "subClass"))
    found = call.state.repositories_of(call.itwin.id)
    for name in ("class", "subClass", "uri"):
        asked = query.get(name.lower())
        if asked:
            found = [each for each in found if str(each.document.get(name)).lower() == asked.lower()]
    return Response(200, {"repositories": [repository_view(call, each) for each in found]})


def get(call: Call) -> Response:
    """Show the repository, 200."""
    return Response(200, {"repository": repository_view(call, call.repository)})


@assumed("repositories.generated-fixed", "A generated repository cannot be changed or deleted: 422.")
def check_created(call: Call) -> Response | None:
    """Refuse to touch a generated repository with 422."""
    if not call.repository.generated:
        return None
    problem = invalid_value(call.repository.id, "repositoryId")
    return invalid_itwins("Cannot change iTwin Repository.", problem)


def update(call: Call) -> Response:
    """Change the members that were sent, 200."""
    refusal = keep_body(call, partial(invalid_itwins, "Cannot update iTwin Repository."), _changed_problems)
    if refusal is not None:
        return refusal
    body = call.facts["body"]
    changes = {name: body[name] for name in (*TEXTS, *OPEN_MEMBERS) if name in body}
    repository = replace(call.repository, document={**call.repository.document, **changes})
    call.state.repositories.put(repository)
    return Response(200, {"repository": repository_view(call, repository)})


def _changed_problems(body: dict[str, Any]) -> list[Detail]:
    required = tuple(name for name in TEXTS if name in body)
    return text_problems(body, required=required, longest=2048) + _open_problems(body)


@seen_live("repositories.delete-takes-resources", "Deleting a repository deletes its resources.")
def delete(call: Call) -> Response:
    """Forget the repository and its resources, 204."""
    call.state.drop_repository(call.repository)
    return Response(204)
