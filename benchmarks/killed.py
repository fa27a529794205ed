# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Kills runs at random moments and counts on the server what `conformance clean` leaves.

``python benchmarks/killed.py [COUNT] [SEED]`` kills COUNT (200) quick runs with SIGKILL, each at a random
moment of the time that a whole run takes here, in turn on the emulator and on a server that was written apart
from it. Beside each tenth a second run judges the same server: it must end as if it had been alone. What was
left behind or disturbed is a line; the exit code is 1 where there was any.
"""

from __future__ import annotations

import argparse
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from conformance.emulator.serving import running
from tests.suite.run.cut_runs import Judged, emulated, independent
from tests.suite.run.runs import wait

BESIDE: Final = 10
"""One run in so many has a second one beside it."""


def whole(server: Judged, folder: Path) -> float:
    """Return the seconds that a whole run takes."""
    return server.place(folder, server.url).run().seconds


def killed(server: Judged, folder: Path, seconds: float, *, beside: bool) -> Iterator[str]:
    """Kill a run after so many seconds and clean up; return what is wrong afterwards."""
    before = server.count()
    home = server.place(folder / "killed", server.url)
    report, other_report = folder / "killed" / "report", folder / "other" / "report"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(report))
    other = None
    if beside:
        other_home = server.place(folder / "other", server.url)
        other = other_home.start("run", "--report-dir", str(other_report))
    time.sleep(seconds)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    cleaned = home.verb("clean", "--ledger", str(report)) if report.exists() else None
    if other is not None:
        ended = wait(other, other_report, started)
        if ended.code:
            yield f"the run beside it ended with {ended.code}: {ended.said.strip()[-300:]}"
    if cleaned is not None and cleaned.code:
        yield f"clean ended with {cleaned.code}: {cleaned.said.strip()}"
    after = server.count()
    if after != before:
        yield f"left { {key: after[key] - before[key] for key in after if after[key] != before[key]} }"


def main(count: int, seed: int) -> int:
    """Kill runs on both servers; return 1 where something was left or disturbed."""
    draw = random.Random(seed)  # noqa: S311 - no secret
    bad = 0
    with independent() as apart, running() as served, tempfile.TemporaryDirectory() as root:
        servers = {"independent server": apart, "emulator": emulated(served)}
        longest = {name: whole(server, Path(root) / name) for name, server in servers.items()}
        for number in range(count):
            name = list(servers)[number % len(servers)]
            moment = draw.uniform(0, longest[name])
            folder = Path(root) / str(number)
            for problem in killed(servers[name], folder, moment, beside=number % BESIDE == 0):
                bad += 1
                sys.stdout.write(f"{name}, killed after {moment:.2f} s: {problem}\n")
            sys.stdout.flush()
    sys.stdout.write(f"{count} runs killed, {bad} problems\n")
    return int(bad > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("count", type=int, nargs="?", default=200)
    parser.add_argument("seed", type=int, nargs="?", default=1)
    sys.exit(main(**vars(parser.parse_args())))
