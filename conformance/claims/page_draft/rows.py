"""The rows that a page's sentences, statuses, codes and schemas give, each with its quote."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from conformance.claims.openapi import JsonObject
from conformance.claims.page_draft.sections import RESPONSE, Section, parameters, sentences
from conformance.claims.page_draft.shapes import REFERENCE
from conformance.claims.pages import ROUTE, Page, quote_stands

CLAIM: Final = re.compile(
    r"\b(must|requires?|required|only|cannot|can't|never|unique|returns?|will|by default|default value"
    r"|maximum|minimum|at most|at least|not allowed|have the|permission|member of|rate limit|order(ed)?)\b",
    re.IGNORECASE,
)
"""What a sentence has in it that promises or demands something."""
SHORTEST_QUOTE: Final = 8
NOBODYS: Final = re.compile(r"For more |Use the |visit ", re.IGNORECASE)
"""How a sentence begins that only leads to another page."""
NOUNS: Final = {
    "": "says",
    "Authentication": "authentication",
    "Authorization": "authorization",
    "Rate limits": "rate-limit",
    "Request parameters": "parameter",
    "Request headers": "header",
    "Request body": "body",
}


@dataclass(frozen=True)
class Rows:
    """The rows, and the sentences that gave none."""

    rows: tuple[JsonObject, ...]
    left: tuple[str, ...]


def rows_of(page: Page, found: list[Section], document: JsonObject, prefix: str) -> Rows:
    """Return the rows of the page's operation, in the page's order; each quote stands on the page."""
    operation = next(v for v in next(iter(document["paths"].values())).values() if isinstance(v, dict))
    left: list[str] = []
    rows = [*_of_sentences(found, left), *_of_responses(page, found), *_of_body(document, operation)]
    made: dict[str, JsonObject] = {}
    for claim, row in rows:
        if "quote" in row and not quote_stands(page, row["quote"]):
            left.append(row["quote"])
            continue
        name = next(n for n in (claim, *(f"{claim}-{i}" for i in range(2, 1000))) if n not in made)
        made[name] = {
            "id": f"{prefix}.{name}",
            "operation": operation["operationId"],
            **row,
            "page": page.id,
        }
    return Rows(tuple(made.values()), tuple(left))


def _of_sentences(found: list[Section], left: list[str]) -> Iterator[tuple[str, JsonObject]]:
    first = True
    for section in found:
        if section.title not in NOUNS:
            continue
        for text in _texts(section):
            claims = first or (CLAIM.search(text) and not NOBODYS.match(text))
            if claims and len(text) >= SHORTEST_QUOTE:
                level = "should" if section.title in {"Rate limits", "Authentication"} else "must"
                yield _id(NOUNS[section.title], text), _row(level, "sentence", text, text)
                first = False
            else:
                left.append(text)


def _texts(section: Section) -> list[str]:
    route = next((i for i, line in enumerate(section.lines) if ROUTE.fullmatch(line)), -1)
    lines = section.lines[route + 1 :]
    if section.title in {"Request parameters", "Request headers"}:
        return [text for _, _, words in parameters(lines) for text in sentences([words] if words else [])]
    if section.title == "Request body":
        end = next(
            (i for i, line in enumerate(lines) if line in {"Example", "json"} or line[0] in "{["), None
        )
        lines = tuple(line for line in lines[1:end] if " " in line)
    return sentences(lines)


def _of_responses(page: Page, found: list[Section]) -> Iterator[tuple[str, JsonObject]]:
    status = ""
    for section in found:
        if section.title == "Response headers" and section.lines:
            texts = [line for line in section.lines if " " in line and line.endswith(".")]
            for text in texts[:1]:
                yield f"header-of-{status}", _row("must", "sentence", text, f"{status} carries it: {text}")
        if (response := RESPONSE.fullmatch(section.title)) is None:
            continue
        status = response[1]
        end = next((i for i, line in enumerate(section.lines) if line == "json" or line[0] in "{["), None)
        said = [text for text in sentences(section.lines[:end]) if len(text) >= SHORTEST_QUOTE]
        quote = said[0] if said else section.title
        yield f"answers-{status}", _row("must", "sentence", quote, f"answers {status}: {quote}")
        for block in page.blocks:
            if block.kind == "response" and block.name == status:
                yield from _of_codes(status, block.value)


def _of_codes(status: str, shown: Any) -> Iterator[tuple[str, JsonObject]]:
    error = shown.get("error") if isinstance(shown, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    if isinstance(code, str):
        quote = code if len(code) >= SHORTEST_QUOTE else f'"code": "{code}"'
        yield f"code-of-{status}", _row("must", "example", quote, f"{status} carries the code {code}")


def _of_body(document: JsonObject, operation: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    media = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    name = str(media.get("schema", {}).get("$ref", "")).removeprefix(REFERENCE)
    schema = document["components"]["schemas"].get(name, {})
    for member in schema.get("required", ()):
        expect = f"a body without {member} is refused"
        yield f"{_slug(member)}-required", {"level": "must", "basis": "schema", "expect": expect}
    if schema.get("additionalProperties") is False:
        expect = "a body with a member that the schema does not know is refused"
        yield "body-is-closed", {"level": "must", "basis": "schema", "expect": expect}


def _row(level: str, basis: str, quote: str, expect: str) -> JsonObject:
    return {"level": level, "basis": basis, "quote": quote, "expect": expect.ljust(10, ".")}


def _id(noun: str, text: str) -> str:
    return f"{noun}-{'-'.join(_slug(text).split('-')[:6])}".strip("-")


def _slug(text: str) -> str:
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", text)
    return re.sub(r"[^a-z0-9]+", "-", spaced.lower()).strip("-") or "it"
