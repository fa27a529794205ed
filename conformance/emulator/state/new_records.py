"""Make new iTwins and reality data, with every default filled in."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from conformance.emulator.behaviours import assumed, documented, seen_live
from conformance.emulator.state.records import (
    DATA_CENTERS,
    ITwin,
    Member,
    Organization,
    RealityData,
    Repository,
    now_text,
)
from conformance.emulator.state.state import State

GENERATED = "CesiumCuratedContent"
ACTIVE = "Active"
_ITWIN_TEXTS = ("type", "geographicLocation", "latitude", "longitude", "ianaTimeZone", "imageName", "image")
_DATA_TEXTS = ("dataset", "group", "description", "rootDocument", "attribution", "termsOfUse")
_DATA_OBJECTS = ("acquisition", "extent", "crs")


def new_id() -> str:
    """Return a new GUID."""
    return str(uuid.uuid4())


@documented("itwins.number-default", "number defaults to the iTwin's id.")
def new_itwin(organization: Organization, user: str, body: Mapping[str, Any]) -> ITwin:
    """Return an iTwin of the given members with every default filled in."""
    itwin_id, now = str(body.get("id") or new_id()), now_text()
    document = {
        "id": itwin_id,
        "class": body["class"],
        "subClass": body["subClass"],
        "number": body.get("number") or itwin_id,
        "displayName": body["displayName"],
        **{name: body.get(name) for name in _ITWIN_TEXTS},
        "dataCenterLocation": body.get("dataCenterLocation") or DATA_CENTERS[0],
        "status": body.get("status") or ACTIVE,
        "parentId": (body.get("parentId") or organization.account).lower(),
        "iTwinAccountId": organization.account,
        "createdDateTime": now,
        "createdBy": user,
        "lastModifiedDateTime": now,
        "lastModifiedBy": user,
    }
    return ITwin(itwin_id, organization.id, document)


ITWIN_MEMBERS = frozenset(
    new_itwin(Organization("", "", ""), "", {"class": "", "subClass": "", "displayName": ""}).document
)


@seen_live("repositories.generated", "A new iTwin already has one generated repository with a word id.")
@seen_live("repositories.generated-class", "The generated repository is Cesium's curated content.")
def add_itwin(state: State, itwin: ITwin, owner: str | None) -> None:
    """Store a new iTwin with its generated repository; a user of this id, if any, owns it."""
    state.itwins.put(itwin)
    document = {
        "id": GENERATED,
        "class": GENERATED,
        "displayName": "Cesium Curated Content",
        "uri": "https://api.bentley.com/curated-content/cesium",
    }
    state.repositories.put(Repository(itwin.id, GENERATED, document, generated=True))
    if owner is not None:
        state.members.put(Member(itwin.id, owner, owner=True))


@assumed("data.size", "size is 0 until something is uploaded.")
def new_data(
    organization: str, itwins: tuple[str, ...], data_center: str, owner: str, body: Mapping[str, Any]
) -> RealityData:
    """Return a reality data of the given members with every default filled in."""
    data_id, now = str(body.get("id") or new_id()), now_text()
    document = {
        "id": data_id,
        "displayName": body["displayName"],
        **{name: body.get(name) for name in _DATA_TEXTS},
        "size": 0,
        "classification": body.get("classification") or "Undefined",
        "type": body["type"],
        "tags": body.get("tags") or [],
        **{name: body.get(name) for name in _DATA_OBJECTS},
        "authoring": bool(body.get("authoring")),
        "dataCenterLocation": data_center,
        "modifiedDateTime": now,
        "lastAccessedDateTime": now,
        "createdDateTime": now,
        "ownerId": owner,
    }
    return RealityData(data_id, organization, itwins, document)


DATA_MEMBERS = frozenset(new_data("", (), "", "", {"displayName": "", "type": ""}).document)
