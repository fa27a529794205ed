# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Judges machine-made mutants of a server: ``python benchmarks/mutants.py SERVER.py TARGETS.toml TARGET``.

SERVER.py is one Python file that serves on the loopback port that is its only argument; TARGETS.toml and the
`.env` beside it say how TARGET is judged, and its base_url has the port 8123, which each mutant replaces with
one of its own. ``python benchmarks/mutants.py emulator`` changes the emulator instead: the modules that the
four operations use. A mutant that answers some hundred requests as the server does is left out
(``--unseen N`` judges N of these too: they must be green). Of the others COUNT are drawn by a seed and
judged, each with a quick run.

Each is one line of JSON in ``--out``: the change, the first responses that differ, and the exit code with the
requirements that are red and the causes that the run names. Whether the change breaks a sentence of the pages
is for a reader to say.
"""

from __future__ import annotations

import argparse
import http.client
import json
import random
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from mutate import Mutant, mutants
from transcript import transcript

import conformance.emulator
from conformance.errors import UsageError
from conformance.targets.load import load_target

EMULATOR: Final = Path(conformance.emulator.__file__).parent
MUTATED: Final = (
    "apis/itwins/account.py",
    "apis/itwins/resource_create.py",
    "apis/itwins/shared.py",
    "apis/reality_management/associate.py",
    "apis/reality_management/move.py",
    "kernel/access.py",
    "kernel/authentication.py",
    "kernel/bodies.py",
    "kernel/lookup_steps.py",
    "kernel/responses.py",
    "kernel/rules.py",
)
"""The modules of the emulator that the four operations use."""
IGNORED: Final = shutil.ignore_patterns("__pycache__")
PORT: Final = "8123"
LONGEST: Final = 180.0
"""Seconds that a run may take."""
START: Final = 10.0
"""Seconds within which a server listens."""
DIFFERENCES: Final = 6
DEAD: Final = "does not start"
RED: Final = ("FAIL", "DEVIATION")


@dataclass(frozen=True)
class Judged:
    """What came of a mutant: how its responses differ, and what the run says."""

    file: str
    function: str
    line: int
    change: str
    differences: list[str]
    exit_code: int
    red: list[str]
    causes: list[str]
    leaks: int


@dataclass
class _Wanted:
    """How many mutants are still to be judged whose responses differ, and whose responses do not."""

    seen: int
    unseen: int
    lock: threading.Lock = field(default_factory=threading.Lock)

    def takes(self, differences: list[str]) -> bool:
        """Say whether a mutant is judged, and count it."""
        with self.lock:
            if differences and self.seen:
                self.seen -= 1
                return True
            if not differences and self.unseen:
                self.unseen -= 1
                return True
        return False


@dataclass(frozen=True)
class Bench:
    """The server, how it is judged (the emulator says so itself), and what it answers as it is."""

    server: Path
    targets: Path | None
    target: str
    right: list[str]

    def place(self, folder: Path, mutant: Mutant) -> str:
        """Write a server and its targets file into a folder, and return the port."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = str(free.getsockname()[1])
        own = folder / "server"
        if self.targets is None:
            shutil.copytree(EMULATOR, own / "conformance" / "emulator", ignore=IGNORED)
            shutil.copy(EMULATOR.parent / "__init__.py", own / "conformance")
            shutil.copy(self.server, own)
        else:
            shutil.copytree(self.server.parent, own, ignore=IGNORED)
            text = self.targets.read_text(encoding="utf-8").replace(f":{PORT}", f":{port}")
            (folder / "targets.toml").write_text(text, encoding="utf-8")
            shutil.copy(self.targets.parent / ".env", folder)
        if mutant.source:
            (own / mutant.file).write_text(mutant.source, encoding="utf-8")
        return port

    def answers(self, folder: Path, port: str) -> list[str]:
        """Return the transcript of a server that listens."""
        target = load_target(folder / "targets.toml", self.target)
        tokens = {name: _token(target.token_url, role) for name, role in target.roles.items()}
        tokens |= {name: token.get_secret_value() for name, token in target.tokens.items()}
        fixtures = {name: str(value) for name, value in target.fixtures.items()}
        lines: list[str] = transcript(f"127.0.0.1:{port}", {k: v for k, v in tokens.items() if v}, fixtures)
        return lines

    def differences(self, mutant: Mutant) -> list[str]:
        """Return the responses of a mutant that differ, `DEAD` where it does not start."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            port = self.place(folder, mutant)
            with served(folder / "server" / self.server.name, port) as listening:
                if not listening:
                    return [DEAD]
                try:
                    seen = self.answers(folder, port)
                except KeyError:  # without a token for the owner the transcript cannot be written
                    seen = []
                except UsageError:  # what it says of itself is no targets file
                    return [DEAD]
        return [f"{was}\n  -> {now}" for was, now in zip_longest(self.right, seen) if was != now]

    def judged(self, mutant: Mutant, wanted: _Wanted, seed: int) -> Judged | None:
        """Judge a mutant if one of its kind is still wanted."""
        if not (wanted.seen or wanted.unseen):
            return None
        differences = self.differences(mutant)
        if differences == [DEAD]:
            return None
        return self.judge(mutant, differences, seed) if wanted.takes(differences) else None

    def judge(self, mutant: Mutant, differences: list[str], seed: int) -> Judged:
        """Judge a mutant with a quick run."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            port = self.place(folder, mutant)
            with served(folder / "server" / self.server.name, port):
                words = [
                    sys.executable,
                    "-m",
                    "conformance",
                    "run",
                    "--target",
                    self.target,
                    "--seed",
                    str(seed),
                ]
                ended = subprocess.run(  # noqa: S603 - our own words
                    [*words, "--report-dir", "report"],
                    cwd=folder,
                    capture_output=True,
                    timeout=LONGEST,
                    check=False,
                )
            report = folder / "report" / "run.json"
            run: dict[str, Any] = json.loads(report.read_text(encoding="utf-8")) if report.exists() else {}
        red = [f"{v['requirement']}@{v['operation']}" for v in run.get("verdicts", []) if v["verdict"] in RED]
        return Judged(
            mutant.file,
            mutant.function,
            mutant.line,
            mutant.change,
            differences[:DIFFERENCES],
            ended.returncode,
            red,
            [f"{each['sentence']} ({len(each['explains'])})" for each in run.get("causes", [])],
            len(run.get("leaks", [])),
        )


