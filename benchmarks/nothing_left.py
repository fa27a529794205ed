# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Cuts a run at every twentieth request, stopped and killed, and counts on the server what is left.

``python benchmarks/nothing_left.py [STEP]`` prints a line for each cut that left something, and a summary;
the exit code is 1 where one did. The servers are the emulator and one that was written apart from it.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from conformance.emulator.serving import running
from tests.suite.run.cut_runs import Judged, cut, emulated, independent

KINDS = {"stopped": signal.SIGTERM, "killed": signal.SIGKILL}


def cut_everywhere(name: str, server: Judged, numbers: range) -> int:
    """Cut a run at each of these requests in both ways; return how many cuts left something."""
    bad = 0
    for number in numbers:
        for how, kind in KINDS.items():
            before = server.count()
            with tempfile.TemporaryDirectory() as folder:
                _, cleaned = cut(server, Path(folder), number, kind)
            after = server.count()
            if after != before or cleaned.code:
                bad += 1
                left = {key: after[key] - before[key] for key in after if after[key] != before[key]}
                sys.stdout.write(f"{name}, {how} at {number}: left {left}; {cleaned.said.strip()}\n")
    return bad


def main(step: int, last: int) -> int:
    """Cut runs on both servers; return 1 where something was left."""
    numbers = range(step, last + 1, step)
    with independent() as server:
        bad = cut_everywhere("independent server", server, numbers)
    with running() as served:
        bad += cut_everywhere("emulator", emulated(served), numbers)
    sys.stdout.write(f"{2 * len(KINDS) * len(numbers)} cuts, {bad} left something\n")
    return int(bad > 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("step", type=int, nargs="?", default=20)
    parser.add_argument("last", type=int, nargs="?", default=480)
    sys.exit(main(**vars(parser.parse_args())))
