# ruff: noqa: INP001, E402 - a script that is started by its path, and no package
"""What a run costs, as ratios of things that are measured side by side in one run.

    python benchmarks/figures.py                                   # everything, about half an hour
    python benchmarks/figures.py --only loop --only cases --rounds 5
    python benchmarks/figures.py --page docs/figures.md --json figures.json

Each measure takes its sides in turn, `--rounds` times, and reports the median of each; the emulator or server
is a process of its own whose processor time is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any, Final

HERE: Final = Path(__file__).resolve().parent
SPECS: Final = HERE.parent / "specs"
sys.path.insert(0, str(HERE))

import peers
import requests

from conformance.emulator.serving import running

SUITE: Final = (sys.executable, "-m", "conformance")
ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
JUDGED: Final = {0, 1, 3}
MEGABYTE: Final = 1024
Row = dict[str, Any]


@dataclass(frozen=True)
class Spent:
    """Seconds by the clock, seconds of processor, most megabytes."""

    clock: float
    processor: float
    memory: float


def spend(*command: str, folder: Path, codes: set[int] = JUDGED, **variables: str) -> Spent:
    """Run a command in a folder and return what it cost, with its own children."""
    began = time.monotonic()
    with (folder / "said.txt").open("w", encoding="utf-8") as said:
        process = subprocess.Popen(  # noqa: S603 - our own commands
            command, cwd=folder, stdout=said, stderr=said, env={**os.environ, **variables}
        )
        _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in codes:
        raise SystemExit(f"{' '.join(command)}: {(folder / 'said.txt').read_text(encoding='utf-8')[-2000:]}")
    return Spent(time.monotonic() - began, used.ru_utime + used.ru_stime, used.ru_maxrss / MEGABYTE)


@contextmanager
def started(*command: str) -> Iterator[str]:
    """Run a server while the block lasts, and yield the address that it prints first."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 - our own servers
        try:
            yield process.stdout.readline().strip() if process.stdout else ""
        finally:
            process.terminate()


@contextmanager
def emulator(folder: Path, *options: str) -> Iterator[str]:
    """Serve the emulator, and write its targets file into the folder."""
    words = (*SUITE, "emulate", "--port", "0", "--write-targets", str(folder / "targets.toml"), *options)
    with started(*words) as address:
        yield address


@contextmanager
def boards(folder: Path, kinds: int) -> Iterator[str]:
    """Serve boards of so many kinds, with their definition and a targets file in the folder."""
    definition = folder / "boards.json"
    with started(sys.executable, str(HERE / "boards.py"), str(kinds), str(definition)) as address:
        text = f'[targets.boards]\nbase_url = "{address}"\nwrites = "free"\n'
        (folder / "targets.toml").write_text(text, encoding="utf-8")
        spend(*SUITE, "add", str(definition), "--name", "boards", folder=folder, codes={0})
        yield address


def run(folder: Path, target: str = "emulator", *options: str) -> Spent:
    """Judge a target into the folder `run`, in place of what was there."""
    shutil.rmtree(folder / "run", ignore_errors=True)
    return spend(*SUITE, "run", "--target", target, "--report-dir", "run", "-q", *options, folder=folder)


def lines(file: Path) -> list[Row]:
    """Return the documents of a file of JSON lines."""
    return [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]


def loop(folder: Path) -> list[Row]:
    """Compare a whole quick run with its own requests in a bare loop."""
    with emulator(folder) as address:
        whole = run(folder)
        sent = folder / "run/exchanges.ndjson"
        owner = token(folder, address)
        bare = spend(sys.executable, str(HERE / "loop.py"), str(sent), address, owner, folder=folder)
        return [{"of": "quick run", "requests": len(lines(sent)), **shown(whole)},
                {"of": "its requests in a loop", "requests": len(lines(sent)), **shown(bare)}]  # fmt: skip


