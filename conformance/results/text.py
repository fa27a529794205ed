"""What a hostile server may have written is made harmless to every format, and stays readable."""

from __future__ import annotations

import re
from typing import Any, Final

_UNSAFE: Final = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069\\ud800-\\udfff\\ufffe\\uffff]"
)
"""Control characters, text direction, lone surrogates, and what XML 1.0 cannot hold."""

_MARKDOWN: Final = re.compile(r"([\\`*_{}\[\]<>#+!|~&@$]|(?<!\w)-|-(?!\w))")
"""What Markdown may take for markup; a dash inside a word is only a dash, and ids stay readable as text."""


def visible(text: str) -> str:
    r"""Return the text with every unsafe character spelled out as ``\u0000``; tabs and line ends stay."""
    if not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(lambda match: f"\\u{ord(match.group()):04x}", text.replace("\r\n", "\n"))


def scrub(value: Any) -> Any:
    """Return a JSON value with every text in it made visible, names of members too."""
    if isinstance(value, str):
        return visible(value)
    if isinstance(value, dict):
        return {visible(str(name)): scrub(member) for name, member in value.items()}
    if isinstance(value, list):
        return [scrub(item) for item in value]
    return value


def one_line(text: str) -> str:
    """Return the text with every run of white space as one space."""
    return " ".join(text.split())


def shorten(text: str, limit: int) -> str:
    """Return at most `limit` characters, with an ellipsis where something is left out."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def markdown(text: str) -> str:
    """Return the text as one line of Markdown that shows it literally: no tags, links or mentions."""
    return _MARKDOWN.sub(r"\\\1", one_line(text))


def code_span(text: str) -> str:
    """Return one line as a Markdown code span, whatever back-quotes it holds; also safe in a table's cell."""
    line = one_line(text).replace("|", "\\|")
    fence = "`" * (1 + max((len(run) for run in re.findall("`+", line)), default=0))
    pad = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{pad}{line}{pad}{fence}" if line else ""


def code_block(text: str, language: str = "") -> str:
    """Return the text as a fenced Markdown block that nothing inside it can close."""
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    return f"{fence}{language}\n{text}\n{fence}"


def web_link(text: str) -> str:
    """Return the text if it is a link that is safe to follow from a report, else nothing."""
    return text if re.match(r"https?://[^\s\"'<>]+$", text, re.IGNORECASE) else ""
