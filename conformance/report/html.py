"""Renders `report.html`: one self-contained file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from conformance.analysis.compare import Comparison
from conformance.analysis.compare.comparison_text import said
from conformance.analysis.history import RunDigest
from conformance.exchange.recorded import RecordedExchange
from conformance.report import html_data, html_moves, html_nights, html_sections, statistics
from conformance.results.model import RunReport
from conformance.results.verdicts import Outcome

TEMPLATES: Final = Path(__file__).parent / "templates"
SCRIPTS: Final = ("dom", "state", "difference", "findings", "matrix", "heat", "keys", "start")


def render_html(
    run: RunReport,
    exchanges: Mapping[str, RecordedExchange],
    comparison: Comparison | None = None,
    history: Sequence[RunDigest] | None = None,
    scripts: Mapping[tuple[str, str], str] | None = None,
) -> str:
    """Return the page; without a comparison or a history it says how to get one."""
    moves = html_moves.moves(comparison)
    nights = html_nights.nights(run, history)
    style, script = _source("report.css"), _script()
    counts = statistics.count(run.verdicts)
    page = _environment().get_template("report.html.j2")
    return page.render(
        run=run,
        headline=statistics.outcome(run),
        details=statistics.breakdown(run),
        mood={0: "good", 1: "bad"}.get(run.exit_code, "odd"),
        counts=[(verdict.value, counts[verdict]) for verdict in Outcome if counts[verdict]],
        total=len(run.verdicts),
        red=len(statistics.violations(run)),
        judged=round(100 * statistics.judged_share(run.verdicts)),
        moves=moves,
        said=said,
        nights=nights,
        trends=html_nights.trends(nights),
        observations=html_sections.observations(run),
        waivers=html_sections.waivers(run),
        gaps=html_sections.gaps(run),
        answers=html_sections.answers(run),
        facts=html_sections.facts(run),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own files
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=embed(html_data.page_data(html_data.Proof(run, exchanges, scripts or {}), moves, nights)),
    )


def embed(value: Any) -> Markup:
    """Return a value as JSON that may stand inside a `script` element: nothing in it can end the element."""
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return Markup(text)  # noqa: S704 - no markup is left in it


def _hash(text: str) -> str:
    """Return what the page's content security policy allows: exactly this text and no other."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"


@cache
def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _script() -> str:
    parts = "\n".join(_source(f"{name}.js") for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{parts}}})();'


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