def cases(folder: Path) -> list[Row]:
    """Compare the different judged requests a second of one core: of two profiles, and of `st run`."""
    rows = []
    for profile in ("quick", "nightly"):
        with emulator(folder):
            cost = run(folder, "emulator", "--profile", profile)
        judged = {
            (x["request"]["method"], ID.sub("…", re.sub(r"^\w+://[^/]*", "", x["request"]["url"])), x["role"],
             ID.sub("…", x["request"]["body"] or ""))
            for x in lines(folder / "run/exchanges.ndjson") if x["purpose"] == "judged"
        }  # fmt: skip
        rows.append({"of": f"{profile} run", "cases": len(judged), **shown(cost)})
    with running() as served:
        sent: set[tuple[str, ...]] = set()
        served.emulator.record = lambda x: sent.add(
            (x["method"], ID.sub("…", x["path"]), x["client"], ID.sub("…", json.dumps(x["body"])))
        )
        config = folder / "schemathesis.toml"
        things = peers.things(served)
        sent.clear()
        config.write_text(peers.CONFIG.format(base=served.base_url, seed=1, **things), encoding="utf-8")
        command = (str(Path(sys.executable).parent / "st"), "--config-file", str(config), "run", "--no-color")
        costs = [
            spend(*command, str(SPECS / each / "openapi.yaml"), folder=folder, PEER_TOKEN=served.token())
            for each in peers.SPECS
        ]
    both = Spent(sum(c.clock for c in costs), sum(c.processor for c in costs), max(c.memory for c in costs))
    rows.append({"of": "st run", "cases": len(sent), **shown(both)})
    return [{**row, "cases a second": round(row["cases"] / row["processor"], 1)} for row in rows]


def workers(folder: Path) -> list[Row]:
    """Judge a server that takes 20 ms to answer, by night, with one and with two processes."""
    rows = []
    for number in (1, 2):
        with emulator(folder, "--latency", "0.02"):
            cost = run(folder, "emulator", "--profile", "nightly", "--seed", "1", "--workers", str(number))
        rows.append({"of": f"{number} workers", **shown(cost)})
    return rows


def operations(folder: Path) -> list[Row]:
    """Judge added APIs of 4, 40 and 400 operations."""
    rows = []
    for kinds in (1, 10, 100):
        with boards(folder, kinds):
            cost = run(folder, "boards", "--only", "boards")
        sent = len(lines(folder / "run/exchanges.ndjson"))
        shutil.rmtree(folder / "specs")
        rows.append({"of": f"{4 * kinds} operations", "requests": sent, **shown(cost)})
    return rows


