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
from conformance.report.html import comparison, data, past, sections
from conformance.report.material import Report
from conformance.report.scripts import scripts_of
from conformance.results.text import scrub
from conformance.results.verdicts import ExitCode, Outcome

PATH: Final = "report.html"
SCRIPTS: Final = ("dom", "state", "difference", "verdicts", "matrix", "heat", "keys", "start")


def render(report: Report) -> str:
    """Return the page; without a comparison or a history it says how to get one."""
    run = report.run
    changes, runs = comparison.changes_of(report.comparison), past.last_runs(run, report.history)
    style, script = _source("report.css"), _script()
    counts = statistics.count(run.verdicts)
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            run=run,
            headline=statistics.result(run),
            details=statistics.breakdown(run),
            mood={ExitCode.CONFORMS: "good", ExitCode.VIOLATION: "bad"}.get(run.exit_code, "odd"),
            counts=[(outcome.value, counts[outcome]) for outcome in Outcome if counts[outcome]],
            red=len(statistics.violations(run)),
            judged=round(100 * statistics.judged_share(run.verdicts)),
            changes=changes,
            changed=comparison,
            said=said,
            runs=runs,
            day=past.day,
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
