# ruff: noqa: INP001 - a script that is started by its path, and no package
"""Gives the suite seventy kinds of bad input: ``python benchmarks/exit_codes.py``.

Each line is the exit code and the input; the exit code of the script is 1 where one has another exit code
than the table of the README says, prints a traceback, or says nothing. Two states of the suite are compared
by the lines that each of them prints (`diff`).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

LONGEST: Final = 60.0
DEAD: Final = "http://127.0.0.1:9"
USAGE: Final = 2
UNJUDGED: Final = 3
TARGET: Final = f'[targets.qa]\nbase_url = "{DEAD}"\nconnect_timeout = 0.5\n'
OWNER: Final = TARGET + '[targets.qa.roles.owner]\ntoken = "${TOKEN}"\n'
API: Final = (
    'openapi: 3.1.0\ninfo: {title: Desks, version: "1"}\npaths:\n'
    "  /desks: {get: {operationId: desks, responses: {'200': {description: all}}}}\n"
)
TWICE: Final = API + "  /seats: {get: {operationId: desks, responses: {'200': {description: all}}}}\n"


@dataclass(frozen=True)
class Input:
    """What is asked, with the files that stand beside it and the variables that are set."""

    words: str
    exit_code: int = USAGE
    files: Mapping[str, str] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)


def targets(
    text: str, exit_code: int = USAGE, words: str = "run --target qa", held: str | None = None
) -> Input:
    """Return a run with a targets file of this text, and a token in the variable TOKEN."""
    return Input(words, exit_code, {"targets.toml": text}, {} if held is None else {"TOKEN": held})


def added(definition: str, name: str = "api.yaml") -> Input:
    """Return a definition that is to be added."""
    return Input(f"add {name} --name desks", USAGE, {name: definition})


def override(text: str) -> Input:
    """Return a plan of an API that was added, with an override of this text."""
    files = {"specs/desks/definition.yaml": API, "specs/desks/override.yaml": text}
    return Input("plan desks", USAGE, files)


INPUTS: Final = (
    # Options and arguments.
    *(
        Input(f"run {words}")
        for words in ("--profile weekly", "--rate fast", "--rate 0/s", "--shard 3/2", "--shard x")
    ),
    *(
        Input(f"run {words}")
        for words in ("--workers 0", "--max-requests -1", "--max-writes x", "--seed x", "--oly x")
    ),
    *(
        Input(f"run {words}")
        for words in ("--only itwins.acount.answers-200", "--only ''", "--min-judged 101")
    ),
    *(
        Input(f"run {words}")
        for words in ("--min-coverage x", "--baseline nowhere", "--failed nowhere", "--since nowhere")
    ),
    *(Input(f"run {words}") for words in ("--waivers nowhere.yaml", "--target", "--report-dir ''")),
    Input("runn"),
    Input("explain itwins.account.nothing"),
    Input("explain"),
    Input("list --only nothing.at.all"),
    Input("compare nowhere elsewhere"),
    Input("report nowhere"),
    Input("show nowhere"),
    Input("replay nowhere"),
    Input("merge nowhere"),
    Input("history nowhere --target x"),
    Input("waive nothing"),
    Input("verify nowhere"),
    Input("notify nowhere"),
    Input("plan nothing"),
    Input("drift old.yaml new.yaml"),
    Input("emulate --port 99999"),
    Input("emulate --defect nothing"),
    Input("emulate --rate-limit fast"),
    Input("emulate --seed-file nowhere.yaml"),
    Input("emulate --public-url nonsense"),
    Input("defects --only nothing"),
    Input("check --pages nowhere"),
    # Targets.
    Input("run --target qa"),
    Input("run --target qa --targets nowhere.toml"),
    targets("[targets.qa"),
    targets(""),
    targets(TARGET, words="run --target qb"),
    targets("[targets.qa]\n"),
    targets('[targets.qa]\nbase_url = "nonsense"\n'),
    targets('[targets.qa]\nbase_url = "ftp://127.0.0.1"\n'),
    targets('[targets.qa]\nbase_url = "http://me:secret@127.0.0.1"\n'),
    targets(TARGET + "read_timeout = 0\n"),
    targets(TARGET + 'rate = "often"\n'),
    targets(TARGET + 'colour = "red"\n'),
    targets(OWNER),
    targets(OWNER, held=""),
    targets(OWNER, held="<token>"),
    targets(OWNER, held="Bearer x"),
    targets(OWNER, held="a b"),
    targets(OWNER.replace("${TOKEN}", "in-clear")),
    targets(TARGET + "[targets.qa.roles.owner]\n"),
    targets(TARGET + 'headers = { Host = "x" }\n'),
    targets(TARGET + 'headers = { Authorization = "${TOKEN}" }\n', held="x"),
    targets(TARGET + 'ca = "nowhere.pem"\n'),
    targets(OWNER, UNJUDGED, held="a.b.c"),
    # Definitions and overrides.
    *(
        Input(words)
        for words in ("add nowhere.yaml", f"add {DEAD}/openapi.json", "add api.yaml --name ../desks")
    ),
    *(added(text) for text in ("", "[]", "a: [", "openapi: 4.0.0\npaths: {}\n", "swagger: '2.0'\n", TWICE)),
    added(API + "  /a: {$ref: '#/components/pathItems/none'}\n"),
    added("{", "api.json"),
    *(
        override(text)
        for text in ("ids: 3\n", "ids: {seatId: {fixture: seat}}\n", "wishes: []\n", "never: [seats]\n")
    ),
    override("rows: [{rule: no-rule, operation: desks, off: true, reason: because}]\n"),
)


def asked(given: Input) -> str:
    """Ask, and return the line of it; one that begins with an exclamation mark is wrong."""
    with tempfile.TemporaryDirectory() as name:
        for path, text in given.files.items():
            file = Path(name, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text, encoding="utf-8")
        done = subprocess.run(  # noqa: S602 - our own words, quoted as a shell reads them
            f"{sys.executable} -m conformance {given.words}",
            shell=True,
            cwd=name,
            env={**os.environ, **given.variables},
            capture_output=True,
            text=True,
            timeout=LONGEST,
            check=False,
        )
    said = done.stderr + done.stdout
    wrong = done.returncode != given.exit_code or "Traceback" in said or not said.strip()
    what = " ".join([given.words, *map(repr, [*given.files.values(), *given.variables.values()])])
    shown = f" (not {given.exit_code})" if done.returncode != given.exit_code else ""
    return f"{'! ' if wrong else ''}{done.returncode}{shown}  {what}"


def main() -> int:
    """Ask everything, and return 1 where anything is wrong."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        lines = list(pool.map(asked, INPUTS))
    sys.stdout.write("\n".join([*lines, f"{len(lines)} kinds of bad input", ""]))
    return int(any(line.startswith("!") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
