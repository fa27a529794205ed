"""Create, read, change and delete iTwins."""

from __future__ import annotations

from functools import partial
from typing import Any

from conformance.emulator.apis.itwins.views import itwin_view
from conformance.emulator.behaviours import assumed, seen_live
from conformance.emulator.kernel.bodies import choice_problems, keep_body, text_problems
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.responses import Detail, Response, invalid_itwins, invalid_value, refuse
from conformance.emulator.state.new_records import ACTIVE, add_itwin, new_itwin
from conformance.emulator.state.records import DATA_CENTERS, ITwin, now_text

SUB_CLASSES = {"Thing": ("Asset", "Portfolio"), "Endeavor": ("Project", "Program", "WorkPackage")}
_CREATED = tuple(name for names in SUB_CLASSES.values() for name in names)
ALL_SUB_CLASSES = ("Account", *_CREATED)
STATUSES = (ACTIVE, "Inactive", "Trial")
TEXTS = ("type", "number", "geographicLocation", "ianaTimeZone", "imageName", "image")
CHANGEABLE = ("displayName", "status", "latitude", "longitude", *TEXTS)
_BOUNDS = {"latitude": 90, "longitude": 180}


@seen_live("itwins.missing-property", "A missing class is 422 with detail MissingRequiredProperty/class.")
@assumed("itwins.unknown-members", "Members that an iTwin does not have are ignored.")
def validate_new(call: Call) -> Response | None:
    """Refuse a body that is not a valid new iTwin with 422."""

    def problems(body: dict[str, Any]) -> list[Detail]:
        required, texts = ("class", "subClass", "displayName"), (*TEXTS, "parentId", "dataCenterLocation")
        kind = body.get("class")
        choices = {
            "status": STATUSES,
            "class": tuple(SUB_CLASSES),
            "subClass": (SUB_CLASSES.get(kind) if isinstance(kind, str) else None) or _CREATED,
            "dataCenterLocation": DATA_CENTERS,
        }
        found = _problems(body, required, (*texts, "status"), choices)
        parent = body.get("parentId")
        if isinstance(parent, str) and call.state.itwins.get(parent.lower()) is None:
            found.append(invalid_value(parent, "parentId"))
        return found

    return keep_body(call, partial(invalid_itwins, "Cannot create iTwin."), problems)


def validate_changes(call: Call) -> Response | None:
    """Refuse changes that are not valid with 422."""

    def problems(body: dict[str, Any]) -> list[Detail]:
        found = _problems(body, (), TEXTS, {"status": STATUSES})
        return found + (text_problems(body, required=("displayName",)) if "displayName" in body else [])

    return keep_body(call, partial(invalid_itwins, "Cannot update iTwin."), problems)


def _problems(
    body: dict[str, Any],
    required: tuple[str, ...],
    texts: tuple[str, ...],
    choices: dict[str, tuple[str, ...]],
) -> list[Detail]:
    found = text_problems(body, required=required, optional=texts)
    told = {each.target for each in found}
    found += [each for each in choice_problems(body, choices) if each.target not in told]
    for name, bound in _BOUNDS.items():
        value = body.get(name)
        if value is not None and (
            isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > bound
        ):
            found.append(invalid_value(value, name))
    return found


@seen_live("itwins.number-taken", "A number that another iTwin of the organization has is 409 iTwinExists.")
def conflict(call: Call) -> Response | None:
    """Refuse a number that is taken with 409 and detail InvalidValue/number."""
    number = call.facts["body"].get("number")
    if not number:
        return None
    owner = call.state.itwins.with_number(call.user.organization, number)
    if owner is None or owner == call.ids.get("iTwinId", "").lower():
        return None
    detail = Detail("InvalidValue", f"The number '{number}' is already used by another iTwin.", "number")
    return refuse(409, "iTwinExists", "iTwin already exists within your organization.", (detail,))


@assumed("itwins.anybody-creates", "Every application may create iTwins in its organization.")
def create(call: Call) -> Response:
    """Create the iTwin with its generated repository; its creator becomes its owner; 201."""
    user = call.user
    organization = call.state.organizations.get(user.organization)
    if organization is None:
        return refuse(403, "InsufficientPermissions", "The user belongs to no organization.")
    itwin = new_itwin(organization, user.id, {**call.facts["body"], "id": None})
    add_itwin(call.state, itwin, user.id)
    location = f"{call.services.base_url}/itwins/{itwin.id}"
    return Response(201, {"iTwin": itwin_view(call, itwin, full=True)}).with_header("Location", location)


def get(call: Call) -> Response:
    """Show the iTwin, 200."""
    return Response(200, {"iTwin": itwin_view(call, call.itwin)})


def update(call: Call) -> Response:
    """Change the members that were sent, 200."""
    body, old = call.facts["body"], call.itwin
    changes = {name: body[name] for name in CHANGEABLE if name in body}
    if "number" in changes:
        changes["number"] = changes["number"] or old.id
    if "status" in changes:
        changes["status"] = changes["status"] or ACTIVE
    stamp = {"lastModifiedDateTime": now_text(), "lastModifiedBy": call.user.id}
    itwin = ITwin(old.id, old.organization, {**old.document, **changes, **stamp})
    call.state.itwins.put(itwin)
    return Response(200, {"iTwin": itwin_view(call, itwin, full=True)})


@assumed("itwins.delete-takes-all", "Deleting an iTwin deletes what only it holds.")
def delete(call: Call) -> Response:
    """Forget the iTwin, 204; an account cannot be deleted."""
    if call.itwin.is_account:
        return invalid_itwins("Cannot delete iTwin.", invalid_value(call.itwin.id, "id"))
    call.state.drop_itwin(call.itwin)
    return Response(204)