@contextmanager
def served(file: Path, port: str) -> Iterator[bool]:
    """Serve a file while the block lasts; say whether it listens."""
    process = subprocess.Popen(  # noqa: S603 - our own words
        [sys.executable, str(file), port], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        yield _listens(process, int(port), file.parent.parent / "targets.toml")
    finally:
        process.kill()
        process.wait()


def _listens(process: subprocess.Popen[bytes], port: int, targets: Path) -> bool:
    latest = time.monotonic() + START
    while process.poll() is None and time.monotonic() < latest:
        with socket.socket() as probe:
            if targets.exists() and not probe.connect_ex(("127.0.0.1", port)):
                return True
        time.sleep(0.02)
    return False


def _token(url: str | None, role: Any) -> str:
    """Return the ready token of a role, or one that its client credentials get; "" where they get none."""
    if role.token:
        return str(role.token.get_secret_value())
    words = {
        "grant_type": "client_credentials",
        "client_id": role.client_id or "",
        "client_secret": role.client_secret.get_secret_value() if role.client_secret else "",
        "scope": "itwin-platform",
    }
    try:
        with urllib.request.urlopen(str(url), urllib.parse.urlencode(words).encode(), timeout=5) as response:  # noqa: S310 - the targets file's own address
            return str(json.load(response).get("access_token", ""))
    except (OSError, ValueError, AttributeError, http.client.HTTPException):
        return ""


def _all(bench: Bench, only: list[str]) -> list[Mutant]:
    """Return every mutant of the server's file, or of the emulator's modules."""
    if bench.targets is not None:
        return list(mutants(bench.server.name, bench.server.read_text(encoding="utf-8"), only))
    files = sorted(file for pattern in MUTATED for file in EMULATOR.glob(pattern))
    return [
        each
        for file in files
        for each in mutants(
            file.relative_to(EMULATOR.parent.parent).as_posix(), file.read_text(encoding="utf-8"), only
        )
    ]


def main() -> int:
    """Judge mutants and return 0, 2 where the server as it is does not start."""
    asked = _arguments().parse_args()
    if asked.server == Path("emulator"):
        bench = Bench(Path(__file__).with_name("serve_emulator.py"), None, "emulator", [])
    elif asked.targets is None or asked.target is None:
        sys.stderr.write("name the targets file and the target of the server\n")
        return 2
    else:
        bench = Bench(asked.server.resolve(), asked.targets.resolve(), asked.target, [])
    same = Mutant("", "", 0, "as it is", "")
    with tempfile.TemporaryDirectory() as name:
        port = bench.place(Path(name), same)
        with served(Path(name) / "server" / bench.server.name, port) as listening:
            if not listening:
                sys.stderr.write(f"{asked.server} does not listen on the port that is its argument\n")
                return 2
            bench = Bench(bench.server, bench.targets, bench.target, bench.answers(Path(name), port))
    unstable = bench.differences(same)
    if unstable:
        sys.stderr.write(f"{asked.server} answers otherwise the second time: {unstable[0]}\n")
        return 2
    drawn = _all(bench, asked.only)
    random.Random(asked.seed).shuffle(drawn)  # noqa: S311 - no secret
    with ThreadPoolExecutor(asked.workers) as pool, asked.out.open("a", encoding="utf-8") as out:
        wanted = _Wanted(asked.count, asked.unseen)
        results = pool.map(lambda each: bench.judged(each, wanted, asked.seed), drawn)
        codes: Counter[str] = Counter()
        for judged in filter(None, results):
            out.write(json.dumps(asdict(judged)) + "\n")
            out.flush()
            codes[f"{'seen' if judged.differences else 'unseen'}, exit {judged.exit_code}"] += 1
    sys.stdout.write(f"{len(drawn)} mutants; {dict(codes)}\n")
    return 0


def _arguments() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("server", type=Path)
    parser.add_argument("targets", type=Path, nargs="?")
    parser.add_argument("target", nargs="?")
    parser.add_argument("--only", action="append", default=[], help="a function to change; repeatable")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--unseen", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=Path("mutants.ndjson"))
    return parser


if __name__ == "__main__":
    sys.exit(main())
