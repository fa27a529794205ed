"""Resources that are answered with another text than the one that was sent, or kept with another one."""

from __future__ import annotations

import html
import unicodedata
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace

from conformance.emulator.defects import changes
from conformance.emulator.defects.changes import Change
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import RESOURCE, SCHEMA, in_success, resource
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler

_BASIC_PLANE = 0xFFFF


def _responses() -> Iterator[Defect]:
    yield resource("answers-with-capabilities", SCHEMA, ".answer-has-the-resource")(
        "The view of a repository was used for its resource.",
        in_success("resource", lambda body: body["resource"].update(type=None, capabilities={})),
    )
    yield resource("answers-without-subclass", ".answer-has-the-resource")(
        "Empty members are left out, and subClass is filled in later.",
        in_success("resource", lambda body: body["resource"].pop("subClass") and None),
    )
    yield resource("answers-a-lower-case-id", ".answer-repeats-the-id")(
        "Ids pass through the function that makes keys.",
        in_success("resource", lambda body: body["resource"].update(id=body["resource"]["id"].lower())),
    )
    yield resource("answers-an-invented-id", ".answer-repeats-the-id")(
        "The database's own key is shown.",
        in_success("resource", lambda body: body["resource"].update(id=str(uuid.uuid4()))),
    )
    yield resource("answers-the-id-as-name", ".answer-repeats-the-name")(
        "Two members were mapped from one.",
        in_success("resource", lambda body: body["resource"].update(displayName=body["resource"]["id"])),
    )
    yield resource("answers-another-class", ".answer-has-the-class")(
        "The class is a constant of the code that was copied.",
        in_success("resource", lambda body: body["resource"].update({"class": "RealityData"})),
    )
    yield resource("answers-a-constant-subclass", ".subclass-copied")(
        "The subclass is a constant instead of the repository's.",
        in_success("resource", lambda body: body["resource"].update(subClass="WebMapService")),
    )


def _kept(name: str, sentence: str, change: Callable[[str], str]) -> Defect:
    return resource(name, ".text-kept-to-the-letter", ".answer-repeats-the-name")(
        sentence,
        changes.rule("kept_text", lambda field, text: change(text) if field == "displayName" else text),
    )


def _stores(member: str, change: Callable[[str], str]) -> Change:
    """Store another text than the one that is answered."""

    def store(call: Call, inner: Handler) -> None:
        resource = call.facts["resource"]
        document = {**resource.document, member: change(resource.document[member])}
        call.facts["resource"] = replace(resource, id=document["id"], document=document)
        inner(call)
        call.facts["resource"] = resource

    return changes.wrap(RESOURCE, "apply", store)


def _texts() -> Iterator[Defect]:
    yield _kept("name-in-lower-case", "Names pass through the function that makes keys.", str.lower)
    yield _kept(
        "name-normalized", "The store normalizes Unicode.", lambda text: unicodedata.normalize("NFC", text)
    )
    yield _kept("name-escaped", "Text is escaped on its way in instead of on its way out.", html.escape)
    yield _kept(
        "name-blanks-collapsed",
        "The form's clean-up runs in the API as well.",
        lambda text: " ".join(text.split()),
    )
    yield _kept(
        "name-without-emoji",
        "The column's character set ends at the basic plane.",
        lambda text: "".join(c for c in text if ord(c) <= _BASIC_PLANE),
    )
    yield _kept(
        "name-in-ascii",
        "The connection's character set is not Unicode.",
        lambda text: text.encode("ascii", "replace").decode(),
    )
    yield resource("id-in-lower-case", ".text-kept-to-the-letter", ".answer-repeats-the-id")(
        "Ids are keys, and keys are kept in lower case.",
        changes.rule("kept_text", lambda field, text: text.lower() if field == "id" else text),
    )
    yield resource("stores-a-trimmed-name", ".answer-is-what-is-stored")(
        "The answer is written from the request, and the store trims.", _stores("displayName", str.strip)
    )
    yield resource("stores-a-cut-id", ".id-of-200-accepted")(
        "The answer is written from the request, and the column is shorter than the limit.",
        _stores("id", lambda text: text[:128]),
    )
    yield resource("stores-another-subclass", ".can-be-read")(
        "The column has a default, and the insert does not name it.",
        changes.body(
            "getRepositoryResource",
            lambda body: body["resource"].update(subClass="WebMapService") if "resource" in body else None,
            status=200,
        ),
    )


DEFECTS = (*_responses(), *_texts())
