# ruff: noqa: INP001, E402 - a script that is started by its path, and no package
"""Runs ``st run`` (schemathesis' own command) and this suite on the same emulators, side by side.

``python benchmarks/peers.py`` takes a sample of the defects and of the legitimate variations; ``--every 1``
takes all of them, ``--only NAME`` names some. ``st run`` is tuned as its documentation advises: a good token,
the real ids of things that are there, and the statuses that count as accepted and as refused. It prints what
was caught, false alarms, requests and seconds.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import requests

ROOT: Final = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from conformance.claims.requirements import load_claims
from conformance.cli.defects import known_cases
from conformance.emulator.serving import Served, running
from conformance.proof.cases import Case
from conformance.proof.classify import classify as weigh
from conformance.proof.execute import execute

SPECS: Final = ("itwins", "reality-management")
SEED: Final = 1
LONGEST: Final = 180
CONFIG: Final = """
base-url = "{base}"
headers = {{ Authorization = "Bearer ${{PEER_TOKEN}}" }}
seed = {seed}

[parameters]
"path.iTwinId" = "{itwin}"
"path.repositoryId" = "{repository}"
"path.realityDataId" = "{data}"

[phases.coverage]
unexpected-methods = []

[checks]
positive_data_acceptance.expected-statuses = [200, 201, 204, 404, 409, 422]
negative_data_rejection.expected-statuses = [400, 401, 404, 405, 422]
missing_required_header.enabled = false
unsupported_method.enabled = false
"""


@dataclass(frozen=True)
class Result:
    """What one tool said of one emulator."""

    red: bool
    requests: int
    seconds: float


def main() -> int:
    """Judge the sample with both tools and print the comparison."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--every", type=int, default=12, help="take every N-th defect and variation")
    parser.add_argument("--only", action="append", default=[], help="take these names instead; repeatable")
    parser.add_argument("--workers", type=int, default=2)
    options = parser.parse_args()
    cases = _sample(options.every, options.only)
    ours = _suite(cases, options.workers)
    theirs = {case.name: schemathesis(case) for case in cases}
    for case in cases:
        marks = [_mark(case, found[case.name]) for found in (ours, theirs)]
        sys.stdout.write(f"{case.kind:9} {case.name:55} suite: {marks[0]:12} st run: {marks[1]}\n")
    sys.stdout.write(f"\n{'':12}{'caught':>12}{'false alarms':>14}{'requests':>16}{'seconds':>14}\n")
    for name, found in (("suite", ours), ("st run", theirs)):
        sys.stdout.write(_line(name, cases, found))
    return 0


def _sample(every: int, names: list[str]) -> list[Case]:
    cases = known_cases(load_claims())
    if names:
        return [case for case in cases if case.name in names]
    kinds = ("healthy", "variation", "defect")
    alone = [case for case in cases if not case.concurrent]
    return [case for kind in kinds for case in [c for c in alone if c.kind == kind][::every]]


def _mark(case: Case, result: Result) -> str:
    if case.kind == "defect":
        return "caught" if result.red else "missed"
    return "FALSE ALARM" if result.red else "quiet"


def _line(name: str, cases: list[Case], found: dict[str, Result]) -> str:
    defects = [found[case.name] for case in cases if case.kind == "defect"]
    right = [found[case.name] for case in cases if case.kind != "defect"]
    caught, alarms = sum(each.red for each in defects), sum(each.red for each in right)
    sent = sorted(each.requests for each in found.values())
    seconds = sum(each.seconds for each in found.values()) / len(found)
    numbers = f"{caught} of {len(defects)}", f"{alarms} of {len(right)}", f"{sent[0]}-{sent[-1]}"
    return f"{name:12}{numbers[0]:>12}{numbers[1]:>14}{numbers[2]:>16}{seconds:>8.1f} a run\n"


def _suite(cases: list[Case], workers: int) -> dict[str, Result]:
    by_name = {case.name: case for case in cases}
    found = {}
    for outcome in execute(cases, load_claims(), workers=workers, seed=SEED):
        row = weigh(by_name[outcome.name], outcome)
        red = bool(row.caught) if row.case.kind == "defect" else bool(outcome.red)
        found[outcome.name] = Result(red, outcome.requests, outcome.seconds)
    return found


def schemathesis(case: Case, *options: str) -> Result:
    """Run `st run` with these options on both definitions, until one of the two is red."""
    faults = [] if case.kind == "healthy" else [case.name]
    with running(faults) as served, tempfile.TemporaryDirectory() as place:
        config = Path(place) / "schemathesis.toml"
        config.write_text(CONFIG.format(base=served.base_url, seed=SEED, **things(served)), encoding="utf-8")
        sent: list[object] = []
        served.emulator.record = sent.append
        started = time.monotonic()
        red = any(_run(config, spec, served.token(), *options) == 1 for spec in SPECS)
        return Result(red, len(sent), time.monotonic() - started)


def _run(config: Path, spec: str, token: str, *options: str) -> int:
    command = [str(Path(sys.executable).parent / "st"), "--config-file", str(config), "run", "--no-color"]
    done = subprocess.run(  # noqa: S603 - our own virtual environment's command
        [*command, *options, str(ROOT / "specs" / spec / "openapi.yaml")],
        capture_output=True,
        check=False,
        cwd=config.parent,
        env={**os.environ, "PEER_TOKEN": token},
        text=True,
        timeout=LONGEST,
    )
    if done.returncode not in {0, 1}:
        raise SystemExit(f"st run could not start: {done.stdout[-800:]}{done.stderr[-800:]}")
    return done.returncode


def things(served: Served) -> dict[str, str]:
    """Make an iTwin, a repository and reality data, and return their ids."""
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {served.token()}"

    def make(path: str, member: str, body: dict[str, str]) -> str:
        response = session.post(f"{served.base_url}{path}", json=body, timeout=30)
        if response.status_code != requests.codes.created:
            response = session.post(f"{served.base_url}{path}", json=body, timeout=30)
        return str(response.json()[member]["id"])

    itwin = make("/itwins/", "iTwin", {"class": "Endeavor", "subClass": "Project", "displayName": "Peer"})
    layers = {
        "class": "GeographicInformationSystem",
        "subClass": "WebMapService",
        "uri": "https://example.com",
    }
    return {
        "itwin": itwin,
        "repository": make(f"/itwins/{itwin}/repositories", "repository", layers),
        "data": make(
            "/reality-management/reality-data",
            "realityData",
            {"iTwinId": itwin, "displayName": "Peer", "type": "OPC"},
        ),
    }


if __name__ == "__main__":
    sys.exit(main())
