"""The fixture that other projects get."""

from __future__ import annotations

import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from conformance.emulator.instance import Emulator
from conformance.emulator.settings import Settings
from conformance.emulator.world import create

SAMPLE = """
import requests


def ask(emulator, method, path, **options):
    headers = {"Authorization": f"Bearer {emulator.token()}"}
    return requests.request(method, emulator.base_url + path, headers=headers, timeout=10, **options)


def test_one(itwin_emulator):
    body = {"class": "Thing", "subClass": "Asset", "displayName": "Mine", "number": "1"}
    assert ask(itwin_emulator, "POST", "/itwins", json=body).status_code == 201


def test_two(itwin_emulator):
    test_one(itwin_emulator)
"""


def test_a_project_gets_an_emulator_that_begins_anew_for_each_test(tmp_path: Path) -> None:
    """Two tests that create the same number both pass, since each finds the world as it began."""
    (tmp_path / "test_sample.py").write_text(SAMPLE)
    installed = entry_points(group="pytest11", name="itwin-emulator")
    plugin = [] if installed else ["-p", "conformance.emulator.fixture"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, "--rootdir", str(tmp_path), str(tmp_path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert "2 passed" in done.stdout, done.stdout + done.stderr


def test_an_emulator_needs_no_server() -> None:
    """The world can be made and looked at without a socket."""
    emulator = create(Settings(), "http://127.0.0.1:1")
    assert isinstance(emulator, Emulator)
    assert len(emulator.state.users) == 10
