"""What a verb prints fits where it goes: a terminal of any width, a file, an old encoding."""

from __future__ import annotations

import io

import pytest
from rich.table import Table

from conformance.report.console import fits, open_console, rows_of, say

ROWS = [("a.requirement-with-a-long-id", "anOperation", "a sentence of several words")]


class Terminal(io.StringIO):
    """A file that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


@pytest.mark.parametrize(
    ("columns", "width"), [("40", 80), ("120", 120), ("500", 200), ("0", 80), ("", 80), ("many", 80)]
)
def test_a_terminal_has_80_to_200_columns(columns: str, width: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A width that is none, or that no table fits in, is no reason to print nothing."""
    monkeypatch.setenv("COLUMNS", columns)
    assert open_console(Terminal()).width == width


def test_what_is_no_terminal_cuts_and_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pipe has no width, whatever the shell around it says, and no markup or emoji code counts."""
    monkeypatch.setenv("COLUMNS", "0")
    file = io.StringIO()
    out = open_console(file)
    say(out, "[red] :smile: " + "word " * 1000)
    table = Table("a", "b")
    table.add_row("x" * 300, "y" * 300)
    assert fits(out, table)
    assert file.getvalue() == "[red] :smile: " + "word " * 999 + "word\n"


def test_a_terminal_breaks_lines_between_words_under_their_indent() -> None:
    """An id stays whole, and the rest of a line stands where its beginning stood."""
    file = Terminal()
    say(open_console(file), "    " + "an-id-of-forty-characters-in-one-word-xxx " * 3)
    assert file.getvalue().splitlines() == ["    an-id-of-forty-characters-in-one-word-xxx"] * 3


def test_rows_are_columns_where_they_fit_and_lines_of_their_own_elsewhere() -> None:
    """No width breaks or cuts a cell."""
    columns = ("requirement", "operation", "sentence")
    assert list(rows_of(columns, ROWS, 200)) == [
        "requirement                   operation    sentence",
        "a.requirement-with-a-long-id  anOperation  a sentence of several words",
    ]
    assert list(rows_of(columns, ROWS, 60)) == [
        "a.requirement-with-a-long-id  anOperation",
        "    a sentence of several words",
    ]
