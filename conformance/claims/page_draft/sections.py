"""The sections of a page's text, with the rows of its tables and its sentences."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

HEADINGS: Final = (
    "Authentication",
    "Authorization",
    "Rate limits",
    "Request parameters",
    "Request headers",
    "Request body",
)
"""In this order on a page; a line such as Authorization after a later one is the name of a header."""
RESPONSE: Final = re.compile(r"Response (\d{3})\b.*")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s+(?=[A-Z'\"-])")
NAME: Final = re.compile(r"[$A-Za-z][\w.$-]*")


@dataclass(frozen=True)
class Section:
    """What stands below one heading; `title` is "" for what stands above the first one."""

    title: str
    lines: tuple[str, ...]


def sections(text: str) -> list[Section]:
    """Return the sections of a page in its order, up to the end of its responses."""
    found: list[tuple[str, list[str]]] = [("", [])]
    reached = -1
    for line in (each.strip() for each in text.splitlines()):
        if RESPONSE.fullmatch(line) or line == "Response headers":
            reached = len(HEADINGS)
            found.append((line, []))
        elif line in HEADINGS[reached + 1 :]:
            reached = HEADINGS.index(line)
            found.append((line, []))
        elif line:
            found[-1][1].append(line)
    return [Section(title, tuple(lines)) for title, lines in found]


def parameters(lines: Sequence[str]) -> Iterator[tuple[str, bool, str]]:
    """Yield name, whether it is required, and description of each row of a table; "" where none is named."""
    heads = {"Name", "Required?", "Description", "Type"}
    if "Required?" not in lines:
        yield from (("", False, text) for text in _joined(lines))
        return
    rows = [line for line in lines if line not in heads]
    starts = [i for i, line in enumerate(rows[:-1]) if NAME.fullmatch(line) and rows[i + 1] in {"Yes", "No"}]
    for start, end in zip(starts, [*starts, len(rows)][1:], strict=True):
        yield rows[start], rows[start + 1] == "Yes", " ".join(rows[start + 2 : end])


def sentences(lines: Sequence[str]) -> list[str]:
    """Return the sentences of lines that inline markup may have broken; an item of a list is one."""
    return [part.strip() for text in _joined(lines) for part in SENTENCE_END.split(text) if part.strip()]


def _joined(lines: Sequence[str]) -> list[str]:
    texts: list[str] = []
    for line in lines:
        starts = line.startswith("- ") or not texts or texts[-1].endswith((".", ":"))
        broken = not starts and (line[0].islower() or line[0] in ".,;" or _open(texts[-1]))
        if broken or (texts and line[0] in ".,;"):
            texts[-1] += f" {line}"
        else:
            texts.append(line.removeprefix("- "))
    return texts


def _open(text: str) -> bool:
    """Tell whether a line ends where inline markup was: on a word that cannot end what it says."""
    return text.rpartition(" ")[2].lower() in {"the", "a", "an", "to", "of", "is", "or", "and", "with"}
