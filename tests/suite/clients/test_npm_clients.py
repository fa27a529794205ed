"""The platform's shipped npm clients, unmodified, against the emulator as a process of its own."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

pytestmark = [pytest.mark.node, pytest.mark.xdist_group("npm clients")]

FOLDER = Path(__file__).parents[2] / "clients"
FILES = sorted(path.name for path in FOLDER.glob("*.test.mjs"))

# What the clients have to meet of each operation that they offer: its success and every refusal.
MET = {
    "associateRealityData": {200, 401, 403, 404, 409, 422},
    "moveRealityData": {204, 401, 403, 404, 409, 422},
    "getITwinAccount": {200, 401, 404},
    "getPrimaryAccount": {200, 401},
    "createITwin": {201, 409, 422},
    "getITwin": {200, 403, 404},
    "updateITwin": {200, 403, 404, 409},
    "deleteITwin": {204, 403, 404},
    "listITwins": {200, 401, 422},
    "listFavoriteITwins": {200, 401},
    "listRecentITwins": {200, 401},
    "createRepository": {201, 403, 404, 409, 422},
    "listRepositories": {200, 404},
    "deleteRepository": {204, 404},
    "createRealityData": {201, 401, 403, 404, 422},
    "getRealityData": {200, 403, 404, 422},
    "listRealityData": {200, 401, 403},
    "updateRealityData": {200, 403, 404},
    "deleteRealityData": {204, 403, 404, 422},
    "listRealityDataITwins": {200, 403, 404},
    "dissociateRealityData": {204, 404},
    "getRealityDataReadAccess": {200, 403},
    "getRealityDataWriteAccess": {200},
}


@contextmanager
def emulator(folder: Path) -> Iterator[dict[str, str]]:
    """Run `conformance emulate` on a free port and yield what a test in Node.js gets to know of it."""
    targets = folder / "targets.toml"
    command = [sys.executable, "-m", "conformance", "emulate"]
    options = ["--port", "0", "--write-targets", str(targets), "--record", str(folder / "record.ndjson")]
    with subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url = process.stdout.readline().strip()
            assert url, "the emulator did not start"
            secrets = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines())
            fixtures = tomllib.loads(targets.read_text())["targets"]["emulator"]["fixtures"]
            ids = {f"EMULATOR_{name.upper()}": str(value) for name, value in fixtures.items()}
            yield {"EMULATOR_URL": url, **secrets, **ids}
        finally:
            process.terminate()
            process.wait(10)


def run_node(file: str, known: dict[str, str]) -> str:
    """Run one test file with Node's own runner and return its output."""
    # A proxy of the machine would be asked for the emulator too.
    inherited = {name: value for name, value in os.environ.items() if not name.lower().endswith("_proxy")}
    command = ["node", "--import", "./redirect.mjs", "--test", "--test-reporter=tap", file]
    done = subprocess.run(
        command,
        cwd=FOLDER,
        env={**inherited, **known},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    return done.stdout + done.stderr


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return what each test file printed, and under "record" what the emulator noted."""
    if not (FOLDER / "node_modules").is_dir():
        if "node" in os.environ.get("CONFORMANCE_REQUIRE", ""):
            pytest.fail(
                "CONFORMANCE_REQUIRE names node, and tests/clients has no node_modules: npm ci", pytrace=False
            )
        pytest.skip("tests/clients has no node_modules: run npm ci there")
    assert shutil.which("node")
    folder = tmp_path_factory.mktemp("emulator")
    with emulator(folder) as known:
        printed = {file: run_node(file, known) for file in FILES}
    return {**printed, "record": (folder / "record.ndjson").read_text()}


@pytest.mark.parametrize("file", FILES)
def test_the_clients_cannot_tell_the_emulator_from_the_service(told: dict[str, str], file: str) -> None:
    """Each of the client's own answers is what its documentation promises; none is skipped."""
    counts = {word: int(number) for word, number in re.findall(r"^# (\w+) (\d+)$", told[file], re.MULTILINE)}
    assert counts.get("pass", 0) == counts.get("tests", -1), told[file]
    assert counts["tests"] > 1


def test_the_clients_met_success_and_refusal_of_every_operation(told: dict[str, str]) -> None:
    """The emulator's own record says which status each operation was answered with."""
    met: dict[str, set[int]] = defaultdict(set)
    for line in told["record"].splitlines():
        exchange = json.loads(line)
        met[exchange["operation"]].add(exchange["status"])
    assert {name: wanted - met[name] for name, wanted in MET.items() if wanted - met[name]} == {}


def test_the_lock_names_no_registry() -> None:
    """Where packages are fetched from is each machine's own choice, so the lock holds hashes only."""
    lock = json.loads((FOLDER / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    assert [name for name, entry in packages.items() if "resolved" in entry] == []
    assert all(entry["integrity"].startswith("sha512-") for entry in packages.values())
