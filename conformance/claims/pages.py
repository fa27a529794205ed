"""What the documentation pages print, read from their saved text: statuses, JSON blocks and tables."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from conformance.claims.text_files import read_text
from conformance.errors import UsageError

PAGE_ID: Final = re.compile(r"\d+_[0-9a-f]{8,}")
RESPONSE: Final = re.compile(r"^Response (\d{3})\b.*$", re.MULTILINE)
ROUTE: Final = re.compile(r"^(GET|PUT|POST|DELETE|PATCH) https?://[^/\s]+(/[^\s?\[]*)\S*$", re.MULTILINE)
REQUEST_BODY: Final = re.compile(r"^Request body\s+(\S.*)$", re.MULTILINE)
TABLE_HEAD: Final = ["Name", "Type", "Description"]
TYPE: Final = re.compile(r"(String|Integer|Number|Boolean|Object|Array|\w+\[\])(, null)?")
FOOTER: Final = "Was this page helpful?"


@dataclass(frozen=True)
class Block:
    """One JSON block: a request's example, a response's (`name` is its status), or a schema (its title)."""

    kind: Literal["request", "response", "schema"]
    name: str
    value: Any


@dataclass(frozen=True)
class Table:
    """One schema that a page prints as a table: each row's name and type, `""` where no type is printed."""

    title: str
    rows: Mapping[str, str]


@dataclass(frozen=True)
class Page:
    """One page: its text, and what a specification has to repeat of it."""

    id: str
    text: str
    route: tuple[str, str] | None
    statuses: frozenset[str]
    statuses_with_headers: frozenset[str]
    body_title: str | None
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]


def load_pages(folder: Path) -> dict[str, Page]:
    """Return the folder's pages by page id; a `.txt` file whose name begins with no page id is no page."""
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".txt")
    except OSError as error:
        raise UsageError(f"the folder of pages {folder} cannot be read: {error.strerror}") from error
    pages: dict[str, Page] = {}
    for file in files:
        found = PAGE_ID.match(file.stem)
        if found is None:
            continue
        if found[0] in pages:
            raise UsageError(f"two files of {folder} are page {found[0]}: remove one of them")
        pages[found[0]] = parse_page(found[0], read_text(file))
    if not pages:
        raise UsageError(f"{folder} holds no page: expected files named like 000_0123456789abcdef.txt")
    return pages


def find_page(pages: Mapping[str, Page], page_id: str) -> Page:
    """Return the page of this id; one that is not there is a `UsageError`."""
    if page_id not in pages:
        raise UsageError(f"page {page_id} is missing; the folder of pages holds {', '.join(sorted(pages))}")
    return pages[page_id]


def page_hash(text: str) -> str:
    """Return what identifies a page's text: its SHA-256 in hex."""
    return hashlib.sha256(text.encode()).hexdigest()


def quote_stands(page: Page, quote: str) -> bool:
    """Tell whether the page holds the quote word for word; only white space may differ."""
    wanted = _folded(quote)
    return bool(wanted) and wanted in _folded(page.text)


def parse_page(page_id: str, text: str) -> Page:
    """Read a page's text; a JSON block that is not JSON is a `UsageError` that names its line."""
    route = ROUTE.search(text)
    body = REQUEST_BODY.search(text)
    return Page(
        id=page_id,
        text=text,
        route=None if route is None else (route[1], route[2]),
        statuses=frozenset(RESPONSE.findall(text)),
        statuses_with_headers=frozenset(_statuses_with_headers(text)),
        body_title=None if body is None else body[1],
        blocks=tuple(_blocks(page_id, text)),
        tables=tuple(_tables(text)),
    )


def _folded(text: str) -> str:
    return " ".join(text.split())


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _statuses_with_headers(text: str) -> Iterator[str]:
    status = ""
    for line in _lines(text):
        found = RESPONSE.match(line)
        status = found[1] if found else status
        if line == "Response headers":
            yield status


def _blocks(page_id: str, text: str) -> Iterator[Block]:
    end = 0
    for start in (found.end() - 1 for found in re.finditer(r"^[ \t]*\{", text, re.MULTILINE)):
        if start < end:
            continue
        above = [line for line in _lines(text[end:start]) if line != "json"]
        try:
            value, end = json.JSONDecoder().raw_decode(text, start)
        except ValueError as error:
            line = text.count("\n", 0, start) + 1
            raise UsageError(f"page {page_id}, line {line}: this is not a JSON block: {error}") from error
        yield _block(above, value)


def _block(above: list[str], value: Any) -> Block:
    """Say what a block is, given the lines between the previous block and this one."""
    if above and above[-1] == "Example":
        return Block("request", "", value)
    statuses = RESPONSE.findall("\n".join(above))
    if statuses and "Response headers" not in above:
        return Block("response", statuses[-1], value)
    if "Response headers" in above:
        above = above[above.index("Response headers") + 1 :]
    return Block("schema", next((line for line in above if not _is_sentence(line)), ""), value)


def _tables(text: str) -> Iterator[Table]:
    paragraphs = [_lines(part) for part in re.split(r"\n\s*\n", text.replace(FOOTER, "")) if part.strip()]
    heads = [index for index, lines in enumerate(paragraphs) if lines[:3] == TABLE_HEAD]
    titles = [_title(paragraphs, head) for head in heads]
    for head, title, end in zip(heads, titles, [*titles, len(paragraphs)][1:], strict=True):
        rows = _rows(paragraphs[head][3:])
        for lines in paragraphs[head + 1 : end]:
            if " " not in lines[0]:  # a name; its description is a paragraph of its own
                rows |= _rows(lines)
        yield Table(paragraphs[title][0], rows)


def _title(paragraphs: list[list[str]], head: int) -> int:
    """Return where a table's title stands: above its head, or above the description that stands there."""
    for index in range(max(head - 2, 0), head):
        if len(paragraphs[index]) == 1 and not _is_sentence(paragraphs[index][0]):
            return index
    return head


def _rows(lines: list[str]) -> dict[str, str]:
    rows: dict[str, str] = {}
    name = ""
    for line in lines:
        if name and not rows[name] and TYPE.fullmatch(line):
            rows[name] = line
        else:
            name = line
            rows[name] = ""
    return rows


def _is_sentence(line: str) -> bool:
    return line.endswith(".")
