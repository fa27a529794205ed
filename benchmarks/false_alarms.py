# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Measures how often a right server is called wrong: ``python benchmarks/false_alarms.py [RUNS] [FIRST]``.

Judges RUNS (500) right servers with a whole quick run each, the first with seed FIRST (1): the emulator as it
is and with each of its legitimate variations, and around each in turn nothing, noise on the way, slow
responses, or somebody else who writes at the same time. Each violation, leak and harness error is one line;
a summary follows every tenth run. The exit code is 1 where there was one.

N judged requirements of which none was red mean, with 95 % confidence and for servers like these, a rate
below 3 / N: the rule of three.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import random
import sys
import tempfile
import threading
import time
import tomllib
import urllib.error
import urllib.request
import uuid
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from conformance.claims.requirements import load_claims
from conformance.emulator.catalogue import VARIATIONS
from conformance.emulator.serving import Served, running
from conformance.proof.cases import HEALTHY, PATIENCE
from conformance.proof.fault_proxy import Behaviour, ReceivedRequest, fault_proxy
from conformance.results.verdicts import VIOLATED, Outcome
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.targets.load import parse_target
from conformance.targets.variables import parse_env

AT_ONCE: Final = 3
"""Runs at the same time for each core: most of a run is waiting."""
SURROUNDINGS: Final = ("nothing", "noise", "slow", "others writing")
SERVERS: Final = (HEALTHY, *VARIATIONS)
JUDGED: Final = frozenset({Outcome.PASS, *VIOLATED})
STABLE: Final = "platform.reply.stable"
"""What noise that falls together on one operation does violate: it is what happened."""
EVERY: Final = 50
"""One request in so many is disturbed by noise."""
SLOWEST: Final = 0.08
"""Seconds by which a slow response is late, at most."""
IDLE: Final = 0.3
"""Seconds of the pause after which an operation is asked again."""
THROTTLED: Final = 429
FAILED: Final = 500
"""Some right servers fail now and then, and what failed has had no effect there."""
PAGE: Final = b"<html>no answer of the service</html>"


@dataclass(frozen=True, slots=True)
class Trial:
    """One right server to judge, and what is around it."""

    server: str
    around: str
    seed: int


@dataclass(frozen=True, slots=True)
class Ending:
    """What came of it: how many requirements were judged and how many could not be, and what is wrong."""

    trial: Trial
    judged: int
    unjudged: int
    problems: tuple[str, ...]


@dataclass
class Noise:
    """Disturbs one request in each fifty, drawn by a seed: a gateway's page, a reset, a lost response."""

    draw: random.Random
    due: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, received: ReceivedRequest) -> bool:
        """Answer one request."""
        with self.lock:
            place = received.number % EVERY
            if place == 1:
                self.due = self.draw.randrange(2, EVERY)
            kind = self.draw.randrange(5) if place == self.due else -1
        if kind == 0:
            return received.reset()
        if kind == 1:
            received.forward()
            return received.reset()
        if kind > 1:
            status = ("502 Bad Gateway", "503 Service Unavailable", "504 Gateway Time-out")[kind - 2]
            head = f"HTTP/1.1 {status}\r\nContent-Type: text/html\r\nContent-Length: {len(PAGE)}\r\n\r\n"
            received.sock.sendall(head.encode() + PAGE)
            return True
        return received.hand_on()


def slowly(received: ReceivedRequest) -> bool:
    """Answer some responses late."""
    time.sleep(SLOWEST * (received.number % 7 == 0) + SLOWEST / 8)
    return received.hand_on()


