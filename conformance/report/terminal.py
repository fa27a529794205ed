"""Tells a run to a human at a terminal: what is wrong first, on one screen whatever the run found."""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.analysis.compare.comparison_text import counted, said
from conformance.analysis.compare.model import Comparison
from conformance.report import assumptions_text, statistics
from conformance.report.console import drawn, open_console, say
from conformance.report.formats.html import PATH as PAGE
from conformance.report.terminal_details import cause_facts, show_counts, show_details
from conformance.results.causes import Cause
from conformance.results.model import RunReport
from conformance.results.text import one_line, terminal
from conformance.results.verdicts import ExitCode, Verdict

SCREEN: Final = 40
"""So many lines a run takes at most, where not everything is asked for."""
ENDING: Final = 3
"""Lines of them for the report's path and the outcome."""
TABLE: Final = 14
"""Lines of them for the table of operations; a longer one is left to the page."""
FEW: Final = 3
"""So many lines are shown of what is no cause, and the rest counted."""
LONGEST: Final = 150
MOODS: Final = {ExitCode.CONFORMS: "bold green", ExitCode.VIOLATION: "bold red"}

Draw = Callable[[Console], None]


class Detail(StrEnum):
    """How much of a run is told: its last line, one screen, or everything."""

    QUIET = "quiet"
    SCREEN = "screen"
    ALL = "all"


def show(
    run: RunReport,
    console: Console | None = None,
    comparison: Comparison | None = None,
    detail: Detail = Detail.SCREEN,
) -> None:
    """Print the run: its causes, a table by operation, what else a reader has to know, and the outcome."""
    out = console or open_console()
    if detail is Detail.ALL:
        show_details(run, out, comparison)
        show_counts(run, out)
    elif detail is Detail.SCREEN:
        for line in _screen(run, out, comparison):
            out.file.write(f"{line}\n")
    if detail is not Detail.QUIET:
        path = one_line(terminal(str(run.folder / PAGE)))
        out.print(Text(f"\nReport: {path}", "dim"), soft_wrap=True)  # never broken by us: it is copied
    out.print(
        Text(one_line(terminal(statistics.headline(run))), MOODS.get(run.exit_code, "bold magenta")),
        soft_wrap=True,
    )


def _screen(run: RunReport, out: Console, comparison: Comparison | None) -> list[str]:
    """Return what fits on a screen above the outcome: the causes get what the rest leaves free."""
    table = drawn(out, lambda to: show_counts(run, to))
    while table and not table[-1].strip():
        table.pop()
    table = table if len(table) <= TABLE else []
    room = SCREEN - ENDING - len(table)
    rest = [drawn(out, part) for part in _rest_of(run, comparison)]
    while sum(map(len, rest)) > room // 2:
        rest.pop(0)
    below = [line for part in rest for line in part]
    return [*_causes(run, out, room - len(below)), *table, *below]


def _causes(run: RunReport, out: Console, room: int) -> list[str]:
    """Return the causes that make the run red, as many as there is room for, and how many more there are."""
    red = statistics.red_causes(run)
    explained = {name for cause in run.causes for name in cause.explains}
    alone = [one for one in statistics.violations(run) if "@".join(one.pair) not in explained]
    if not red and not alone:
        return []
    violations = statistics.plural(len(statistics.violations(run)), "violation")
    title = f"{violations} from {statistics.plural(len(red), 'cause')}" if red else violations
    lines = drawn(out, lambda to: say(to, title, "bold red"))
    parts = [drawn(out, _cause(cause)) for cause in red]
    parts += [drawn(out, _violation(one)) for one in alone]
    for number, part in enumerate(parts):
        last = number == len(parts) - 1
        if len(lines) + len(part) + (not last) > room:
            return [*lines, f"  … and {len(parts) - number} more: -v shows all, and so does the page"]
        lines += part
    return lines


def _cause(cause: Cause) -> Draw:
    def draw(to: Console) -> None:
        say(to, f"  {_cut(cause.sentence, LONGEST)}", "red")
        say(to, f"    {cause_facts(cause)}", "dim")

    return draw


def _violation(verdict: Verdict) -> Draw:
    text = f"{verdict.requirement} on {verdict.operation}: {statistics.message(verdict)}"
    return lambda to: say(to, f"  {_cut(one_line(text), LONGEST)}", "red")


def _rest_of(run: RunReport, comparison: Comparison | None) -> list[Draw]:
    """Return what else a reader has to know; what matters most stands last, next to the outcome."""
    gaps = statistics.gaps(run)
    ended = statistics.ended_waivers(run)
    missing = sum(gap.size for gap in gaps)
    parts = [
        _list(
            f"Violated, not red ({len(statistics.tolerated(run))})",
            [
                f"{one.requirement} on {one.operation}: {statistics.why_tolerated(run, one)}"
                for one in statistics.tolerated(run)
            ],
        ),
        _list(f"Not judged ({missing})", [f"{gap.outcome} ({gap.size}): {gap.reason}" for gap in gaps]),
        _list(
            f"Waivers that ended ({len(ended)})",
            [f"{one.state} {one.requirement} on {one.operation or '*'} ({one.owner})" for one in ended],
        ),
        _list(
            f"Left behind at the target ({len(run.leaks)}): `conformance clean` removes it",
            [f"{leak.what}: {leak.undo}" for leak in run.leaks],
        ),
    ]
    if run.assumptions:
        others = list(assumptions_text.checked(one for one in run.assumptions if not one.confirmed))
        parts.insert(0, _list(assumptions_text.headline(run.assumptions), others, always=True))
    if comparison is not None:
        news = [
            f"{said(move.move)}: {move.requirement} on {move.operation}"
            + (f", seen in {move.scenario} too" if move.scenario else "")
            + (f" ({' or '.join(move.causes)})" if move.causes else "")
            for move in comparison.news
        ]
        news = [*comparison.causes, *news, *comparison.behaviour]
        parts.append(_list(f"Since {comparison.old}: {counted(comparison.counts)}", news, always=True))
    return parts


def _list(title: str, lines: list[str], *, always: bool = False) -> Draw:
    """Return what prints a title with its first lines, each as one, and how many more there are."""

    def draw(to: Console) -> None:
        if not lines and not always:
            return
        say(to, f"\n{title}", "bold")
        shown = lines[:FEW] if len(lines) > FEW + 1 else lines
        for line in shown:
            say(to, f"  {_cut(one_line(line), min(LONGEST, to.width - 2))}")
        if len(lines) > len(shown):
            say(to, f"  … and {len(lines) - len(shown)} more")

    return draw


def _cut(text: str, limit: int) -> str:
    """Return at most so much of a text, cut between words."""
    if len(text) <= limit:
        return text
    words = text[: limit - 1].rpartition(" ")[0]
    return f"{words or text[: limit - 1]} …"[:limit]
