# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Measures how fast the emulator answers get account and create resource, tokens checked; too slow, it fails.

Run it with ``python benchmarks/emulator.py``; it needs wrk on the PATH and two cores, one for the emulator
and one for wrk. Beside what arrived in a second it tells what one second of the emulator's own processor time
answered, since other work may take the cores away. The better of the two has to reach the limit.
"""

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

TOKENS: Final = 50
"""Tokens that are sent in turn, so that more than one signature is checked."""

SCRIPT: Final = """
local tokens = {{ {tokens} }}
local thread_number = 0
function setup(thread) thread:set("number", thread_number); thread_number = thread_number + 1 end
local sent = 0
function request()
  sent = sent + 1
  local token = tokens[sent % #tokens + 1]
  local headers = {{ ["Authorization"] = "Bearer " .. token, ["Content-Type"] = "application/json" }}
  local id = string.format("{mark}_%d_%d", number, sent)
  local body = "{method}" == "POST" and string.format('{{"id":"%s","displayName":"%s"}}', id, id) or nil
  return wrk.format("{method}", "{path}", headers, body)
end
"""


@dataclass(frozen=True)
class Case:
    """One operation, how many answers a second it owes, and whether its writes go to a file."""

    name: str
    method: str
    limit: int
    state: bool = False


CASES: Final = (
    Case("get account", "GET", 2500),
    Case("create resource", "POST", 1000),
    Case("create resource, --state", "POST", 1000, state=True),
)


@dataclass(frozen=True)
class World:
    """A running emulator with an iTwin and a repository."""

    url: str
    pid: int
    tokens: tuple[str, ...]
    itwin: str
    repository: str

    def path(self, method: str) -> str:
        """Return the path of the operation that is measured."""
        resources = f"/itwins/{self.itwin}/repositories/{self.repository}/resources"
        return resources if method == "POST" else f"/itwins/{self.itwin}/account"


def main() -> int:
    """Measure each case and return 1 if one of them is too slow."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--seconds", type=int, default=5, help="seconds for each case")
    parser.add_argument("--connections", type=int, default=16)
    options = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.stderr.write("benchmarks/emulator.py: there is no wrk on the PATH\n")
        return 2
    slow = 0
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder, started(Path(folder), state=case.state) as world:
            slow += not measured(case, world, Path(folder), options.seconds, options.connections)
    return int(slow > 0)


def measured(case: Case, world: World, folder: Path, seconds: int, connections: int) -> bool:
    """Send the case's requests for some seconds, tell what came back, and return whether that is enough."""
    script = folder / "requests.lua"
    tokens = ", ".join(f'"{each}"' for each in world.tokens)
    path = world.path(case.method)
    script.write_text(SCRIPT.format(tokens=tokens, method=case.method, path=path, mark="r"))
    before, began = processor(world.pid), time.perf_counter()
    command = ["wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--latency", "-s", str(script), world.url]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=seconds + 60).stdout  # noqa: S603 - our own script
    taken, spent = time.perf_counter() - began, processor(world.pid) - before
    answered = int(_number(r"(\d+) requests in", told))
    refused = int(_number(r"Non-2xx or 3xx responses: (\d+)", told)) if "Non-2xx" in told else 0
    each = answered / spent if spent else 0.0
    median = re.search(r"^\s+50%\s+(\S+)", told, re.MULTILINE)
    sys.stdout.write(
        f"{case.name:<26} {answered / taken:7.0f}/s  {each:7.0f} for a second of its processor  "
        f"median {median[1] if median else '?'}  refused {refused}  the limit is {case.limit}/s\n"
    )
    return refused == 0 and max(answered / taken, each) >= case.limit


def _number(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise RuntimeError(text)
    return found[1]


def processor(pid: int) -> float:
    """Return the processor seconds that a process has used, 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def started(folder: Path, *, state: bool) -> Iterator[World]:
    """Run an emulator as a user does, with something to read and to write in it."""
    targets = folder / "targets.toml"
    kept = ["--state", str(folder / "state")] if state else []
    command = [sys.executable, "-m", "conformance", "emulate", "--write-targets", str(targets), *kept]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own command
        try:
            url = (process.stdout.readline() if process.stdout else "").strip()
            yield _prepared(url, process.pid, targets)
        finally:
            process.terminate()


def _prepared(url: str, pid: int, targets: Path) -> World:
    token_url = tomllib.loads(targets.read_text())["targets"]["emulator"]["token_url"]
    secrets = dict(line.split("=", 1) for line in (targets.parent / ".env").read_text().splitlines())
    form = {"grant_type": "client_credentials", "scope": "itwin-platform"}
    form |= {each: secrets[f"EMULATOR_OWNER_{each.upper()}"] for each in ("client_id", "client_secret")}
    with requests.Session() as session:
        tokens = tuple(_posted(session, token_url, data=form)["access_token"] for _ in range(TOKENS))
        session.headers["Authorization"] = f"Bearer {tokens[0]}"
        body = {"class": "Thing", "subClass": "Asset", "displayName": "benchmark"}
        itwin = _posted(session, f"{url}/itwins/", json=body)["iTwin"]["id"]
        body = {
            "class": "GeographicInformationSystem",
            "subClass": "WebMapService",
            "uri": "https://example.com",
        }
        repository = _posted(session, f"{url}/itwins/{itwin}/repositories", json=body)["repository"]["id"]
    return World(url, pid, tokens, itwin, repository)


def _posted(session: requests.Session, url: str, **body: Any) -> Any:
    response = session.post(url, timeout=10, **body)
    response.raise_for_status()
    return response.json()


if __name__ == "__main__":
    sys.exit(main())
