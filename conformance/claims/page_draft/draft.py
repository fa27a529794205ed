"""Drafts the claims of a page into a folder: `openapi.yaml` and `requirements.yaml`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml

from conformance.claims.page_draft.operation import drafted
from conformance.claims.page_draft.rows import rows_of
from conformance.claims.page_draft.sections import sections
from conformance.claims.pages import PAGE_ID, RESPONSE, ROUTE, Page, page_hash, parse_page
from conformance.claims.text_files import read_text
from conformance.errors import UsageError

OPERATION: Final = re.compile(r"(GET|PUT|POST|DELETE|PATCH) (/\S*)")
NAME: Final = re.compile(r"[a-z0-9][a-z0-9-]*")
IDENTIFIER: Final = re.compile(r"[A-Za-z][A-Za-z0-9]*")
HEAD: Final = (
    "# A draft, read from one documentation page: a row is judged when it was read and has its scenario.\n"
)


@dataclass(frozen=True)
class Draft:
    """What was written, for which operation, with how many rows, and what gave none."""

    files: tuple[Path, ...]
    operation: str
    rows: int
    left: tuple[str, ...]


def draft_page(
    file: Path,
    folder: Path | None,
    *,
    operation: str = "",
    name: str = "",
    api: str = "",
) -> Draft:
    """Write the draft of a page; `UsageError` where the file is no page of one operation or a draft exists.

    `operation` is method and path where the page prints none, `name` its operationId, `api` what the API is
    called; by default both are taken from the path.
    """
    text = read_text(file)
    found = PAGE_ID.match(file.stem)
    page = parse_page(found[0] if found else file.stem, text)
    method, path = _route(file, page, operation)
    chosen = name or _identifier(method, path)
    if not IDENTIFIER.fullmatch(chosen):
        raise UsageError(f"--id {chosen}: an operationId has letters and digits, as in getBoard")
    title = api or path.strip("/").partition("/")[0].lower()
    if not NAME.fullmatch(title):
        raise UsageError(f"--name {title}: a name has small letters, digits and hyphens, as in my-api")
    target = folder or Path("drafts") / title
    files = (target / "openapi.yaml", target / "requirements.yaml")
    for each in files:
        if each.exists():
            raise UsageError(f"{each} is there already: name another folder with --into, or move it away")
    parts = sections(text)
    made = drafted(page, parts, (method, path), chosen, title)
    rows = rows_of(page, parts, made.document, f"{title}.{_slug(chosen)}")
    claims = {"api": title, "pages": {page.id: page_hash(text)}, "requirements": list(rows.rows)}
    try:
        target.mkdir(parents=True, exist_ok=True)
        for each, content in zip(files, (made.document, claims), strict=True):
            each.write_text(HEAD + _yaml(content), encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{target}: cannot be written: {error.strerror}; choose another --into") from error
    return Draft(files, f"{method} {path}", len(rows.rows), (*made.left, *rows.left))


def _route(file: Path, page: Page, given: str) -> tuple[str, str]:
    """Return method and path: the page's, or those that are given for a page that prints none."""
    if fault := next(_faults(page.text), ""):
        raise UsageError(f"{file}{fault}")
    wanted = OPERATION.fullmatch(given)
    if given and wanted is None:
        raise UsageError(f"--operation {given}: is no method and path; write it as 'GET /boards/{{boardId}}'")
    if page.route is None and wanted is None:
        raise UsageError(
            f"{file}:1: the page prints no method and path; give them: --operation 'GET /boards/{{boardId}}'"
        )
    if page.route is not None and wanted is not None and page.route != (wanted[1], wanted[2]):
        raise UsageError(f"--operation {given}: {file} prints {' '.join(page.route)}; leave the option out")
    return page.route or (given.partition(" ")[0], given.partition(" ")[2])


def _faults(text: str) -> Iterator[str]:
    """Yield why a text is no page of one operation, beginning with the line."""
    statuses = list(RESPONSE.finditer(text))
    if not statuses:
        yield ":1: is no documentation page: no line is like 'Response 200 OK'; name its saved text"
    routes = list(ROUTE.finditer(text))
    again = [route for route in routes if route.groups() != routes[0].groups()]
    seen: set[str] = set()
    for status in statuses:
        again += [status] if status[1] in seen else []
        seen.add(status[1])
    for second in again:
        line = text.count("\n", 0, second.start()) + 1
        yield f":{line}: a second operation begins here or above; keep one operation a file"


def _identifier(method: str, path: str) -> str:
    words = re.findall(r"[A-Za-z0-9]+", path)
    return method.lower() + "".join(word[0].upper() + word[1:] for word in words)


def _slug(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower()


def _yaml(content: Any) -> str:
    return yaml.safe_dump(content, sort_keys=False, allow_unicode=True, width=110)
