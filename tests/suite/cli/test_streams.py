"""What the command line answers does not depend on who reads it: a closed pipe, a full disk, ASCII only."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from pathlib import Path
from typing import IO, Any, Final

import pytest

from conformance.cli.streams import prepare_streams
from tests.suite.toy_api import Checkout

FULL: Final = Path("/dev/full")
COMMAND: Final = (sys.executable, "-m", "conformance")


def call(root: Path, *arguments: str, **streams: Any) -> subprocess.Popen[str]:
    """Start the command line in a folder."""
    return subprocess.Popen([*COMMAND, *arguments], cwd=root, text=True, **streams)


def closed_pipe() -> IO[bytes]:
    """Return the writing end of a pipe that nobody reads."""
    reading, writing = os.pipe()
    os.close(reading)
    return os.fdopen(writing, "wb")


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("list",), 0),
        (("--help",), 0),
        (("list", "--json"), 0),
        (("check",), 2),
        (("compare", "one", "two"), 2),
        (("nonsense",), 2),
        (("run", "--target", "nobody"), 2),
    ],
)
def test_a_reader_that_has_gone_changes_no_exit_code(
    checkout: Checkout, arguments: tuple[str, ...], code: int
) -> None:
    """`conformance list | head` ends quietly with the code of the verb, whichever stream is closed."""
    with closed_pipe() as pipe:
        process = call(checkout.root, *arguments, stdout=pipe, stderr=subprocess.PIPE)
        said = process.communicate(timeout=60)[1]
        assert process.returncode == code
        assert "Traceback" not in said
        assert "Exception ignored" not in said
        assert "Broken pipe" not in said
        process = call(checkout.root, *arguments, stdout=pipe, stderr=pipe)
        assert process.wait(timeout=60) == code


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_full_disk_is_said_in_one_line(checkout: Checkout) -> None:
    """Output that cannot be written is the user's matter: exit code 2 with the reason."""
    with FULL.open("w") as full:
        process = call(checkout.root, "list", stdout=full, stderr=subprocess.PIPE)
        assert process.communicate(timeout=60)[1] == (
            "conformance: the output cannot be written: No space left on device\n"
        )
        assert process.returncode == 2
        assert call(checkout.root, "run", "--target", "nobody", stderr=full).wait(timeout=60) == 2


def test_a_terminal_of_ascii_shows_our_own_characters_spelled() -> None:
    """An ellipsis is three dots there and a quote a quote; what a server may have sent is an escape."""
    prepare_streams()
    terminal = io.TextIOWrapper(io.BytesIO(), "ascii", "spelled")
    terminal.write("1 → 2, “bulb” … 灯 \ud800")
    terminal.seek(0)
    assert terminal.read() == '1 -> 2, "bulb" ... \\u706f \\ud800'


@pytest.mark.parametrize("columns", ["0", "-1", "x", "40", "80", "500"])
def test_a_list_is_whole_at_any_width(checkout: Checkout, columns: str) -> None:
    """One line a requirement, never cut and never broken: it goes into files and through grep."""
    environment = {**os.environ, "COLUMNS": columns}
    done = subprocess.run(
        [*COMMAND, "list"], cwd=checkout.root, env=environment, capture_output=True, timeout=60, check=False
    )
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 1 + 11 + 1
    assert any(line.split()[:3] == ["bulbs.break.answers-204", "breakBulb", "must"] for line in lines)
    assert "…" not in done.stdout.decode()


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str, **environ: str) -> str:
    """Return what reaches a stream of this encoding."""
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding=encoding))
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    for name in ("LANG", "LC_ALL", "LC_CTYPE"):
        monkeypatch.setenv(name, environ.get(name, ""))
    prepare_streams()
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
    monkeypatch.setenv("COLUMNS", columns)
    prepare_streams()
    assert ("COLUMNS" in os.environ) is kept
