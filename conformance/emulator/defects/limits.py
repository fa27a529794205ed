"""Limits that are off by one or in the wrong unit, and text that is not kept."""

from __future__ import annotations

import html
import unicodedata
from collections.abc import Callable
from dataclasses import replace

from conformance.emulator.call import Call
from conformance.emulator.defects.shared import RESOURCE, on
from conformance.emulator.faults import Faults, defect
from conformance.emulator.pipeline import Run
from conformance.emulator.rules import LONGEST

_BASIC_PLANE = 0xFFFF
_FIELDS = {"id": "id", "name": "displayName"}

for _word, _field in _FIELDS.items():

    @defect(
        f"resource-{_word}-limit-one-too-low",
        "The comparison is at least where it should be more than.",
        breaks=on("resource", f".{_word}-of-200-accepted"),
        also=on("resource", ".characters-not-bytes"),
    )
    def _(faults: Faults, field: str = _field) -> None:
        faults.rule("too_long", lambda each, text: len(text) > LONGEST - (each == field))

    @defect(
        f"resource-{_word}-limit-one-too-high",
        "The column has one character more than the documentation.",
        breaks=on("resource", f".{_word}-of-201-refused"),
        also=on("resource", ".characters-not-bytes", f".{_word}-of-201-detail"),
    )
    def _(faults: Faults, field: str = _field) -> None:
        faults.rule("too_long", lambda each, text: len(text) > LONGEST + (each == field))

    @defect(
        f"resource-{_word}-without-limit",
        "The annotation stands on the other member only.",
        breaks=on("resource", f".{_word}-of-201-refused"),
        also=on("resource", ".characters-not-bytes", f".{_word}-of-201-detail"),
    )
    def _(faults: Faults, field: str = _field) -> None:
        faults.rule("too_long", lambda each, text: len(text) > LONGEST and each != field)

    @defect(
        f"resource-{_word}-may-be-empty",
        "Required is taken to mean that the member is there.",
        breaks=on("resource", f".empty-{_word}-invalid"),
        also=on("resource", f".empty-{_word}-detail"),
    )
    def _(faults: Faults, field: str = _field) -> None:
        faults.rule(
            "blank",
            lambda each, value: value is None if each == field else value is None or not str(value).strip(),
        )

    @defect(
        f"resource-{_word}-may-be-null",
        "Null is taken for the text of nothing.",
        breaks=on("resource", f".{_word}-is-a-string"),
        also=on(
            "resource",
            f".{_word}-required*",
            ".every-problem-*",
            ".invalid-code",
            f".answer-repeats-the-{_word}",
        ),
    )
    def _(faults: Faults, field: str = _field) -> None:
        def fill(call: Call) -> None:
            body = call.json
            if isinstance(body, dict) and field in body and body[field] is None:
                call._json = {**body, field: f"null-{id(body)}"}  # noqa: SLF001 - a fault may look inside

        faults.before(RESOURCE, "validate", "fill", fill)

    @defect(
        f"resource-{_word}-is-truncated",
        "What is too long for the column is cut and stored without a word.",
        breaks=on("resource", f".{_word}-of-201-refused"),
        also=on(
            "resource", ".characters-not-bytes", f".answer-repeats-the-{_word}", f".{_word}-of-201-detail"
        ),
    )
    def _(faults: Faults, field: str = _field) -> None:
        faults.rule("too_long", lambda each, text: len(text) > LONGEST and each != field)
        faults.rule("kept_text", lambda each, text: text[:LONGEST] if each == field else text)


@defect(
    "resource-limit-in-bytes",
    "The column counts bytes.",
    breaks=on("resource", ".characters-not-bytes"),
)
def _(faults: Faults) -> None:
    faults.rule("too_long", lambda _field, text: len(text.encode(errors="replace")) > LONGEST)


def _kept(name: str, sentence: str, change: Callable[[str], str], *also: str) -> None:
    @defect(
        f"resource-{name}",
        sentence,
        breaks=on("resource", ".text-kept-to-the-letter", ".answer-repeats-the-name"),
        also=on("resource", ".answer-repeats-the-id", ".can-be-read", ".stays", *also),
    )
    def _(faults: Faults) -> None:
        faults.rule("kept_text", lambda field, text: change(text) if field == "displayName" else text)


_kept(
    "name-in-lower-case",
    "Names pass through the function that makes keys.",
    str.lower,
    ".characters-not-bytes",
    ".name-of-200-accepted",
    ".stays",
)
_kept("name-normalized", "The store normalizes Unicode.", lambda text: unicodedata.normalize("NFC", text))
_kept("name-escaped", "Text is escaped on its way in instead of on its way out.", html.escape)
_kept(
    "name-blanks-collapsed",
    "The form's clean-up runs in the API as well.",
    lambda text: " ".join(text.split()),
    ".answer-is-what-is-stored",
)
_kept(
    "name-without-emoji",
    "The column's character set ends at the basic plane.",
    lambda text: "".join(c for c in text if ord(c) <= _BASIC_PLANE),
)
_kept(
    "name-in-ascii",
    "The connection's character set is not Unicode.",
    lambda text: text.encode("ascii", "replace").decode(),
    ".characters-not-bytes",
)


@defect(
    "resource-id-in-lower-case",
    "Ids are keys, and keys are kept in lower case.",
    breaks=on("resource", ".text-kept-to-the-letter", ".answer-repeats-the-id"),
    also=on("resource", ".*"),
)
def _(faults: Faults) -> None:
    faults.rule("kept_text", lambda field, text: text.lower() if field == "id" else text)


def _stores(faults: Faults, member: str, change: Callable[[str], str]) -> None:
    """Store another text than the one that is answered."""

    def store(call: Call, inner: Run) -> None:
        resource = call.facts["resource"]
        document = {**resource.document, member: change(resource.document[member])}
        call.facts["resource"] = replace(resource, id=document["id"], document=document)
        inner(call)
        call.facts["resource"] = resource

    faults.wrap(RESOURCE, "apply", store)


@defect(
    "resource-stores-a-trimmed-name",
    "The answer is written from the request, and the store trims.",
    breaks=on("resource", ".answer-is-what-is-stored"),
)
def _(faults: Faults) -> None:
    _stores(faults, "displayName", str.strip)


@defect(
    "resource-stores-a-cut-id",
    "The answer is written from the request, and the column is shorter than the limit.",
    breaks=on("resource", ".id-of-200-accepted"),
)
def _(faults: Faults) -> None:
    _stores(faults, "id", lambda text: text[:128])
