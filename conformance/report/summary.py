"""Renders `summary.md`, the page that a CI job shows (GitHub: append it to `$GITHUB_STEP_SUMMARY`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from conformance.analysis.compare import Comparison
from conformance.analysis.compare.comparison_text import counted, said
from conformance.report import answers, statistics
from conformance.results.model import RunReport
from conformance.results.text import code_block, code_span, markdown, shorten, web_link
from conformance.results.verdicts import Outcome, Verdict

LIMIT: Final = 900_000
"""GitHub drops a step summary above 1 MiB whole."""

SHOWN: Final = 100
_ICONS: Final = {0: "✅", 1: "❌", 2: "💥", 3: "❔"}


def render_summary(run: RunReport, comparison: Comparison | None = None) -> str:
    """Return the run as one Markdown page; with a comparison, what moved comes first."""
    sections = (
        _head(run),
        _moves(comparison),
        _table(run),
        _violations(run),
        _tolerated(run),
        _gaps(run),
        _waivers(run),
        _leaks(run),
        _answers(run),
    )
    page, left_out = "", False
    for section in sections:
        for block in section:
            if len((page + block).encode()) > LIMIT:
                left_out = True
                break
            page += block + "\n\n"
    return page + ("*More stands in report.html.*\n" if left_out else "")


def _head(run: RunReport) -> Iterator[str]:
    yield f"## {_ICONS[run.exit_code]} {markdown(statistics.headline(run))}"
    facts = {
        "run": run.run_id,
        "profile": run.profile,
        "seed": str(run.seed),
        "started": run.started,
        "requests": str(run.requests.total),
        "seconds": f"{run.seconds:.1f}",
        "exit code": str(run.exit_code),
    }
    yield " · ".join(f"{name} {code_span(value)}" for name, value in facts.items())


def _moves(comparison: Comparison | None) -> Iterator[str]:
    if comparison is None:
        return
    moves = comparison.news
    yield f"### What moved since {code_span(comparison.old)}"
    yield f"{markdown(counted(comparison.counts))}."
    if not moves:
        yield "Nothing moved."
        return
    columns = ("move", "requirement", "operation", "cause", "detail")
    rows = (
        [said(move.move), move.requirement, move.operation, " or ".join(move.causes), move.detail]
        for move in moves[:SHOWN]
    )
    yield _markdown_table(columns, rows)
    yield from _rest(len(moves))
    notes = [markdown(note) for note in comparison.notes]
    if notes:
        yield "\n".join(f"- {note}" for note in notes)


def _answers(run: RunReport) -> Iterator[str]:
    lines = answers.answered(run.assumptions)
    if lines:
        yield f"### {markdown(answers.headline(run.assumptions))}"
        yield "\n".join(f"- {markdown(line)}" for line in lines[:SHOWN])


def _table(run: RunReport) -> Iterator[str]:
    totals = statistics.count(run.verdicts)
    shown = [verdict for verdict in Outcome if totals[verdict]]
    rows = [["operation", *(verdict.value for verdict in shown)]]
    for operation, verdicts in statistics.by_operation(run).items():
        counts = statistics.count(verdicts)
        rows.append([code_span(operation), *(str(counts[verdict] or "") for verdict in shown)])
    rows[1:1] = [["---", *("--:" for _ in shown)]]
    yield "\n".join(f"| {' | '.join(row)} |" for row in rows)


def _violations(run: RunReport) -> Iterator[str]:
    found = statistics.violations(run)
    if found:
        yield f"### Violations ({len(found)})"
    for verdict in found[:SHOWN]:
        yield _violation(run, verdict)
    yield from _rest(len(found))


def _violation(run: RunReport, verdict: Verdict) -> str:
    requirement = run.requirement(verdict.requirement)
    lines = [f"**{code_span(verdict.requirement)}** on {code_span(verdict.operation)}"]
    lines += [f"> {markdown(requirement.sentence)}"] if requirement.sentence else []
    expected = verdict.expected or requirement.expect
    actual = verdict.actual or verdict.reason
    lines += [f"- expected: {markdown(shorten(expected, 2000))}\n- actual: {markdown(shorten(actual, 2000))}"]
    lines += [code_block(verdict.curl, "sh")] if verdict.curl else []
    return "\n\n".join(lines)


def _tolerated(run: RunReport) -> Iterator[str]:
    found = statistics.tolerated(run)
    if found:
        yield f"### Violated, not red ({len(found)})"
        rows = (
            [j.requirement, j.operation, statistics.why_tolerated(run, j), j.actual] for j in found[:SHOWN]
        )
        yield _markdown_table(("requirement", "operation", "why", "actual"), rows)
    yield from _rest(len(found))


def _gaps(run: RunReport) -> Iterator[str]:
    found = statistics.gaps(run)
    if found:
        yield f"### Not judged ({sum(len(gap.verdicts) for gap in found)})"
        rows = ([gap.verdict.value, gap.reason, str(len(gap.verdicts))] for gap in found[:SHOWN])
        yield _markdown_table(("verdict", "why", "promises"), rows)
    yield from _rest(len(found))


def _waivers(run: RunReport) -> Iterator[str]:
    if run.waivers:
        yield f"### Waivers ({len(run.waivers)})"
        lines = []
        for waiver in sorted(run.waivers, key=lambda w: w.expires)[:SHOWN]:
            link = web_link(waiver.defect)
            defect = f" [defect](<{link}>)" if link else ""
            until = f", until {markdown(waiver.expires)}" if waiver.expires else ""
            lines.append(
                f"- {waiver.state}: {code_span(waiver.requirement)}{until}: {markdown(waiver.reason)}{defect}"
            )
        yield "\n".join(lines)
    yield from _rest(len(run.waivers))


def _leaks(run: RunReport) -> Iterator[str]:
    if run.leaks:
        yield f"### Left behind at the target ({len(run.leaks)})"
        yield "\n".join(f"- {markdown(leak.what)}: {code_span(leak.undo)}" for leak in run.leaks[:SHOWN])
    yield from _rest(len(run.leaks))


def _rest(number: int) -> Iterator[str]:
    if number > SHOWN:
        yield f"*and {number - SHOWN} more in report.html*"


def _markdown_table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(columns)} |", f"|{' --- |' * len(columns)}"]
    lines += [f"| {' | '.join(markdown(shorten(cell, 500)) for cell in row)} |" for row in rows]
    return "\n".join(lines)
