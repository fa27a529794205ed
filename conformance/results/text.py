r"""Text of others, made harmless for where it goes: whatever a server says never commands who reads it.

One function for each destination: `terminal` (also the log of a CI job), `markdown`, `code_span` and
`code_block`, `xml`, `visible` (HTML, whose markup Jinja escapes) and `json_text`. Each is the last step
before the text is written: nothing that is decoded on the way, as a JSON escape ``\ufffe``, gets past it.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, Final

_UNSAFE: Final = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\xad"  # control characters, soft hyphen
    "\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5\u180b-\u180f"
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f\u2800\u3164\uffa0\ufeff\ufff9-\ufffb"  # invisible, direction
    "\ud800-\udfff\ufdd0-\ufdef\ufe00-\ufe0e\ufffe\uffff"  # lone surrogates, what XML cannot hold, selectors
    "\U000110bd\U000110cd\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0xE0000, 0x10000))
    + "\U000e0000-\U0010ffff]"  # tags, more selectors, private use
)
"""What nobody sees, or what XML or UTF-8 cannot hold; the selector that makes an emoji is left alone."""

_COMMAND: Final = re.compile(
    r"#(?=#(?:vso|teamcity)?\[)|:(?=:[\w-]+(?:[ \t][^\n]*)?::)|(?:(?<=\n)|(?<![\s\S]))[^\S\n]*:(?=:)",
    re.IGNORECASE,
)
"""Where a CI service reads a command: Azure and TeamCity anywhere in a line, GitHub at its start.

A console may break a line anywhere, so a whole command of GitHub counts in the middle of a line too.
"""

_JUNIT: Final = re.compile(r"\[(?=\[\s*[a-z]+\s*\|)", re.IGNORECASE)
"""Where readers of JUnit files take an attachment or a property out of the output."""

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#+!|~&@$]|(?<!\w)-|-(?!\w))")
"""What Markdown may take for markup; a dash inside a word is only a dash, and ids stay readable as text."""

_LINKED: Final = re.compile(r"://|www\.|@|#\d|\bGH-\d|\b[0-9a-f]{7,40}\b", re.IGNORECASE)
"""What GitHub makes a link or a mention, escaped or not: addresses, names, numbers of issues, commits."""


def visible(text: str) -> str:
    r"""Return the text with every unsafe character spelled out as ``\u0000``; tabs and line ends stay."""
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(_spelled, text.replace("\r\n", "\n"))


def _spelled(match: re.Match[str]) -> str:
    point = ord(match.group())
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"  # noqa: PLR2004 - what four digits hold


def scrub(value: Any) -> Any:
    """Return a JSON value with every text in it made visible, names too, and every number finite."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(str(name)): scrub(member) for name, member in value.items()}
    if isinstance(value, list | tuple):
        return [scrub(item) for item in value]
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def terminal(text: str) -> str:
    """Return the text for a terminal or the log of a CI job: no escape sequence, no command."""
    return _COMMAND.sub(r"\g<0> ", visible(text))


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters, with an ellipsis where something is left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def xml(text: str) -> str:
    """Return the text for an element or attribute of a JUnit file, without attachments or properties."""
    return _JUNIT.sub(r"\g<0> ", terminal(text))


def json_text(value: Any, indent: int | None = None) -> str:
    """Return a JSON value as text that every parser takes: ASCII, no lone surrogate, no CI command."""
    return json.dumps(scrub(value), indent=indent, allow_nan=False).replace("##", "#\\u0023")


def markdown(text: str) -> str:
    """Return the text as one line of Markdown that shows it literally: no tags, links or mentions."""
    line = one_line(terminal(text))
    return code_span(line) if _LINKED.search(line) else _MARKDOWN.sub(r"\\\1", line)


def code_span(text: str) -> str:
    """Return one line as a Markdown code span, whatever back-quotes it holds; also safe in a table's cell."""
    line = re.sub(
        r"(\\+)?\|", lambda found: f"{found[1]} \\|" if found[1] else "\\|", one_line(terminal(text))
    )
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def code_block(text: str, language: str = "") -> str:
    """Return the text as a fenced Markdown block that nothing inside it can close."""
    text = terminal(text)
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def web_link(text: str) -> str:
    """Return the text if it is a link that is safe to follow from a report, else nothing."""
    return (
        text if re.match(r"https?://[^\s\"'<>\\`]+$", text, re.IGNORECASE) and visible(text) == text else ""
    )
