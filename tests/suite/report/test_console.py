"""What a verb prints fits where it goes: a terminal of any width, a file, an old encoding."""

from __future__ import annotations

import io
import sys

import pytest
from rich.table import Table

from conformance.report.console import fits, open_console, rows_of, say
from conformance.report.streams import prepare_streams

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


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, **environ: str) -> str:
    """Return what reaches a stream of this encoding."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    prepare_streams(environ)
    sys.stdout.write("… → · “a” \N{MINUS SIGN} é")
    sys.stdout.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize(
    "environ",
    [{"LANG": "C"}, {"LANG": "POSIX", "LC_CTYPE": "C.UTF-8"}, {"LC_ALL": "C", "LANG": "de_DE.UTF-8"}],
)
def test_a_plain_locale_gets_plain_ascii(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Our own typography has an ASCII form; what a server sent is spelled out, as it must stay exact."""
    assert printed(monkeypatch, "utf-8", **environ) == '... -> . "a" - \\xe9'


def test_an_encoding_without_our_typography_gets_it_plain(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what the encoding cannot say is replaced."""
    assert printed(monkeypatch, "ascii") == '... -> . "a" - \\xe9'
    assert printed(monkeypatch, "latin-1", LANG="de_DE") == '... -> · "a" - é'


@pytest.mark.parametrize("environ", [{}, {"LANG": "en_GB.UTF-8"}, {"LANG": "C", "LC_CTYPE": "de_DE.UTF-8"}])
def test_any_other_locale_keeps_its_encoding(
    environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose locale nobody chose, as in a container, is none that asks for ASCII."""
    assert printed(monkeypatch, "utf-8", **environ) == "… → · “a” \N{MINUS SIGN} é"


@pytest.mark.parametrize(("columns", "kept"), [("0", False), ("-1", False), ("x", False), ("90", True)])
def test_a_width_that_is_none_is_dropped(columns: str, kept: bool, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: FBT001 - a column of the table
    """Libraries that read it themselves, as the one that prints --help, would print nothing."""
    for name in ("stdout", "stderr"):
        monkeypatch.setattr(sys, name, io.StringIO())
    environ = {"COLUMNS": columns}
    prepare_streams(environ)
    assert ("COLUMNS" in environ) is kept
