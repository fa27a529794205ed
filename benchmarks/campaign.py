# ruff: noqa: INP001 - a script that is started by its path, and no package
"""How time and memory of a campaign grow: targets x APIs against emulators that take their time to answer.

    python benchmarks/campaign.py                                    # 2 x 2 and 4 x 2, with 1 and 2 workers
    python benchmarks/campaign.py --targets 200 --apis 30 --workers 8

Every target is a name of its own for one of the emulators, every API a selector of one operation: tasks,
gates, reports and joins are as many as with as many servers. Prints JSON.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import ExitStack, suppress
from pathlib import Path

from conformance.emulator.serving import Served, running

SELECTORS = ("getITwinAccount", "createRepositoryResource")
IDLE = "idle = 0\nconsistency_timeout = 0\n"
EVERY = 0.2
"""Seconds between two looks at the memory."""


def main() -> None:
    """Measure what the options ask for."""
    parser = argparse.ArgumentParser(description="How time and memory of a campaign grow.")
    parser.add_argument("--targets", type=int, nargs="+", default=[2, 4])
    parser.add_argument("--apis", type=int, default=2, help="tasks of each target")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--emulators", type=int, default=2)
    parser.add_argument("--latency", type=float, default=0.02, help="seconds")
    asked = parser.parse_args()
    rows = []
    for targets in asked.targets:
        for workers in asked.workers:
            row = measured(targets, asked.apis, workers, asked.emulators, asked.latency)
            rows.append(row)
            sys.stderr.write(f"{row}\n")
    sys.stdout.write(json.dumps(rows, indent=2) + "\n")


def measured(targets: int, apis: int, workers: int, emulators: int, latency: float) -> dict[str, float]:
    """Return seconds, tasks and the most megabytes of all processes of one campaign together."""
    with ExitStack() as stack, tempfile.TemporaryDirectory() as name:
        servers = [stack.enter_context(running(latency=latency)) for _ in range(min(emulators, targets))]
        write_targets(Path(name), servers, targets)
        # An API more is a seed more of the same operations: another task on the same target.
        seeds = [word for seed in range(1, -(-apis // len(SELECTORS)) + 1) for word in ("--seed", str(seed))]
        chosen = [word for each in SELECTORS[:apis] for word in ("--api", each)]
        started = time.monotonic()
        process = subprocess.Popen(  # noqa: S603 - the console script of this environment
            [sys.executable, "-m", "conformance", "campaign", "--local", str(workers), "--quiet", "--json",
             *chosen, *seeds],
            cwd=name, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        most = [0.0]
        threading.Thread(target=watch, args=(process, most), daemon=True).start()
        said = json.loads(process.communicate()[0])
        reports = len(said["targets"])
        if reports != targets or said["problems"]:
            raise SystemExit(f"{reports} of {targets} targets have a report: {said['problems'][:3]}")
        tasks = len(list(Path(name).glob("reports/campaigns/*/*/*")))
        seconds = time.monotonic() - started
        return {
            "targets": targets, "tasks": tasks, "workers": workers, "seconds": round(seconds, 1),
            "seconds_a_task": round(seconds / tasks, 2), "megabytes": round(most[0]),
        }  # fmt: skip


def write_targets(folder: Path, servers: list[Served], targets: int) -> None:
    """Write a targets file with so many names, which take turns at the servers."""
    text, secrets = "", ""
    for number in range(targets):
        served = servers[number % len(servers)].targets()
        own = f"E{number % len(servers)}_"
        toml = served.toml.replace("targets.emulator", f"targets.t{number:03}").replace("${", f"${{{own}")
        text += toml.replace("\nscope", f"\n{IDLE}scope", 1) + "\n"
        if number < len(servers):
            secrets += "".join(f"{own}{line}\n" for line in served.env.splitlines() if "=" in line)
    (folder / "targets.toml").write_text(text, encoding="utf-8")
    (folder / ".env").write_text(secrets, encoding="utf-8")


def watch(process: subprocess.Popen[str], most: list[float]) -> None:
    """Keep the most resident memory of a process and of all below it, where the system tells."""
    while process.poll() is None:
        most[0] = max(most[0], sum(map(resident, family(process.pid))))
        time.sleep(EVERY)


def family(pid: int) -> list[int]:
    """Return a process and all below it."""
    below: list[int] = []
    for file in Path(f"/proc/{pid}/task").glob("*/children"):
        with suppress(OSError):  # the thread is over
            below += map(int, file.read_text(encoding="ascii").split())
    return [pid, *(each for child in below for each in family(child))]


def resident(pid: int) -> float:
    """Return the megabytes that a process holds."""
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1])
    except (OSError, IndexError):
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    main()
