"""The fixture that other projects get."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

from conformance.emulator.apis.operations import OPERATIONS
from conformance.emulator.kernel.lifecycle import create
from conformance.emulator.settings import Settings

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


def run_project(folder: Path, test: str) -> str:
    """Run pytest on a project of one test module as its owner would, and return the counts."""
    (folder / "test_sample.py").write_text(test)
    installed = entry_points(group="pytest11", name="itwin-emulator")
    plugin = [] if installed else ["-p", "conformance.emulator.fixture"]
    command = [sys.executable, "-m", "pytest", "-q", *plugin, "--rootdir", str(folder), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    found = re.findall(r"\d+ (?:passed|failed|error)", done.stdout)
    assert found, done.stdout + done.stderr
    return ", ".join(found)


def test_a_project_gets_an_emulator_that_begins_anew_for_each_test(tmp_path: Path) -> None:
    """Two tests that create the same number both pass, since each finds the world as it began."""
    assert run_project(tmp_path, SAMPLE) == "2 passed"


def test_the_sample_of_the_readme_is_a_project_that_passes(tmp_path: Path) -> None:
    """What a newcomer copies from the README works as it stands there."""
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    sample = readme.partition("## The emulator")[2].partition("```python\n")[2].partition("```")[0]
    assert len([line for line in sample.splitlines() if line]) <= 10
    assert run_project(tmp_path, sample) == "1 passed"


def test_the_plugin_costs_nothing_where_nobody_asks_for_an_emulator() -> None:
    """Every pytest of the environment imports it, and none of what the emulator is made of comes along."""
    program = "import sys, pytest, conformance.emulator.fixture as _; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    heavy = {"starlette", "uvicorn", "joserfc", "yaml", "conformance.emulator.serving"}
    assert heavy.isdisjoint(done.stdout.split())


def test_an_emulator_needs_no_server() -> None:
    """The world can be made and looked at without a socket."""
    emulator = create(Settings(), "http://127.0.0.1:1", OPERATIONS)
    assert len(emulator.services.state.users) == 10
