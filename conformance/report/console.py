"""Where a verb prints: a terminal of 80 to 200 columns, or a file in which nothing is cut or broken."""

from __future__ import annotations

import io
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, TextIO

from rich.console import Console, RenderableType
from rich.measure import Measurement
from rich.padding import Padding
from rich.text import Text

from conformance.results.text import one_line, terminal

NARROWEST: Final = 80
WIDEST: Final = 200
UNLIMITED: Final = 100_000


def open_console(file: TextIO | None = None) -> Console:
    """Return a console on a file, by default standard output; no markup or emoji code in a text counts."""
    to = file or sys.stdout
    columns = shutil.get_terminal_size((NARROWEST, 24)).columns if to.isatty() else UNLIMITED
    width = min(max(columns, NARROWEST), WIDEST) if to.isatty() else UNLIMITED
    return Console(file=file, width=width, highlight=False, markup=False, emoji=False)


def fits(out: Console, renderable: RenderableType) -> bool:
    """Tell whether a table fits without breaking a cell."""
    return Measurement.get(out, out.options.update(width=UNLIMITED), renderable).maximum <= out.width


def put(out: Console, renderable: RenderableType) -> None:
    """Print a table or a text without the spaces at the ends of its lines."""
    with out.capture() as captured:
        out.print(renderable)
    for line in captured.get().splitlines():
        out.file.write(f"{line.rstrip()}\n")


def drawn(out: Console, draw: Callable[[Console], None]) -> list[str]:
    """Return the lines that a drawing takes on a console, with its colours, and print nothing."""
    paper = Console(
        file=io.StringIO(),
        width=out.width,
        force_terminal=out.is_terminal,
        no_color=out.no_color,
        color_system="standard" if out.color_system else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    draw(paper)
    assert isinstance(paper.file, io.StringIO)  # noqa: S101 - as it was made
    return paper.file.getvalue().splitlines()


def say(out: Console, text: str, style: str = "") -> None:
    """Print text of others; a terminal breaks it between words, under its own indent."""
    for line in terminal(text).split("\n"):
        words = line.lstrip(" ")
        if words:
            put(out, Padding(Text(words, style), (0, 0, 0, len(line) - len(words)), expand=False))
        else:
            out.line()


def say_lines(lines: Iterable[str]) -> None:
    """Print lines, each as one whatever line ends its text holds; the indent stays."""
    out = open_console()
    for line in lines:
        say(out, " " * (len(line) - len(line.lstrip(" "))) + one_line(line))


def rows_of(columns: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    """Yield rows as aligned columns where all of them fit in the width, else each in lines of its own.

    In the second form the last cell stands below the others.
    """
    widths = [max(map(len, column)) for column in zip(columns, *rows, strict=True)]
    if sum(widths) + 2 * len(widths) - 2 <= width:
        for row in (columns, *rows):
            yield "  ".join(cell.ljust(size) for cell, size in zip(row, widths, strict=True)).rstrip()
        return
    for row in rows:
        yield "  ".join(row[:-1])
        yield f"    {row[-1]}"
