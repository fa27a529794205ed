"""Tells a run at a terminal with everything that it found: each violation with its proof, under its cause."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.analysis.compare.comparison_text import counted, said
from conformance.analysis.compare.model import Comparison
from conformance.report import assumptions_text, statistics
from conformance.report.console import fits, put, say
from conformance.results.causes import Cause
from conformance.results.model import RunReport, WaiverState
from conformance.results.text import one_line, shorten, terminal
from conformance.results.verdicts import Outcome, Verdict

SHOWN_NAMES: Final = 3
STYLES: Final = {
    Outcome.PASS: "green",
    Outcome.FAIL: "bold red",
    Outcome.DEVIATION: "yellow",
    Outcome.OBSERVED: "cyan",
    Outcome.NOT_APPLICABLE: "dim",
    Outcome.CANNOT_JUDGE: "bold magenta",
    Outcome.HARNESS_ERROR: "bold magenta",
}
_HEADINGS: Final = {
    Outcome.DEVIATION: "DEVI-\nATION",
    Outcome.OBSERVED: "OBSER-\nVED",
    Outcome.NOT_APPLICABLE: "NOT\nAPPL.",
    Outcome.CANNOT_JUDGE: "CANNOT\nJUDGE",
    Outcome.HARNESS_ERROR: "HARNESS\nERROR",
}


def show_details(run: RunReport, out: Console, comparison: Comparison | None = None) -> None:
    """Print each cause with its violations and their proof, what was not judged, and what moved."""
    _violations(run, out)
    _tolerated(run, out)
    _gaps(run, out)
    _waivers(run, out)
    _leaks(run, out)
    _assumptions(run, out)
    _changes(comparison, out)


def show_counts(run: RunReport, out: Console) -> None:
    """Print how many verdicts of each kind each operation has."""
    totals = statistics.count(run.verdicts)
    shown = [outcome for outcome in Outcome if totals[outcome] or outcome in {Outcome.PASS, Outcome.FAIL}]
    several = len(run.operations) > 1
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1, 0, 0), show_footer=several)
    table.add_column("operation", "all", no_wrap=True, vertical="bottom")
    for outcome in shown:
        table.add_column(
            _HEADINGS.get(outcome, outcome.value), str(totals[outcome]), justify="right", no_wrap=True
        )
    lines = []
    for operation, verdicts in statistics.by_operation(run).items():
        counts = statistics.count(verdicts)
        cells = [Text(str(counts[v]) if counts[v] else "·", STYLES[v] if counts[v] else "dim") for v in shown]
        table.add_row(Text(terminal(operation)), *cells)
        lines.append(f"{operation}: " + ", ".join(f"{counts[v]} {v.value}" for v in shown if counts[v]))
    if fits(out, table):
        put(out, table)
    else:
        say(out, "\n".join(lines))


def _assumptions(run: RunReport, out: Console) -> None:
    """Print what the target does otherwise than the emulator assumes; summary.md has the rest too."""
    if run.assumptions:
        _heading(out, assumptions_text.headline(run.assumptions))
    for line in assumptions_text.checked(check for check in run.assumptions if not check.confirmed):
        say(out, f"  {one_line(line)}")


def _fields(out: Console, *rows: tuple[str, str, str]) -> None:
    """Print names and values, each value in a column of its own; empty ones are left out."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, min_width=9)
    grid.add_column(overflow="fold")
    for name, value, style in rows:
        if value:
            grid.add_row(Text(name, "dim"), Text(terminal(value), style))
    if grid.row_count:
        put(out, Padding(grid, (0, 0, 0, 2), expand=False))


def _heading(out: Console, title: str, style: str = "bold") -> None:
    say(out, f"\n{title}", style)


def _violations(run: RunReport, out: Console) -> None:
    found = statistics.violations(run)
    if found:
        _heading(out, f"Violations ({len(found)})", "bold red")
    explained = {name for cause in run.causes for name in cause.explains}
    for cause in run.causes:
        red = [verdict for verdict in run.explained_by(cause) if run.is_red(verdict)]
        if red:
            _heading(out, cause.sentence, "bold red")
            say(out, f"  {cause_facts(cause)}", "dim")
        for verdict in red:
            _violation(run, verdict, out)
    for verdict in found:
        if "@".join(verdict.pair) not in explained:
            _violation(run, verdict, out)


