"""Renders `report.html`: one self-contained file that asks the network for nothing."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from typing import Any, Final

from markupsafe import Markup

from conformance.analysis.compare.comparison_text import said
from conformance.report import statistics
from conformance.report.environment import TEMPLATES, environment
from conformance.report.html import cards, comparison, covered, data, grid, kinds, past, sections
from conformance.report.material import Report
from conformance.report.scripts import scripts_of
from conformance.results.text import scrub
from conformance.results.verdicts import ExitCode

PATH: Final = "report.html"
TEMPLATE: Final = environment().get_template("report.html.j2")
"""Read with the module: a run loads both while it waits."""
SCRIPTS: Final = ("dom", "state", "difference", "verdicts", "cards", "heat", "keys", "start")
MOODS: Final = {ExitCode.CONFORMS: "good", ExitCode.VIOLATION: "bad"}


def render(report: Report) -> str:
    """Return the page; without a comparison or a history it says how to get one."""
    run = report.run
    changes, runs = comparison.changes_of(report.comparison, run), past.last_runs(run, report.history)
    style, script = _source("report.css"), _script()
    title, more = statistics.title(run)
    return TEMPLATE.render(
        run=run,
        title=title,
        more=more,
        details=statistics.breakdown(run),
        mood=MOODS.get(run.exit_code, "odd"),
        cards=cards.cards(run, changes, runs),
        shown=cards,
        grid=grid.grid(run),
        rows_shown=grid.SHOWN,
        signs=kinds.KINDS,
        covered=covered.picture(run),
        counts=kinds.counts(run),
        changes=changes,
        changed=comparison,
        said=said,
        runs=runs,
        day=past.day,
        short_day=past.short_day,
        trends=past.trends(runs),
        observations=sections.observations(run),
        waivers=sections.waivers(run),
        gaps=sections.gaps(run),
        assumptions=sections.assumptions(run),
        facts=sections.facts(run),
        style=Markup(style),  # noqa: S704 - our own file
        script=Markup(script),  # noqa: S704 - our own files
        style_hash=_hash(style),
        script_hash=_hash(script),
        data=embed(data.page_data(report, scripts_of(run), changes, runs)),
    )


def embed(value: Any) -> Markup:
    """Return a value as JSON that may stand inside a `script` element: nothing in it can end the element."""
    text = json.dumps(scrub(value), ensure_ascii=False, separators=(",", ":"))
    for character in "<>&#":
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