def memory(folder: Path) -> list[Row]:
    """Judge APIs of 32 and 1,640 operations by night, and open the reports in a browser."""
    rows = []
    for kinds in (8, 410):
        with boards(folder, kinds):
            cost = run(folder, "boards", "--only", "boards", "--profile", "nightly")
        sent = len(lines(folder / "run/exchanges.ndjson"))
        shutil.rmtree(folder / "specs")
        rows.append({"of": f"{4 * kinds} operations", "requests": sent, **shown(cost)})
        report = folder / "run/report.html"
        rows[-1]["report megabytes"] = round(report.stat().st_size / 1e6, 1)
        if browser := shutil.which("chromium") or shutil.which("google-chrome"):
            words = (browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={folder}/b")
            shown_in = spend(*words, "--dump-dom", report.as_uri(), folder=folder, codes={0})
            empty = spend(*words, "--dump-dom", "about:blank", folder=folder, codes={0})
            rows[-1]["browser seconds"] = round(shown_in.clock - empty.clock, 2)
    return rows


def exchanges(folder: Path) -> list[Row]:
    """Send 1,000 and 50,000 different requests of one operation within one run, and write its report."""
    rows = []
    for number in (1_000, 50_000):
        cost = spend(sys.executable, str(HERE / "sends.py"), str(number), folder=folder, codes={0})
        rows.append({"of": f"{number} requests", **shown(cost)})
    return rows


def merge(folder: Path) -> list[Row]:
    """Join 2, 8 and 64 shards of one quick run."""
    rows = []
    for count in (2, 8, 64):
        with emulator(folder):
            for number in range(1, count + 1):
                run(folder, "emulator", "--seed", "1", "--shard", f"{number}/{count}")
                (folder / "run").rename(folder / f"shard{count}-{number}")
        shards = [f"shard{count}-{number}" for number in range(1, count + 1)]
        cost = spend(*SUITE, "merge", *shards, "--report-dir", f"merged{count}", folder=folder)
        rows.append({"of": f"{count} shards", **shown(cost)})
    return rows


MEASURES: Final[Mapping[str, tuple[Callable[[Path], list[Row]], bool]]] = {
    "loop": (loop, True),
    "cases": (cases, True),
    "workers": (workers, True),
    "operations": (operations, True),
    "exchanges": (exchanges, False),
    "memory": (memory, False),
    "merge": (merge, False),
}
"""Each with whether it is worth more than one round."""


def token(folder: Path, address: str) -> str:
    """Return a token of the owner of an emulator, with the credentials beside its targets file."""
    env = (folder / ".env").read_text(encoding="utf-8").splitlines()
    secrets = dict(line.split("=", 1) for line in env if "=" in line)
    form = {
        "grant_type": "client_credentials",
        "client_id": secrets["EMULATOR_OWNER_CLIENT_ID"].strip('"'),
        "client_secret": secrets["EMULATOR_OWNER_CLIENT_SECRET"].strip('"'),
        "scope": "itwin-platform",
    }
    return str(requests.post(f"{address}/connect/token", form, timeout=30).json()["access_token"])


def shown(cost: Spent) -> Row:
    """Return what was spent as a row says it."""
    return {
        "clock": round(cost.clock, 2),
        "processor": round(cost.processor, 2),
        "megabytes": round(cost.memory),
    }


def middle(rounds: list[list[Row]]) -> list[Row]:
    """Return the medians of several rounds, with how often the last row's processor time each takes."""
    rows = [
        {
            key: first[key] if isinstance(first[key], str) else median(row[key] for row in same)
            for key in first
        }
        for same in zip(*rounds, strict=True)
        for first in same[:1]
    ]
    for row in rows:
        row["times the last"] = round(row["processor"] / max(rows[-1]["processor"], 0.01), 2)
    return rows


def page(found: Mapping[str, list[Row]]) -> str:
    """Return the figures as a page."""
    text = [
        "# Figures",
        "",
        "Written by `python benchmarks/figures.py --page FILE`: medians, in one run, of sides that were",
    ]
    text += ["measured in turn. Seconds and megabytes; look at the ratios, for machines differ.", ""]
    for name, rows in found.items():
        heads = list(rows[0])
        text += [f"## {name}", "", str(MEASURES[name][0].__doc__), ""]
        text += ["| " + " | ".join(heads) + " |", "|---" + "|---:" * (len(heads) - 1) + "|"]
        text += ["| " + " | ".join(str(row[head]) for head in heads) + " |" for row in rows]
        text.append("")
    return "\n".join(text)


def main() -> int:
    """Measure, print JSON, and write the page."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", action="append", choices=list(MEASURES), help="this measure; repeatable")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, help="write the figures here too")
    parser.add_argument("--page", type=Path, help="write them as Markdown here")
    asked = parser.parse_args()
    found: dict[str, list[Row]] = {}
    for name in asked.only or MEASURES:
        measure, is_short = MEASURES[name]
        rounds = []
        for _ in range(asked.rounds if is_short else 1):
            with tempfile.TemporaryDirectory() as folder:
                rounds.append(measure(Path(folder)))
        found[name] = middle(rounds)
        sys.stderr.write(f"{name}: {json.dumps(found[name])}\n")
    text = json.dumps(found, indent=2) + "\n"
    sys.stdout.write(text)
    if asked.json:
        asked.json.write_text(text, encoding="utf-8")
    if asked.page:
        asked.page.write_text(page(found), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