def cause_facts(cause: Cause) -> str:
    """Return the line below a cause: how much it explains, since when, what it looks like, its ids."""
    facts = [statistics.plural(len(cause.explains), "requirement")]
    if cause.since.date:
        facts.append(f"since {cause.since.date}")
    if cause.diagnosis:
        facts.append(f"looks like {cause.diagnosis[0].defect} ({cause.diagnosis[0].likelihood:.0%})")
    if cause.correlation:
        facts.append(f"correlation {cause.correlation}")
    return ", ".join([*facts, f"key {cause.key}"])


def _violation(run: RunReport, verdict: Verdict, out: Console) -> None:
    requirement = run.requirement(verdict.requirement)
    say(out, f"\n{_named(verdict)}", STYLES[verdict.outcome])
    _fields(
        out,
        ("page says", requirement.quote and f"“{requirement.quote}”", ""),
        ("claim", "" if requirement.quote else requirement.expect, ""),
        ("expected", verdict.expected or requirement.expect, "green"),
        ("actual", verdict.actual or verdict.reason, "red"),
        ("note", verdict.reason if verdict.actual else "", ""),
        ("evidence", ", ".join(verdict.evidence[-5:]), ""),
    )
    if verdict.curl:  # never broken by us: it is copied
        out.print(Text(f"  {terminal(verdict.curl)}", "cyan"), soft_wrap=True)


def _named(verdict: Verdict) -> str:
    return f"{verdict.outcome} {verdict.requirement} on {verdict.operation}"


def _tolerated(run: RunReport, out: Console) -> None:
    found = statistics.tolerated(run)
    if found:
        _heading(out, f"Violated, not red ({len(found)})", "bold yellow")
    for verdict in found:
        say(out, f"  {_named(verdict)}")
        _fields(
            out,
            ("why", statistics.why_tolerated(run, verdict), ""),
            ("expected", verdict.expected, ""),
            ("actual", verdict.actual, ""),
        )


def _gaps(run: RunReport, out: Console) -> None:
    found = statistics.gaps(run)
    if found:
        _heading(out, f"Not judged ({sum(len(gap.verdicts) for gap in found)})")
    for gap in found:
        names = gap.requirements
        rest = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        say(out, f"  {gap.outcome} ({len(gap.verdicts)}): {one_line(gap.reason)}", STYLES[gap.outcome])
        say(out, f"    {', '.join(names[:SHOWN_NAMES])}{rest}", "dim")


def _waivers(run: RunReport, out: Console) -> None:
    active = WaiverState.ACTIVE
    if run.waivers:
        _heading(out, f"Waivers ({len(run.waivers)})")
    for waiver in sorted(run.waivers, key=lambda w: (w.state is active, w.expires)):
        operation = f" on {waiver.operation}" if waiver.operation else ""
        until = f" until {waiver.expires}" if waiver.expires else ""
        reason = shorten(one_line(waiver.reason), 200)
        style = "" if waiver.state is active else "bold red"
        say(out, f"  {waiver.state} {waiver.requirement}{operation}{until}: {reason}", style)


def _leaks(run: RunReport, out: Console) -> None:
    if run.leaks:
        title = f"Left behind at the target ({len(run.leaks)}): `conformance clean` removes it"
        _heading(out, title, "bold magenta")
    for leak in run.leaks:
        say(out, "  " + one_line(f"{leak.what}: {leak.undo}" + (f" ({leak.error})" if leak.error else "")))


def _changes(comparison: Comparison | None, out: Console) -> None:
    """Print what moved since the run before; what stayed is only counted."""
    if comparison is None:
        return
    _heading(out, f"Since {comparison.old}: {counted(comparison.counts)}")
    for line in (*comparison.causes, *comparison.behaviour):
        say(out, f"  {line}")
    for move in comparison.news:
        what = f"  {said(move.move)}: {move.requirement} on {move.operation}"
        what += f", seen in {move.scenario} too" if move.scenario else ""
        what += f" ({' or '.join(move.causes)})" if move.causes else ""
        say(out, what, "red" if move.red else "")
