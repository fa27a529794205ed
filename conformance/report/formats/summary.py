"""Renders `summary.md`, the page that a CI job shows (GitHub: append it to `$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

from typing import Final

from markupsafe import Markup

from conformance.analysis.compare.comparison_text import counted, said
from conformance.report import assumptions_text, statistics
from conformance.report.environment import environment
from conformance.report.material import Report
from conformance.results.text import web_link
from conformance.results.verdicts import ExitCode, Outcome

PATH: Final = "summary.md"
TEMPLATE: Final = environment().get_template("summary.md.j2")
LIMIT: Final = 900_000
"""GitHub drops a step summary above 1 MiB whole."""

SHOWN: Final = 100
CUT: Final = "\f"
"""Stands between blocks, which are left out whole; no text of others has it."""

_ICONS: Final = {
    ExitCode.CONFORMS: "✅",
    ExitCode.VIOLATION: "❌",
    ExitCode.USAGE: "💥",
    ExitCode.CANNOT_JUDGE: "❔",
}


def render(report: Report) -> str:
    """Return the run as one Markdown page; with a comparison, what changed comes first."""
    run = report.run
    totals = statistics.count(run.verdicts)
    text = TEMPLATE.render(
        run=run,
        icon=_ICONS[run.exit_code],
        headline=statistics.headline(run),
        comparison=report.comparison,
        counted=counted,
        said=said,
        outcomes=[outcome for outcome in Outcome if totals[outcome]],
        by_operation=statistics.by_operation(run),
        count=statistics.count,
        causes=statistics.red_causes(run),
        violations=statistics.violations(run),
        tolerated=statistics.tolerated(run),
        why_tolerated=statistics.why_tolerated,
        gaps=statistics.gaps(run),
        assumptions=assumptions_text,
        web_link=web_link,
        shown=SHOWN,
        cut=Markup(CUT),  # noqa: S704 - our own mark
    )
    page, left_out = "", False
    for block in text.split(CUT):
        if len((page + block).encode()) > LIMIT:
            left_out = True
        else:
            page += block.strip("\n") + "\n\n" if block.strip() else ""
    return page + ("*More stands in report.html.*\n" if left_out else "")
