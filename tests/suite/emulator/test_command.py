"""Starting the emulator from a terminal."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import tomllib
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
        ("--public-url", "localhost:8080"),
        ("--public-url", "http://localhost:eighty"),
        ("--public-url", "http://localhost/?x=1"),
    ],
)
def test_what_cannot_be_done_is_one_line_and_exit_2(options: tuple[str, str]) -> None:
    """The line says what is wrong."""
    code, output, errors = finish(*options)
    assert (code, output, len(errors.splitlines())) == (2, "", 1), errors
    assert errors.startswith("conformance emulate: ")


def test_behind_a_mapped_port_every_address_is_the_public_one(tmp_path: Path) -> None:
    """Discovery, targets file, links and the issuer of tokens name it, and such tokens are taken."""
    public, targets = "https://emulator.example:8443/platform", tmp_path / "targets.toml"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    with start("--public-url", f"{public}/", "--port", port, "--write-targets", str(targets)) as command:
        assert command.stdout is not None
        assert command.stdout.readline().strip() == public
        found = tomllib.loads(targets.read_text())["targets"]["emulator"]
        secrets = dict(line.split("=", 1) for line in (tmp_path / ".env").read_text().splitlines())
        url = f"http://127.0.0.1:{port}"
        form = {
            "grant_type": "client_credentials",
            "client_id": secrets["EMULATOR_OWNER_CLIENT_ID"],
            "client_secret": secrets["EMULATOR_OWNER_CLIENT_SECRET"],
        }
        discovery = requests.get(f"{url}/.well-known/openid-configuration", timeout=10).json()
        token = requests.post(f"{url}/connect/token", data=form, timeout=10).json()["access_token"]
        response = requests.get(f"{url}/itwins/", headers={"Authorization": f"Bearer {token}"}, timeout=10)
        command.terminate()
        command.communicate(timeout=10)
    assert (found["base_url"], found["token_url"]) == (public, f"{public}/connect/token")
    assert (discovery["issuer"], discovery["token_endpoint"]) == (public, f"{public}/connect/token")
    assert response.status_code == 200
    assert response.json()["_links"]["self"]["href"].startswith(f"{public}/itwins/?")


def test_the_container_starts_an_emulator_that_a_mapped_port_reaches(tmp_path: Path) -> None:
    """What the container file starts is the command with options that it has."""
    lines = (Path(__file__).parents[3] / "Containerfile").read_text().splitlines()
    stage = lines[lines.index("FROM installed AS emulator") :]
    entry, default = (
        json.loads(next(line for line in stage if line.startswith(word)).removeprefix(word))
        for word in ("ENTRYPOINT ", "CMD ")
    )
    assert entry[:2] == ["conformance", "emulate"]
    assert entry[4:6] == ["--port", "8080"]
    assert "EXPOSE 8080" in stage
    options = [word.replace("/data", str(tmp_path)) for word in (*entry[6:], *default)]
    with start(*options) as command:
        assert command.stdout is not None
        assert command.stdout.readline().strip() == "http://localhost:8080"
        command.terminate()
        assert command.wait(10) == 0
    assert "http://localhost:8080" in (tmp_path / "targets.toml").read_text()


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