@contextmanager
def others_writing(served: Served) -> Iterator[None]:
    """Let somebody of the same organization create and delete all the time; nothing of it is left."""
    over = threading.Event()

    def call(method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        headers = {"Authorization": f"Bearer {served.token()}", "Content-Type": "application/json"}
        content = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{served.base_url}{path}", content, headers, method=method)  # noqa: S310 - the emulator's own address
        try:
            with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - as above
                return json.load(response) if response.status in (200, 201) else None
        except urllib.error.HTTPError as refused:
            if refused.code != THROTTLED and refused.code < FAILED:
                raise
            over.wait(float(refused.headers.get("Retry-After", "1")))
            return call(method, path, body)

    def write() -> None:
        while not over.wait(0.05):
            name = f"other-{uuid.uuid4()}"
            itwin = {"class": "Endeavor", "subClass": "Project", "displayName": name, "number": name}
            made = call("POST", "/itwins/", itwin)["iTwin"]["id"]
            data = {"iTwinId": made, "displayName": name, "type": "OPC", "classification": "Terrain"}
            held = call("POST", "/reality-management/reality-data/", data)["realityData"]["id"]
            call("GET", f"/itwins/{made}/account")
            call("DELETE", f"/reality-management/reality-data/{held}")
            call("DELETE", f"/itwins/{made}")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        yield
    finally:
        over.set()
        writer.join()


def trials(runs: int, first: int) -> Iterator[Trial]:
    """Yield the servers to judge: every pair of server and surroundings comes before one comes again."""
    for number in range(first - 1, first - 1 + runs):
        turn, server = divmod(number, len(SERVERS))
        around = SURROUNDINGS[(server + turn) % len(SURROUNDINGS)]
        yield Trial(SERVERS[server], around, number + 1)


def held(served: Served) -> Any:
    """Return how many things of each kind the emulator holds."""
    with urllib.request.urlopen(f"{served.base_url}/_emulator/state", timeout=60) as response:  # noqa: S310 - the emulator's own address
        return json.load(response)


def judge(trial: Trial) -> Ending:
    """Judge one right server with a whole quick run."""
    catalogue = load_claims()
    variation = VARIATIONS.get(trial.server)
    patience = max(PATIENCE, variation.patience if variation else 0)
    behave: dict[str, Behaviour] = {"noise": Noise(random.Random(trial.seed)), "slow": slowly}  # noqa: S311 - no secret
    with running([variation] if variation else []) as served:
        texts = served.targets()
        target = parse_target(
            tomllib.loads(texts.toml), "emulator", parse_env(texts.env, "the emulator"), "the emulator"
        )
        before = held(served)
        with (
            tempfile.TemporaryDirectory() as folder,
            fault_proxy(served.base_url, behave.get(trial.around, ReceivedRequest.hand_on)) as proxy,
        ):
            changes = {"consistency_timeout": patience, "idle": IDLE}
            through = {"base_url": proxy.url} if trial.around in behave else {}
            hasty = target.model_copy(update={**changes, **through})
            run = new_run(Options(report_dir=Path(folder), seed=trial.seed), hasty, catalogue)
            if trial.around == "others writing":
                with others_writing(served):
                    report = run_scenarios(run, formats=False)
            else:
                report = run_scenarios(run, formats=False)
            proxy.wait_until_idle()
        problems = [
            f"{each.requirement}@{each.operation}: {each.actual}"
            for each in report.verdicts
            if each.outcome in VIOLATED and not (trial.around == "noise" and each.requirement == STABLE)
        ]
        problems += [f"harness error: {each}" for each in report.harness_errors]
        problems += [f"leak: {each.what} {each.error}" for each in report.leaks]
        if (after := held(served)) != before:
            problems.append(f"left behind: {before} before, {after} after")
    outcomes = Counter(each.outcome for each in report.verdicts)
    judged = sum(outcomes[each] for each in JUDGED)
    return Ending(trial, judged, outcomes[Outcome.CANNOT_JUDGE], tuple(problems))


def summary(endings: Sequence[Ending]) -> str:
    """Return the sentence that says what was measured."""
    judged = sum(each.judged for each in endings)
    bad = sum(bool(each.problems) for each in endings)
    unjudged = sum(each.unjudged for each in endings)
    bound = f"; below 1 in {judged // 3:,} with 95 % confidence" if judged and not bad else ""
    return (
        f"{len(endings)} whole runs, {judged:,} judged requirements, {unjudged} not judged, "
        f"{bad} runs with something wrong{bound}\n"
    )


def main(runs: int, first: int) -> int:
    """Judge right servers; return 1 where one was called wrong."""
    endings: list[Ending] = []
    spawn = multiprocessing.get_context("spawn")
    with spawn.Pool(AT_ONCE * (os.cpu_count() or 1), maxtasksperchild=20) as pool:
        for ending in pool.imap(judge, trials(runs, first)):
            endings.append(ending)
            for problem in ending.problems:
                sys.stdout.write(f"{ending.trial}: {problem}\n")
            if len(endings) % 10 == 0 or len(endings) == runs:
                sys.stdout.write(summary(endings))
            sys.stdout.flush()
    return int(any(each.problems for each in endings))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("runs", type=int, nargs="?", default=500)
    parser.add_argument("first", type=int, nargs="?", default=1)
    sys.exit(main(**vars(parser.parse_args())))
