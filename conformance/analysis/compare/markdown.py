"""Renders a comparison as Markdown, for a job summary or an issue."""

from __future__ import annotations

from collections.abc import Iterator

from conformance.analysis.compare.comparison_text import said
from conformance.analysis.compare.model import Comparison, Kind, Move
from conformance.analysis.compare.terminal import summary
from conformance.results.text import markdown


def to_markdown(comparison: Comparison) -> str:
    """Return the comparison as Markdown, worst moves first."""
    return "\n".join(_lines(comparison)) + "\n"


def _lines(comparison: Comparison) -> Iterator[str]:
    yield "## What moved"
    yield ""
    yield f"{markdown(comparison.old)} → {markdown(comparison.new)}: {summary(comparison)}."
    if comparison.causes:
        yield ""
    for line in comparison.causes:
        yield f"- {markdown(line)}"
    for kind in Kind:
        moves = comparison.of(kind)
        if not moves:
            continue
        yield from ("", f"### {said(kind.value, len(moves)).capitalize()} ({len(moves)})", "")
        yield "| requirement | operation | before | after | cause | detail |"
        yield "|---|---|---|---|---|---|"
        yield from map(_row, moves)
    if comparison.behaviour:
        yield from ("", "### Behaves otherwise", "")
    for line in comparison.behaviour:
        yield f"- {markdown(line)}"
    if comparison.notes:
        yield ""
    for note in comparison.notes:
        yield f"- {markdown(note)}"


def _row(move: Move) -> str:
    causes = " or ".join(cause.value for cause in move.causes)
    verdicts = (move.before or "none", move.after or "none")
    cells = (move.requirement, move.operation, *verdicts, causes, move.detail)
    return "| " + " | ".join(markdown(cell) for cell in cells) + " |"
