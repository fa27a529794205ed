"""Tells a run to a human at a terminal."""

from __future__ import annotations

from typing import Final

from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from conformance.analysis.compare import Comparison
from conformance.analysis.compare.comparison_text import counted, said
from conformance.report import answers, statistics
from conformance.results.model import RunReport
from conformance.results.text import one_line, shorten
from conformance.results.verdicts import Outcome, Verdict

SHOWN_VIOLATIONS: Final = 50
SHOWN_LINES: Final = 20
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


def show(run: RunReport, console: Console | None = None, comparison: Comparison | None = None) -> None:
    """Print the run: a table by operation, each violation with its proof, what was not judged, what moved."""
    out = console or Console(highlight=False)
    out.print(_table(run))
    _violations(run, out)
    _tolerated(run, out)
    _gaps(run, out)
    _waivers(run, out)
    _leaks(run, out)
    _answers(run, out)
    _moved(comparison, out)
    _line(out, "")
    _line(out, f"Report: {run.folder}", "dim")
    _line(out, statistics.headline(run), _mood(run))


def _table(run: RunReport) -> Table:
    totals = statistics.count(run.verdicts)
    shown = [verdict for verdict in Outcome if totals[verdict] or verdict in {Outcome.PASS, Outcome.FAIL}]
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 1), show_footer=len(run.operations) > 1)
    table.add_column("operation", "all", overflow="fold", vertical="bottom")
    for verdict in shown:
        table.add_column(
            _HEADINGS.get(verdict, verdict.value), str(totals[verdict]), justify="right", no_wrap=True
        )
    for operation, verdicts in statistics.by_operation(run).items():
        counts = statistics.count(verdicts)
        cells = [Text(str(counts[v]) if counts[v] else "·", STYLES[v] if counts[v] else "dim") for v in shown]
        table.add_row(Text(operation), *cells)
    return table


def _answers(run: RunReport, out: Console) -> None:
    """Print what the target does otherwise than the emulator assumes; summary.md has the rest too."""
    found = run.assumptions
    if found:
        _heading(out, answers.headline(found))
    for line in answers.answered(each for each in found if not each.confirmed):
        _line(out, f"  {line}")


def _line(out: Console, text: str, style: str = "") -> None:
    """Print a line that the terminal may wrap by itself and that we never break."""
    out.print(Text(text, style), soft_wrap=True, highlight=False)


def _fields(out: Console, *rows: tuple[str, str, str]) -> None:
    """Print names and values, each value in a column of its own; empty ones are left out."""
    grid = Table.grid(padding=(0, 1, 0, 0))
    grid.add_column(no_wrap=True, min_width=9)
    grid.add_column(overflow="fold")
    for name, value, style in rows:
        if value:
            grid.add_row(Text(name, "dim"), Text(value, style))
    if grid.row_count:
        out.print(Padding(grid, (0, 0, 0, 2)), highlight=False)


def _heading(out: Console, title: str, style: str = "bold") -> None:
    _line(out, "")
    _line(out, title, style)


def _violations(run: RunReport, out: Console) -> None:
    found = statistics.violations(run)
    if found:
        _heading(out, f"Violations ({len(found)})", "bold red")
    for verdict in found[:SHOWN_VIOLATIONS]:
        _violation(run, verdict, out)
    if len(found) > SHOWN_VIOLATIONS:
        _line(out, f"\n… and {len(found) - SHOWN_VIOLATIONS} more: see report.html in the run folder")


def _violation(run: RunReport, verdict: Verdict, out: Console) -> None:
    requirement = run.requirement(verdict.requirement)
    _line(out, "")
    _line(
        out,
        f"{verdict.outcome} {verdict.requirement} on {verdict.operation}",
        STYLES[verdict.outcome],
    )
    _fields(
        out,
        ("page says", requirement.quote and f"“{requirement.quote}”", ""),
        ("claim", "" if requirement.quote else requirement.expect, ""),
        ("expected", verdict.expected or requirement.expect, "green"),
        ("actual", verdict.actual or verdict.reason, "red"),
        ("note", verdict.reason if verdict.actual else "", ""),
        ("evidence", ", ".join(verdict.evidence[-5:]), ""),
    )
    if verdict.curl:
        _line(out, f"  {verdict.curl}", "cyan")


def _tolerated(run: RunReport, out: Console) -> None:
    found = statistics.tolerated(run)
    if found:
        _heading(out, f"Violated, not red ({len(found)})", "bold yellow")
    for verdict in found[:SHOWN_LINES]:
        _line(out, f"  {verdict.outcome} {verdict.requirement} on {verdict.operation}")
        _fields(
            out,
            ("why", statistics.why_tolerated(run, verdict), ""),
            ("expected", verdict.expected, ""),
            ("actual", verdict.actual, ""),
        )
    _rest(out, len(found))


def _gaps(run: RunReport, out: Console) -> None:
    found = statistics.gaps(run)
    if found:
        _heading(out, f"Not judged ({sum(len(gap.verdicts) for gap in found)})")
    for gap in found[:SHOWN_LINES]:
        names = sorted({verdict.requirement for verdict in gap.verdicts})
        rest = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
        listed = ", ".join(names[:SHOWN_NAMES]) + rest
        _line(out, f"  {gap.verdict} ({len(gap.verdicts)}): {one_line(gap.reason)}", STYLES[gap.verdict])
        _line(out, f"    {listed}", "dim")
    _rest(out, len(found))


def _waivers(run: RunReport, out: Console) -> None:
    if run.waivers:
        _heading(out, f"Waivers ({len(run.waivers)})")
    for waiver in sorted(run.waivers, key=lambda w: (w.state == "active", w.expires))[:SHOWN_LINES]:
        until = f"until {waiver.expires}" if waiver.expires else ""
        words = [
            waiver.state,
            waiver.requirement,
            f"on {waiver.operation}" if waiver.operation else "",
            until,
        ]
        style = "" if waiver.state == "active" else "bold red"
        _line(
            out,
            f"  {' '.join(word for word in words if word)}: {shorten(one_line(waiver.reason), 200)}",
            style,
        )
    _rest(out, len(run.waivers))


def _leaks(run: RunReport, out: Console) -> None:
    if run.leaks:
        _heading(
            out,
            f"Left behind at the target ({len(run.leaks)}): `conformance clean` removes it",
            "bold magenta",
        )
    for leak in run.leaks[:SHOWN_LINES]:
        _line(out, f"  {leak.what}: {leak.undo}" + (f" ({one_line(leak.error)})" if leak.error else ""))
    _rest(out, len(run.leaks))


def _moved(comparison: Comparison | None, out: Console) -> None:
    """Print what moved since the run before; what stayed is only counted."""
    if comparison is None:
        return
    _heading(out, f"Since {comparison.old}: {counted(comparison.counts)}")
    for move in comparison.news[:SHOWN_LINES]:
        causes = " or ".join(move.causes)
        what = f"  {said(move.move)}: {move.requirement} on {move.operation}"
        what += f", seen in {move.scenario} too" if move.scenario else ""
        _line(out, what + (f" ({causes})" if causes else ""), "red" if move.red else "")
    _rest(out, len(comparison.news))


def _rest(out: Console, number: int) -> None:
    if number > SHOWN_LINES:
        _line(out, f"  … and {number - SHOWN_LINES} more")


def _mood(run: RunReport) -> str:
    return {0: "bold green", 1: "bold red"}.get(run.exit_code, "bold magenta")
