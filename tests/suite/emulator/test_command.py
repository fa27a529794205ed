"""Starting the emulator from a terminal."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

PROGRAM = "import typer; from conformance.cli.emulate import emulate; typer.run(emulate)"


def start(*options: str) -> subprocess.Popen[str]:
    """Start the command."""
    command = [sys.executable, "-c", PROGRAM, *options]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def finish(*options: str) -> tuple[int, str, str]:
    """Run the command to its end and return exit code, output and errors."""
    with start(*options) as command:
        output, errors = command.communicate(timeout=30)
    return command.returncode, output, errors


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_and_stops_when_told(tmp_path: Path, number: signal.Signals) -> None:
    """The first line is the base URL, there before the first request; a signal ends it with 0."""
    with start(
        "--write-targets", str(tmp_path / "targets.toml"), "--defect", "move-stores-nothing"
    ) as command:
        assert command.stdout is not None
        url = command.stdout.readline().strip()
        assert requests.get(f"{url}/itwins/x", timeout=10).status_code == 401
        assert url in (tmp_path / "targets.toml").read_text()
        command.send_signal(number)
        output, errors = command.communicate(timeout=10)
    assert (command.returncode, output, errors) == (0, "", "")


@pytest.mark.parametrize(
    "options",
    [
        ("--rate-limit", "often"),
        ("--defect", "nonsense"),
        ("--state", "/dev/null/state"),
        ("--seed-file", "/dev/null/seed"),
        ("--snapshot", "/dev/null/snapshot"),
        ("--record", "/dev/null/record"),
        ("--write-targets", "/dev/null/targets.toml"),
        ("--host", "256.0.0.1"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(options: tuple[str, str]) -> None:
    """The line says what is wrong."""
    code, output, errors = finish(*options)
    assert (code, output, len(errors.splitlines())) == (2, "", 1), errors
    assert errors.startswith("conformance emulate: ")


def test_a_port_in_use_is_one_line_and_exit_2() -> None:
    """The line names the port."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        code, _, errors = finish("--port", port)
    assert (code, len(errors.splitlines())) == (2, 1)
    assert port in errors


@pytest.mark.parametrize(("options", "start_of_output"), [((), "live  "), (("--json",), "[\n")])
def test_the_sources_are_listed(options: tuple[str, ...], start_of_output: str) -> None:
    """With --provenance every behaviour is listed, and nothing is served."""
    code, output, _ = finish("--provenance", *options)
    assert code == 0
    assert output.startswith(start_of_output)
