"""Run emulators that can be killed: each in a process of its own, with a state file."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

PROGRAM = """
import sys
from pathlib import Path
from conformance.emulator.serving import run
from conformance.emulator.settings import Settings
folder = Path(sys.argv[1])
run(Settings(state=folder / "state"), "127.0.0.1", 0, folder / "targets.toml")
"""


@contextmanager
def process(folder: Path) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run an emulator with a state file in a process of its own."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as running_process:
        assert running_process.stdout is not None
        try:
            yield running_process, running_process.stdout.readline().strip()
        finally:
            running_process.kill()


def token(folder: Path, role: str = "owner") -> str:
    """Get a token with the credentials of the targets file."""
    target = tomllib.loads((folder / "targets.toml").read_text())["targets"]["emulator"]
    secrets = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())
    prefix = f"EMULATOR_{role.upper()}"
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets[f"{prefix}_CLIENT_ID"],
        "client_secret": secrets[f"{prefix}_CLIENT_SECRET"],
    }
    return str(requests.post(target["token_url"], data=form, timeout=10).json()["access_token"])
