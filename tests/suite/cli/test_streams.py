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
    terminal.write("1 → 2, “lamp” … 灯 \ud800")
    terminal.seek(0)
    assert terminal.read() == '1 -> 2, "lamp" ... \\u706f \\ud800'


@pytest.mark.parametrize("columns", ["0", "-1", "x", "40", "80", "500"])
def test_a_list_is_whole_at_any_width(checkout: Checkout, columns: str) -> None:
    """One line a requirement, never cut and never broken: it goes into files and through grep."""
    environment = {**os.environ, "COLUMNS": columns}
    done = subprocess.run(
        [*COMMAND, "list"], cwd=checkout.root, env=environment, capture_output=True, timeout=60, check=False
    )
    lines = done.stdout.decode().splitlines()
    assert len(lines) == 1 + 11 + 1
    assert any(line.split()[:3] == ["lamps.break.answers-204", "breakLamp", "must"] for line in lines)
    assert "…" not in done.stdout.decode()
