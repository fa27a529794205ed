"""The one environment in which pages are rendered: every text is made harmless, and escaped in HTML."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from conformance.results.text import code_block, code_span, markdown, shorten, terminal

TEMPLATES: Final = Path(__file__).parent / "templates"


@cache
def environment(folder: Path = TEMPLATES) -> Environment:
    """Return the environment of a folder of templates: strict about names; only Markdown is not escaped."""
    made = Environment(
        loader=FileSystemLoader(folder),
        autoescape=select_autoescape(("html.j2",), default_for_string=True),
        finalize=_harmless,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= {
        "block": code_block,
        "cell": _cell,
        "code": code_span,
        "markdown": markdown,
        "shorten": shorten,
    }
    return made


def _cell(text: str) -> str:
    """Return our own words as the cell of a Markdown table."""
    return text.replace("|", "\\|").replace("\n", " ")


def _harmless(value: Any) -> Any:
    return terminal(value) if isinstance(value, str) and not isinstance(value, Markup) else value
