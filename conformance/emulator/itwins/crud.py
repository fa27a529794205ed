"""Create, read, change and delete iTwins."""

from __future__ import annotations

import uuid
from typing import Any

from conformance.emulator.bodies import choice_faults, read_object, text_faults
from conformance.emulator.call import Call
from conformance.emulator.itwins.views import itwin_view
from conformance.emulator.provenance import Source, states
from conformance.emulator.records import DATA_CENTERS, ITwin, Member, Organization, Repository, now_text
from conformance.emulator.replies import Detail, Reply, invalid_itwins, invalid_value, refuse
from conformance.emulator.state import State, pair

SUB_CLASSES = {"Thing": ("Asset", "Portfolio"), "Endeavor": ("Project", "Program", "WorkPackage")}
ALL_SUB_CLASSES = ("Account", *(name for names in SUB_CLASSES.values() for name in names))
GENERATED = "CesiumCuratedContent"
STATUSES = ("Active", "Inactive", "Trial")
TEXTS = ("type", "number", "geographicLocation", "ianaTimeZone", "imageName", "image")
CHANGEABLE = ("displayName", "status", "latitude", "longitude", *TEXTS)
_BOUNDS = {"latitude": 90, "longitude": 180}


def _faults(call: Call, body: dict[str, Any], *, new: bool) -> list[Detail]:
    required = ("class", "subClass", "displayName") if new else ()
    texts = (*TEXTS, "parentId", "status", "dataCenterLocation") if new else TEXTS
    faults = text_faults(body, required=required, optional=texts)
    told = {each.target for each in faults}
    choices: dict[str, tuple[str, ...]] = {"status": STATUSES}
    if new:
        sub_classes = SUB_CLASSES.get(body["class"], ()) if isinstance(body.get("class"), str) else ()
        choices |= {
            "class": tuple(SUB_CLASSES),
            "subClass": sub_classes or tuple(name for names in SUB_CLASSES.values() for name in names),
            "dataCenterLocation": DATA_CENTERS,
        }
    faults += [each for each in choice_faults(body, choices) if each.target not in told]
    for name, bound in _BOUNDS.items():
        value = body.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > bound
        ):
            faults.append(invalid_value(value, name))
    if not new and "displayName" in body:
        faults += text_faults(body, required=("displayName",))
    parent = body.get("parentId")
    if new and isinstance(parent, str) and call.emulator.state.itwins.get(parent.lower()) is None:
        faults.append(invalid_value(parent, "parentId"))
    return faults


@states(
    "itwins.missing-property",
    "A missing class is 422 with detail MissingRequiredProperty/class.",
    Source.LIVE,
)
@states("itwins.unknown-members", "Members that an iTwin does not have are ignored.", Source.ASSUMPTION)
def validate_new(call: Call) -> Reply | None:
    """Refuse a body that is not a valid new iTwin with 422."""
    return _validate(call, "Cannot create iTwin.", new=True)


def validate_changes(call: Call) -> Reply | None:
    """Refuse changes that are not valid with 422."""
    return _validate(call, "Cannot update iTwin.", new=False)


def _validate(call: Call, message: str, *, new: bool) -> Reply | None:
    body = read_object(call)
    if isinstance(body, Detail):
        return invalid_itwins(message, body)
    faults = _faults(call, body, new=new)
    if faults:
        return invalid_itwins(message, *faults)
    call.facts["body"] = body
    return None


@states(
    "itwins.number-taken",
    "A number that another iTwin of the organization has is 409 iTwinExists.",
    Source.LIVE,
)
def conflict(call: Call) -> Reply | None:
    """Refuse a number that is taken with 409 and detail InvalidValue/number."""
    number = call.facts["body"].get("number")
    if not number:
        return None
    owner = call.emulator.state.number_owner(call.user.organization, number)
    if owner is None or owner == call.ids.get("iTwinId", "").lower():
        return None
    detail = Detail("InvalidValue", f"The number '{number}' is already used by another iTwin.", "number")
    return refuse(409, "iTwinExists", "iTwin already exists within your organization.", (detail,))


