"""Refusals with another code, and details that name the wrong thing or nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from conformance.emulator.defects.shared import ACCOUNT, ASSOCIATE, MOVE, RESOURCE, SHORT, on
from conformance.emulator.faults import Faults, defect

_CODES = {
    ("associate", "AssociationExists"): ("Conflict", (".conflict-code",)),
    ("associate", "InvalidRealityDataRequest"): ("InvalidRequest", (".invalid-code",)),
    ("associate", "RealityDataNotFound"): ("NotFound", (".unknown-reality-data-not-found",)),
    ("move", "AlreadyExists"): ("AssociationExists", (".conflict-code",)),
    ("move", "InvalidRealityDataRequest"): ("InvalidRequest", (".invalid-code",)),
    ("move", "RealityDataNotFound"): ("NotFound", (".unknown-reality-data-not-found",)),
    ("resource", "iTwinRepositoryResourceExists"): ("iTwinRepositoryExists", (".conflict-code",)),
    ("resource", "InvalidiTwinsRequest"): ("InvalidRequest", (".invalid-code",)),
    ("resource", "iTwinRepositoryNotFound"): ("RepositoryNotFound", (".unknown-repository-not-found",)),
    ("resource", "iTwinNotFound"): ("iTwinRepositoryNotFound", (".unknown-itwin-code",)),
    ("account", "iTwinNotFound"): ("NotFound", (".not-found-code",)),
}
_ALSO = {
    ("move", "InvalidRealityDataRequest"): (".itwin-required", ".empty-itwin-invalid"),
    ("resource", "InvalidiTwinsRequest"): (
        ".empty-*-invalid",
        ".*-of-201-refused",
        ".*-detail",
        ".every-problem-*",
    ),
    ("resource", "iTwinRepositoryNotFound"): (
        ".repository-of-another-itwin-not-found",
        ".deleted-repository-not-found",
    ),
    ("account", "iTwinNotFound"): (".unknown-itwin-not-found",),
}

for (_short, _old), (_new, _breaks) in _CODES.items():

    @defect(
        f"{_short}-answers-{_new}-for-{_old}",
        "The table of codes was put in order, and nobody asked the clients.",
        breaks=on(_short, *_breaks),
        also=on(_short, *_ALSO.get((_short, _old), ())),
    )
    def _(faults: Faults, short: str = _short, old: str = _old, new: str = _new) -> None:
        faults.code(SHORT[short], old, new)


Details = list[dict[str, Any]]


def _details(
    name: str,
    sentence: str,
    operation: str,
    edit: Callable[[Details], Any],
    breaks: tuple[str, ...],
    *also: str,
) -> None:
    @defect(name, sentence, breaks=breaks, also=also)
    def _(faults: Faults) -> None:
        def change(body: dict[str, Any]) -> None:
            if "details" in body["error"]:
                body["error"]["details"] = edit(body["error"]["details"])

        faults.body(operation, change, status=422)


def _each(**changes: Any) -> Callable[[Details], Details]:
    return lambda details: [{**each, **changes} for each in details]


_RESOURCE_DETAILS = on(
    "resource",
    ".id-required-detail",
    ".name-required-detail",
    ".empty-id-detail",
    ".empty-name-detail",
    ".id-of-201-detail",
    ".name-of-201-detail",
    ".every-problem-in-the-details",
)

_details(
    "associate-detail-has-another-target",
    "The target is the name of a variable of the code.",
    ASSOCIATE,
    _each(target="destinationId"),
    on("associate", ".malformed-itwin-detail"),
)
_details(
    "associate-detail-has-another-code",
    "The code of a detail is that of the validation library.",
    ASSOCIATE,
    _each(code="regex"),
    on("associate", ".malformed-itwin-detail"),
)
_details(
    "associate-details-are-empty",
    "The list of details is made and never filled.",
    ASSOCIATE,
    lambda _: [],
    on("associate", ".malformed-itwin-detail"),
)
_details(
    "associate-details-are-an-object",
    "A serializer writes a list of one as its entry.",
    ASSOCIATE,
    lambda details: details[0],
    on("associate", ".malformed-itwin-detail", "platform.error.envelope"),
)
_details(
    "move-detail-has-another-target",
    "The target is the path of the value in the code's own model.",
    MOVE,
    _each(target="body.iTwinId"),
    on("move", ".malformed-itwin-detail", ".itwin-required-detail"),
)
_details(
    "move-detail-has-another-code",
    "The code of a detail is that of the validation library.",
    MOVE,
    _each(code="guid"),
    on("move", ".malformed-itwin-detail"),
)
_details(
    "move-detail-without-message",
    "Messages of details are left to the client.",
    MOVE,
    lambda details: [{k: v for k, v in each.items() if k != "message"} for each in details],
    on("move", "platform.error.envelope"),
    *on("move", ".malformed-itwin-detail", ".itwin-required-detail"),
)
_details(
    "resource-detail-without-target",
    "The exception knows what is wrong and not where.",
    RESOURCE,
    lambda details: [{k: v for k, v in each.items() if k != "target"} for each in details],
    _RESOURCE_DETAILS,
)
_details(
    "resource-detail-has-another-code",
    "Every fault has the code of the first one that was thought of.",
    RESOURCE,
    _each(code="InvalidRequestBody"),
    _RESOURCE_DETAILS,
)
_details(
    "resource-detail-target-is-a-column",
    "The target is the name of the database's column.",
    RESOURCE,
    lambda details: [{**e, "target": e["target"].replace("displayName", "display_name")} for e in details],
    on("resource", ".name-required-detail", ".empty-name-detail", ".name-of-201-detail",
       ".every-problem-in-the-details"),
)  # fmt: skip
_details(
    "resource-tells-only-the-first-problem",
    "Validation stops at the first failure.",
    RESOURCE,
    lambda details: details[:1],
    on("resource", ".every-problem-in-the-details"),
)
_details(
    "resource-names-what-is-valid",
    "The details list every member that the operation has.",
    RESOURCE,
    lambda details: [
        *details,
        *({**details[0], "target": name} for name in ("id", "displayName")
          if all(e["target"] != name for e in details)),
    ],
    on("resource", ".details-name-only-the-problem"),
)  # fmt: skip


@defect(
    "move-refusal-without-details",
    "An exception filter writes the error and leaves out what it was about.",
    breaks=on("move", ".malformed-itwin-detail", ".itwin-required-detail", "platform.error.envelope"),
)
def _(faults: Faults) -> None:
    faults.body(MOVE, lambda body: body["error"].pop("details") and None, status=422)


@defect(
    "account-forgets-who-is-missing",
    "An iTwin that does not exist has an empty account.",
    breaks=on("account", ".unknown-itwin-not-found"),
    also=on("account", ".id-of-another-kind-not-found", ".odd-ids-refused", ".deleted-itwin-not-found", "*"),
)
def _(faults: Faults) -> None:
    faults.status(ACCOUNT, 404, 401)
