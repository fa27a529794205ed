"""Whole runs as processes: their targets files, how they end, what they leave behind, what they cost."""

from __future__ import annotations

import json
import re
import signal
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from conformance.emulator.serving import Served
from tests.suite.forking import Process, start

ACCOUNT: Final = ("--only", "getITwinAccount")
QUICK_LIMITS: Final = (
    "connect_timeout = 2\nread_timeout = 1\ntotal_timeout = 2\nconsistency_timeout = 0\nidle = 0\n"
)
LONGEST: Final = 600.0
"""Seconds after which a run that does not end is killed; no machine is that slow."""


@dataclass(frozen=True)
class Ended:
    """A process that is over: its exit code, what it said, the most memory it held, and its report."""

    code: int
    said: str
    megabytes: float
    seconds: float
    folder: Path

    @property
    def document(self) -> dict[str, Any]:
        """Return the run's document."""
        read: dict[str, Any] = json.loads((self.folder / "run.json").read_text(encoding="utf-8"))
        return read

    def verdicts(self, *kinds: str) -> list[dict[str, Any]]:
        """Return the verdicts of these kinds."""
        return [v for v in self.document["verdicts"] if v["verdict"] in kinds]

    def reasons(self) -> str:
        """Return every reason of the report, for a search."""
        return "\n".join(v["reason"] for v in self.document["verdicts"])

    def artifacts(self) -> dict[str, bytes]:
        """Return every file of the report, and the terminal."""
        files = {
            str(f.relative_to(self.folder)): f.read_bytes() for f in self.folder.rglob("*") if f.is_file()
        }
        return files | {"terminal": self.said.encode()}


@dataclass(frozen=True)
class Place:
    """A folder with a targets file and the secrets that it names."""

    folder: Path
    name: str = "emulator"

    def start(self, verb: str, *arguments: str) -> Process:
        """Start a verb of the command line on the target."""
        words = ["conformance", verb, "--target", self.name, "--targets", str(self.folder / "targets.toml")]
        return start([*words, *arguments], self.folder)

    def run(self, *arguments: str, report: str = "report") -> Ended:
        """Run and wait for the end."""
        started = time.monotonic()
        folder = self.folder / report
        return wait(self.start("run", "--report-dir", str(folder), *arguments), folder, started)

    def verb(self, verb: str, *arguments: str) -> Ended:
        """Call another verb and wait for the end."""
        return wait(self.start(verb, *arguments), self.folder, time.monotonic())


def wait(process: Process, folder: Path, started: float) -> Ended:
    """Wait for the end of a process and reckon what it cost; one that takes too long is killed."""
    timer = threading.Timer(LONGEST, process.kill)
    timer.start()
    most = [0.0]
    watcher = threading.Thread(target=_watch, args=(process, most), daemon=True)
    watcher.start()
    said = process.communicate()[0].decode("utf-8", errors="replace")
    timer.cancel()
    return Ended(process.wait(), said, most[0], time.monotonic() - started, folder)


def _watch(process: Process, most: list[float]) -> None:
    """Keep the most memory that a process held at once, where the system tells."""
    status = Path(f"/proc/{process.pid}/status")
    while process.poll() is None:
        with suppress(OSError):
            found = re.search(r"VmHWM:\s+(\d+) kB", status.read_text(encoding="ascii", errors="replace"))
            most[0] = max(most[0], int(found[1]) / 1000 if found else 0)
        time.sleep(0.1)


def place(folder: Path, served: Served, url: str = "", more: str = QUICK_LIMITS, **words: str) -> Place:
    """Write the targets file of an emulator behind `url`, with `more` keys and other words in places."""
    texts = served.targets()
    toml = texts.toml.replace(
        f'base_url = "{served.base_url}"', f'base_url = "{url or served.base_url}"\n{more}'
    )
    for old, new in words.items():
        toml = toml.replace(old, new)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "targets.toml").write_text(toml, encoding="utf-8")
    (folder / ".env").write_text(texts.env, encoding="utf-8")
    return Place(folder)


def without_role(folder: Path, *roles: str) -> None:
    """Take roles out of a targets file."""
    file = folder / "targets.toml"
    text = file.read_text(encoding="utf-8")
    for role in roles:
        text = re.sub(rf"\[targets\.\w+\.roles\.{role}\]\n(?:[^\[\n]*\n)*", "", text)
    file.write_text(text, encoding="utf-8")


def held(served: Served) -> dict[str, int]:
    """Return how many things of each kind the emulator holds."""
    response = requests.get(f"{served.base_url}/_emulator/state", timeout=10)
    counts: dict[str, int] = response.json()
    return counts


def until_written(folder: Path, entries: int, seconds: float = 60.0) -> None:
    """Wait until the ledger of a run has so many lines."""
    end = time.monotonic() + seconds
    ledger = folder / "ledger.ndjson"
    while time.monotonic() < end:
        if ledger.exists() and ledger.read_text(encoding="utf-8").count("\n") >= entries:
            return
        time.sleep(0.02)
    raise AssertionError(f"{ledger} has no {entries} entries after {seconds:g} s")


def interrupt(process: Process, *kinds: signal.Signals) -> None:
    """Send signals to a process, one shortly after the other."""
    for kind in kinds:
        process.send_signal(kind)
        time.sleep(0.05)