@states(
    "itwins.anybody-creates", "Every application may create iTwins in its organization.", Source.ASSUMPTION
)
@states("itwins.number-default", "number defaults to the iTwin's id.", Source.DOC)
def create(call: Call) -> Reply:
    """Create the iTwin with its generated repository; its creator becomes its owner; 201."""
    state, user, body = call.emulator.state, call.user, call.facts["body"]
    organization = state.organizations.get(user.organization)
    if organization is None:
        return refuse(403, "InsufficientPermissions", "The user belongs to no organization.")
    itwin = new_itwin(organization, user.id, {**body, "id": None})
    add_itwin(state, itwin)
    state.members.put(pair(itwin.id, user.id), Member(itwin.id, user.id, owner=True))
    location = f"{call.emulator.base_url}/itwins/{itwin.id}"
    return Reply(201, {"iTwin": itwin_view(call, itwin, full=True)}).with_header("Location", location)


def new_itwin(organization: Organization, user: str, body: dict[str, Any]) -> ITwin:
    """Return an iTwin of the given members with every default filled in."""
    itwin_id = str(body.get("id") or uuid.uuid4())
    now = now_text()
    document = {
        "id": itwin_id,
        "class": body["class"],
        "subClass": body["subClass"],
        "type": body.get("type"),
        "number": body.get("number") or itwin_id,
        "displayName": body["displayName"],
        "geographicLocation": body.get("geographicLocation"),
        "latitude": body.get("latitude"),
        "longitude": body.get("longitude"),
        "ianaTimeZone": body.get("ianaTimeZone"),
        "dataCenterLocation": body.get("dataCenterLocation") or DATA_CENTERS[0],
        "status": body.get("status") or STATUSES[0],
        "parentId": (body.get("parentId") or organization.account).lower(),
        "iTwinAccountId": organization.account,
        "imageName": body.get("imageName"),
        "image": body.get("image"),
        "createdDateTime": now,
        "createdBy": user,
        "lastModifiedDateTime": now,
        "lastModifiedBy": user,
    }
    return ITwin(itwin_id, organization.id, document)


@states(
    "repositories.generated", "A new iTwin already has one generated repository with a word id.", Source.LIVE
)
@states("repositories.generated-class", "The generated repository is Cesium's curated content.", Source.LIVE)
def add_itwin(state: State, itwin: ITwin) -> None:
    """Store a new iTwin with its generated repository."""
    state.put_itwin(itwin)
    document = {
        "id": GENERATED,
        "class": GENERATED,
        "displayName": "Cesium Curated Content",
        "uri": "https://api.bentley.com/curated-content/cesium",
    }
    state.repositories.put(
        pair(itwin.id, GENERATED), Repository(itwin.id, GENERATED, document, generated=True)
    )


def get(call: Call) -> Reply:
    """Show the iTwin, 200."""
    return Reply(200, {"iTwin": itwin_view(call, call.itwin)})


def update(call: Call) -> Reply:
    """Change the members that were sent, 200."""
    body, old = call.facts["body"], call.itwin
    changes = {name: body[name] for name in CHANGEABLE if name in body}
    if "number" in changes:
        changes["number"] = changes["number"] or old.id
    if "status" in changes:
        changes["status"] = changes["status"] or STATUSES[0]
    stamp = {"lastModifiedDateTime": now_text(), "lastModifiedBy": call.user.id}
    itwin = ITwin(old.id, old.organization, {**old.document, **changes, **stamp})
    call.emulator.state.put_itwin(itwin)
    return Reply(200, {"iTwin": itwin_view(call, itwin, full=True)})


@states("itwins.delete-takes-all", "Deleting an iTwin deletes what only it holds.", Source.ASSUMPTION)
def delete(call: Call) -> Reply:
    """Forget the iTwin, 204; an account cannot be deleted."""
    if call.itwin.document["class"] == "Account":
        return invalid_itwins("Cannot delete iTwin.", invalid_value(call.itwin.id, "id"))
    call.emulator.state.drop_itwin(call.itwin)
    return Reply(204)
