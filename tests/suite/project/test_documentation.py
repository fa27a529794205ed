"""Whatever command the project prints for a reader is executed, and does what is printed below it."""

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from configparser import ConfigParser
from pathlib import Path
from typing import Final

import pytest

from conformance.emulator.serving import running
from tests.suite.checkout import ROOT
from tests.suite.project.printed_commands import Printed, agrees, printed
from tests.suite.run.derived.board_api import KEYS, BoardApi
from tests.suite.run.derived.small_server import served

pytestmark = pytest.mark.xdist_group("documentation")

COMMANDS: Final = tuple({each.command: each for each in printed(ROOT)}.values())
DEFECT: Final = "account-has-no-name"
# What a reader puts in the place of capitals, in a folder with a target qa, a violation and two runs of it.
STANDS_FOR: Final = {
    "reports/OLD": "reports/old",
    "reports/NEW": "reports/new",
    "reports/RUN": "reports/new",
    "OLD NEW": "reports/old reports/new",
    "REQUIREMENT@OPERATION": "",
    "REQUIREMENT": "",
    "report DIR": "report reports/new",
    "--page FILE": "--page seen.md",
    "conformance init": "conformance init fresh",
    "NAME": DEFECT,
    "docs/what-the-suite-sees.md": "seen.md",
    "8080": "0",
}
SERVING: Final = "conformance emulate"
OWN_API: Final = re.compile(r"\bboards\b")
"""The commands of "Your API in five minutes", which follow each other."""
CODES: Final = {"run": 3, "drift": 1}
"""What may change the whole target is not judged; what the next version takes away breaks its users."""
MATRIX: Final = "conformance defects"
"""Runs for minutes: the one of the whole is .ci/run's own, here it lists what it would run."""
INSTALLING: Final = re.compile(
    r"(python -m pip|tox|uv|podman|bash \.ci/run|python (benchmarks|docs/screenshots)/"
    r"|conformance check --pages)"
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Return a working folder with a target qa that has one defect, and with two runs of it."""
    place = tmp_path_factory.mktemp("reader")
    (place / "tests").symlink_to(ROOT / "tests")
    shutil.copy(ROOT / "targets.example.toml", place)
    with running([DEFECT]) as served:
        texts = served.targets("qa")
        (place / "targets.toml").write_text(texts.toml)
        (place / ".env").write_text(texts.env)
        for name in ("old", "new"):
            command = f"conformance run --target qa --only 'itwins.account.*' --report-dir reports/{name}"
            assert execute(command, place).returncode == 1
        yield place


def execute(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run the command as a reader would, 80 columns wide."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "NO_COLOR": "1"}
    return subprocess.run(
        ["bash", "-c", command],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def violated(place: Path) -> str:
    """Return the first violation of the newest run, as a report names it."""
    found = re.search(r"\bFAIL ([a-z.-]+@\w+)", execute("conformance history", place).stdout)
    assert found is not None
    return found[1]


def in_words(command: str, place: Path) -> str:
    """Return the command with what a reader puts in the place of capitals."""
    name = violated(place) if "REQUIREMENT" in command else ""
    run = json.loads((place / "reports" / "new" / "run.json").read_text(encoding="utf-8"))
    key = run["causes"][0]["key"]
    meanings = STANDS_FOR | {"REQUIREMENT@OPERATION": name, "REQUIREMENT": name.partition("@")[0], "KEY": key}
    for word, meaning in meanings.items():
        command = re.sub(rf"(?<![\w/-]){re.escape(word)}\b", meaning, command)
    return command


def place_of(each: Printed) -> str:
    """Name a case by where it is printed and what."""
    return f"{each.place} {each.command}"


@pytest.mark.parametrize(
    "each",
    [
        each
        for each in COMMANDS
        if not (INSTALLING.match(each.command) or OWN_API.search(each.command) or "curl" in each.command)
    ],
    ids=place_of,
)
def test_a_printed_command_does_what_is_printed(each: Printed, folder: Path, tmp_path: Path) -> None:
    """It ends with an exit code that it documents, without a traceback, and prints what is shown."""
    command = in_words(each.command, folder)
    home = tmp_path / "home"
    shutil.copytree(folder, home, symlinks=True)
    if command.startswith(SERVING):
        assert served_by(command, home).startswith("http://127.0.0.1:")
        return
    if command.startswith(MATRIX):
        command += " --list"
    done = execute(command, home)
    assert done.returncode in {0, 1}, done.stderr
    assert "Traceback" not in done.stderr
    assert agrees(each.output, done.stdout), done.stdout


def test_an_api_of_ones_own_is_judged_in_five_minutes(tmp_path: Path) -> None:
    """The printed commands, one after the other, take in, plan, judge and prove an API served here."""
    definition = BoardApi().definition()
    (tmp_path / "openapi.json").write_text(json.dumps(definition), encoding="utf-8")
    del definition["paths"]["/boards/{boardId}"]["get"]["responses"]["200"]
    (tmp_path / "openapi-next.json").write_text(json.dumps(definition), encoding="utf-8")
    commands = [
        each for each in printed(ROOT) if each.place.startswith("README") and OWN_API.search(each.command)
    ]
    assert [each.command.split()[1] for each in commands] == ["add", "plan", "run", "defects", "drift"]
    with served(BoardApi()) as address:
        roles = "".join(
            f'[targets.boards.roles.{role}]\nheaders = {{ X-API-Key = "${{{role.upper()}_KEY}}" }}\n'
            for role in ("owner", "outsider")
        )
        (tmp_path / "targets.toml").write_text(f'[targets.boards]\nbase_url = "{address}"\n{roles}')
        keys = {role: key for key, role in KEYS.items()}
        (tmp_path / ".env").write_text("".join(f"{role.upper()}_KEY={key}\n" for role, key in keys.items()))
        for each in commands:
            done = execute(each.command, tmp_path)
            expected = CODES.get(each.command.split()[1], 0)
            assert done.returncode == expected, (each.command, done.stdout, done.stderr)
            assert agrees(each.output, done.stdout), done.stdout


def served_by(command: str, place: Path) -> str:
    """Start the emulator as printed, in a folder of its own, and return the first line that it prints."""
    program = [sys.executable, "-m", *command.split()]
    with subprocess.Popen(program, cwd=place, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        guard = threading.Timer(60, process.kill)  # only against hanging
        guard.start()
        line = process.stdout.readline()
        guard.cancel()
        process.terminate()
    return line


def test_the_printed_way_to_a_token_works(tmp_path: Path) -> None:
    """What README shows with curl gives a token, on whatever port the emulator is."""
    (each,) = (each for each in COMMANDS if "curl" in each.command)
    with running() as served:
        (tmp_path / ".env").write_text(served.targets().env)
        command = each.command.replace("http://127.0.0.1:8080", served.base_url)
        done = execute(command, tmp_path)
    assert '"access_token"' in done.stdout, done.stderr


@pytest.mark.parametrize("each", [each for each in COMMANDS if INSTALLING.match(each.command)], ids=place_of)
def test_what_installs_or_measures_names_what_is_there(each: Printed) -> None:
    """Such a command is executed by .ci/run or by hand; what it names exists in this checkout."""
    tox = ConfigParser()
    tox.read(ROOT / "tox.ini")
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for environment in re.findall(r"tox -e (\w+)", each.command):
        assert f"testenv:{environment}" in tox
    for script in re.findall(r"(?:bash|python) (\S+/\S+)", each.command):
        assert (ROOT / script).is_file()
    for target in re.findall(r"--target (\w+) \.", each.command):
        assert f" AS {target}" in (ROOT / "Containerfile").read_text(encoding="utf-8")
    if "check --pages" in each.command:
        assert 'conformance check --pages "$pages"' in ci
    if "tox" in each.command.split():
        assert "\ntox\n" in ci
    if "pip install" in each.command:
        assert "pip install" in ci
