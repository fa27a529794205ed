"""Prints a comparison for a person at a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Console
from rich.text import Text

from conformance.analysis.compare.comparison_text import counted, said
from conformance.analysis.compare.model import Comparison, Kind, Move
from conformance.results.text import one_line, terminal

COLOURS: Final = {
    Kind.NEW_VIOLATION: "bold red",
    Kind.EXPIRED: "bold red",
    Kind.STILL: "yellow",
    Kind.WAIVED: "cyan",
    Kind.FIXED: "green",
    Kind.NOT_JUDGED: "magenta",
    Kind.NEWLY_JUDGED: "green",
    Kind.OBSERVATION: "blue",
}


QUIET: Final = frozenset({Kind.NOT_JUDGED, Kind.NEWLY_JUDGED})
SHOWN: Final = 20
"""So many moves of the quiet kinds are printed: a run of another selection has hundreds of them."""


def print_comparison(comparison: Comparison, console: Console) -> None:
    """Print what moved, worst first, then the notes and the counts."""
    console.print(Text(f"{printable(comparison.old)} → {printable(comparison.new)}", style="bold"))
    _print_lines(console, "", comparison.causes, "bold")
    for kind in Kind:
        moves = comparison.of(kind)
        if moves:
            console.print(Text(f"\n{said(kind.value, len(moves))} ({len(moves)})", style=COLOURS[kind]))
        shown = moves[:SHOWN] if kind in QUIET else moves
        for move in shown:
            console.print(_line(move), soft_wrap=True)
        if len(moves) > len(shown):
            console.print(Text(f"  … and {len(moves) - len(shown)} more; --json names them all", style="dim"))
    if not comparison.moves:
        console.print("nothing moved")
    _print_lines(console, "\nbehaves otherwise", comparison.behaviour)
    if comparison.notes:
        console.print()
    for note in comparison.notes:
        console.print(Text(f"note: {printable(note)}", style="dim"), soft_wrap=True)
    console.print(Text(f"\n{summary(comparison)}", style="bold"), soft_wrap=True)


def _print_lines(console: Console, title: str, lines: Sequence[str], style: str = "") -> None:
    if lines and title:
        console.print(Text(title, style="bold"))
    for line in lines:
        console.print(Text(f"  {printable(line)}", style=style), soft_wrap=True)


def summary(comparison: Comparison) -> str:
    """Return the counts as one line."""
    return counted(comparison.counts)


def printable(text: str) -> str:
    """Return the text on one line, without anything that a terminal would obey."""
    return one_line(terminal(text))


def _line(move: Move) -> Text:
    line = Text("  ")
    line.append(printable(f"{move.requirement}@{move.operation}"))
    line.append(f"  {printable(move.before) or 'none'} → {printable(move.after) or 'none'}", style="dim")
    if move.causes:
        line.append(f"  {move.cause}", style="bold")
        others = ", ".join(cause.value for cause in move.causes[1:])
        line.append(f" (or: {others})" if others else "", style="dim")
    if move.detail:
        line.append(f"\n      {printable(move.detail)}")
    return line
