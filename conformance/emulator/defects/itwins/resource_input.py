"""Resources that are created from what should be refused, or refused in other words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from conformance.emulator.defects import changes
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.details import Details, details, each_with, each_without
from conformance.emulator.defects.lenient import crashes_on_bodies, read_as
from conformance.emulator.defects.operations import (
    DETAILS,
    FAULT_NAMED,
    RESOURCE,
    SCHEMA,
    SERVER_ERROR,
    STATUS,
    on,
    platform,
    resource,
)
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.lookup_steps import lookup_itwin
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.rules import LONGEST
from conformance.emulator.state.records import GIS, Repository, is_guid

_NAME_DETAILS = (".name-required-detail", ".empty-name-detail", ".name-of-201-detail")
_DETAILS = (
    ".id-required-detail",
    ".name-required-detail",
    ".empty-id-detail",
    ".empty-name-detail",
    ".id-of-201-detail",
    ".name-of-201-detail",
    ".every-problem-in-the-details",
)


def _name_column(entries: Details) -> Details:
    return [{**each, "target": each["target"].replace("displayName", "display_name")} for each in entries]


def _add_valid(entries: Details) -> Details:
    named = {each["target"] for each in entries}
    return [
        *entries,
        *({**entries[0], "target": name} for name in ("id", "displayName") if name not in named),
    ]


def _details() -> Iterator[Defect]:
    yield resource("detail-without-target", *_DETAILS)(
        "The exception knows what is wrong and not where.", details(RESOURCE, each_without("target"))
    )
    yield resource("detail-has-another-code", *_DETAILS, FAULT_NAMED)(
        "Every fault has the code of the first one that was thought of.",
        details(RESOURCE, each_with(code="InvalidRequestBody")),
    )
    yield resource("detail-target-is-a-column", *_NAME_DETAILS, ".every-problem-in-the-details")(
        "The target is the name of the database's column.", details(RESOURCE, _name_column)
    )
    yield resource("detail-target-is-a-number", *_DETAILS, DETAILS)(
        "The target is the place of the member in the list of members.",
        details(RESOURCE, each_with(target=1)),
    )
    yield resource("tells-only-the-first-problem", ".every-problem-in-the-details")(
        "Validation stops at the first failure.", details(RESOURCE, lambda entries: entries[:1])
    )
    yield resource("names-what-is-valid", ".details-name-only-the-problem")(
        "The details list every member that the operation has.", details(RESOURCE, _add_valid)
    )


def _bodies() -> Iterator[Defect]:
    yield resource("ignores-unknown-members", ".body-is-closed")(
        "The serializer's default is to skip what it does not know.",
        read_as(RESOURCE, lambda body: {k: v for k, v in body.items() if k in {"id", "displayName"}}),
    )
    yield resource("makes-up-a-missing-id", ".id-required", ".id-required-detail")(
        "The model generates an id where none is given.",
        read_as(RESOURCE, lambda body: {"id": f"made-up-{len(str(body))}-{id(body)}", **body}),
    )
    yield resource("takes-the-id-for-a-missing-name", ".name-required", ".name-required-detail")(
        "A display name is thought to be a courtesy.",
        read_as(RESOURCE, lambda body: {"displayName": body.get("id"), **body}),
    )
    yield resource("writes-numbers-as-text-in-ids", ".id-is-a-string")(
        "The serializer converts scalars to the type that it expects.",
        read_as(
            RESOURCE,
            lambda body: {**body, "id": str(body["id"])} if isinstance(body.get("id"), int) else body,
        ),
    )
    yield resource("writes-numbers-as-text-in-names", ".name-is-a-string")(
        "The serializer converts scalars to the type that it expects.",
        read_as(
            RESOURCE,
            lambda body: (
                {**body, "displayName": f"{id(body)}"} if isinstance(body.get("displayName"), int) else body
            ),
        ),
    )
    yield from crashes_on_bodies("resource")
    yield resource(
        "answers-invalid-bodies-with-500",
        "platform.input.invalid-refused",
        ".id-required",
        ".name-required",
        ".body-is-closed",
        STATUS,
    )("The validation throws what nobody catches.", changes.respond(RESOURCE, SERVER_ERROR, status=422))


def _member(word: str, field: str) -> Iterator[Defect]:
    """Yield the defects that a member of the body can have."""
    too_long, empty = f".{word}-of-201-refused", f".empty-{word}-invalid"

    def may_be_empty(each: str, value: object) -> bool:
        return value is None or (each != field and not str(value).strip())

    def fill(call: Call) -> None:
        body = call.json
        if isinstance(body, dict) and field in body and body[field] is None:
            call.json = {**body, field: f"null-{id(body)}"}

    unlimited = changes.rule("too_long", lambda each, text: len(text) > LONGEST and each != field)
    cut = changes.rule("kept_text", lambda each, text: text[:LONGEST] if each == field else text)
    yield resource(f"{word}-limit-one-too-low", f".{word}-of-200-accepted")(
        "The comparison is at least where it should be more than.",
        changes.rule("too_long", lambda each, text: len(text) > LONGEST - (each == field)),
    )
    yield resource(f"{word}-limit-one-too-high", too_long)(
        "The column has one character more than the documentation.",
        changes.rule("too_long", lambda each, text: len(text) > LONGEST + (each == field)),
    )
    yield resource(f"{word}-without-limit", too_long)(
        "The annotation stands on the other member only.", unlimited
    )
    yield resource(f"{word}-may-be-empty", empty)(
        "Required is taken to mean that the member is there.", changes.rule("blank", may_be_empty)
    )
    yield resource(f"{word}-may-be-null", f".{word}-is-a-string")(
        "Null is taken for the text of nothing.", changes.before(RESOURCE, "validate", fill)
    )
    yield resource(f"{word}-is-truncated", too_long)(
        "What is too long for the column is cut and stored without a word.", changes.together(unlimited, cut)
    )


def _find_anywhere(call: Call, inner: Handler) -> object:
    sent = call.ids["repositoryId"]
    found: list[Repository] = call.state.repositories.where(lambda each: each.id == sent and is_guid(each.id))
    if not found:
        return inner(call)
    call.repository = found[0]
    call.itwin = call.state.itwins.get(found[0].itwin) or call.itwin
    return None


def _find_default(call: Call, inner: Handler) -> object:
    if lookup_itwin(call, call.ids["repositoryId"]) is None:
        return inner(call)
    call.repository = call.state.repositories_of(call.itwin.id)[-1]
    return None


def _lookups() -> Iterator[Defect]:
    yield resource("finds-repositories-of-any-itwin", ".repository-of-another-itwin-not-found")(
        "The repository is looked up by its id alone.",
        changes.wrap(RESOURCE, "find_repository", _find_anywhere),
    )
    yield resource("takes-an-itwin-for-its-repository", ".id-of-another-kind-not-found")(
        "The id of an iTwin stands for its default repository in an older version.",
        changes.wrap(RESOURCE, "find_repository", _find_default),
    )
    yield resource("takes-unknown-itwins-for-invalid", ".unknown-itwin-refused", ".unknown-itwin-code")(
        "The lookup throws the exception of the validation.",
        changes.on_response(
            RESOURCE,
            lambda _, response: replace(response, status=422),
            when=changes.has_code("iTwinNotFound"),
        ),
    )
    yield resource("looks-for-the-repository-first", ".unknown-itwin-code")(
        "The repository is looked up before the iTwin.",
        changes.code(RESOURCE, "iTwinNotFound", "iTwinRepositoryNotFound"),
    )
    yield platform("resource-in-any-class", *on("resource", ".other-class-refused"))(
        "The class of the repository is asked in the user interface only.",
        changes.rule("takes_resources", lambda repository: bool(repository.document.get("subClass"))),
        # It is a success where there should be none, with the class of that repository.
        may_also_break=on("resource", ".answer-has-the-class", SCHEMA),
    )
    yield resource("of-one-subclass-refused", ".every-subclass")(
        "The list of subclasses in the validation was not extended with the newest.",
        changes.rule(
            "takes_resources",
            lambda each: each.document["class"] == GIS and each.document["subClass"] != "ArcGIS",
        ),
        # Others look for what they create in a repository of that subclass.
        may_also_break=on("resource", ".is-listed-once", ".can-be-read"),
    )


DEFECTS = (
    *_details(),
    *_bodies(),
    *_member("id", "id"),
    *_member("name", "displayName"),
    resource("limit-in-bytes", ".characters-not-bytes")(
        "The column counts bytes.",
        changes.rule("too_long", lambda _field, text: len(text.encode(errors="replace")) > LONGEST),
    ),
    *_lookups(),
)
