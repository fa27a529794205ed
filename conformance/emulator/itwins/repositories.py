"""Create, list, change and delete the repositories of an iTwin."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from conformance.emulator.bodies import choice_faults, read_object, text_faults
from conformance.emulator.call import Call
from conformance.emulator.itwins.views import repository_view
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import GIS, Repository
from conformance.emulator.replies import Detail, Reply, invalid_itwins, invalid_value, refuse
from conformance.emulator.state import pair

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


@states(
    "repositories.classes",
    "Only the classes GeographicInformationSystem, Construction and Subsurface are created.",
    Source.DOC,
)
@states("repositories.any-sub-class", "Any subClass is taken.", Source.ASSUMPTION)
@states(
    "repositories.missing-uri", "An empty uri is 422 with detail MissingRequiredProperty/uri.", Source.LIVE
)
def validate_new(call: Call) -> Reply | None:
    """Refuse a body that is not a valid new repository with 422."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_itwins("Cannot add iTwin Repository.", body)
    faults = text_faults(body, required=("class", "subClass", "uri"), optional=("displayName",), longest=2048)
    if not any(each.target == "class" for each in faults):
        faults += choice_faults(body, {"class": CLASSES})
    faults += _open_faults(body)
    if faults:
        return invalid_itwins("Cannot add iTwin Repository.", *faults)
    call.facts["body"] = body
    return None


def _open_faults(body: dict[str, Any]) -> list[Detail]:
    return [
        invalid_value(body[name], name)
        for name in OPEN_MEMBERS
        if body.get(name) is not None and not isinstance(body[name], dict)
    ]


@states(
    "repositories.same-again",
    "The same class, subClass and uri again is 409 iTwinRepositoryExists.",
    Source.LIVE,
)
def conflict(call: Call) -> Reply | None:
    """Refuse a repository that the iTwin already has with 409."""
    body = call.facts["body"]
    same = ("class", "subClass", "uri")
    for each in call.emulator.state.repositories_of(call.itwin.id):
        if all(each.document.get(name) == body[name] for name in same):
            return refuse(409, "iTwinRepositoryExists", "The specified iTwin Repository already exists.")
    return None


def create(call: Call) -> Reply:
    """Create the repository, 201."""
    body = call.facts["body"]
    repository_id = str(uuid.uuid4())
    document = {
        "id": repository_id,
        "class": body["class"],
        "subClass": body["subClass"],
        "displayName": body.get("displayName") or body["subClass"],
        "uri": body["uri"],
    } | {name: body[name] for name in OPEN_MEMBERS if body.get(name) is not None}
    repository = Repository(call.itwin.id, repository_id, document)
    call.emulator.state.repositories.put(pair(call.itwin.id, repository_id), repository)
    return Reply(201, {"repository": repository_view(call, repository)})


def list_repositories(call: Call) -> Reply:
    """Show the iTwin's repositories, the generated one first, 200 ``{repositories}``."""
    return _show(call, call.emulator.state.repositories_of(call.itwin.id))


@states("repositories.mismatched-filter", "A subClass that the class does not have is 422.", Source.LIVE)
@states("repositories.unknown-class-filter", "A list by an unknown class is 422 for class.", Source.LIVE)
def _show(call: Call, repositories: list[Repository]) -> Reply:
    query = call.query
    if query.get("class") and query["class"].lower() not in KNOWN_CLASSES:
        return invalid_itwins("Cannot query iTwin Repositories.", invalid_value(query["class"], "class"))
    if query.get("subclass") in GIS_SUB_CLASSES and query.get("class", GIS) != GIS:
        return invalid_itwins(
            "Cannot query iTwin Repositories.", invalid_value(query["subclass"], "subClass")
        )
    for key, name in {"class": "class", "subclass": "subClass", "uri": "uri"}.items():
        asked = query.get(key)
        if asked:
            repositories = [
                each for each in repositories if str(each.document.get(name)).lower() == asked.lower()
            ]
    return Reply(200, {"repositories": [repository_view(call, each) for each in repositories]})


def get(call: Call) -> Reply:
    """Show the repository, 200."""
    return Reply(200, {"repository": repository_view(call, call.repository)})


@states(
    "repositories.generated-fixed",
    "A generated repository cannot be changed or deleted: 422.",
    Source.ASSUMPTION,
)
def check_created(call: Call) -> Reply | None:
    """Refuse to touch a generated repository with 422."""
    if not call.repository.generated:
        return None
    return invalid_itwins(
        "Cannot change iTwin Repository.", invalid_value(call.repository.id, "repositoryId")
    )


def update(call: Call) -> Reply:
    """Change the members that were sent, 200."""
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_itwins("Cannot update iTwin Repository.", body)
    required = tuple(name for name in TEXTS if name in body)
    faults = text_faults(body, required=required, longest=2048) + _open_faults(body)
    if faults:
        return invalid_itwins("Cannot update iTwin Repository.", *faults)
    changes = {name: body[name] for name in (*TEXTS, *OPEN_MEMBERS) if name in body}
    repository = replace(call.repository, document={**call.repository.document, **changes})
    call.emulator.state.repositories.put(pair(repository.itwin, repository.id), repository)
    return Reply(200, {"repository": repository_view(call, repository)})


@states("repositories.delete-takes-resources", "Deleting a repository deletes its resources.", Source.LIVE)
def delete(call: Call) -> Reply:
    """Forget the repository and its resources, 204."""
    call.emulator.state.drop_repository(call.repository)
    return Reply(204)
