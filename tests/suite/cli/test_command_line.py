"""The command line: quick help, one clear line for every bad input, and never a traceback."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

from conformance import __version__, cli
from conformance.errors import NotJudged
from tests.suite.toy_api import Checkout

HEAVY: Final = (
    "schemathesis",
    "pytest",
    "_pytest",
    "starlette",
    "uvicorn",
    "hypothesis",
    "requests",
    "allure",
)
HELP: Final = """\
import sys, time
sys.argv = ["conformance", *sys.argv[1:]]
from conformance.cli import main
try:
    main()
finally:
    print(time.process_time(), *(set(sys.modules) & set(%r)), file=sys.stderr)
"""
VERBS: Final = (
    "",
    "run",
    "list",
    "check",
    "compare",
    "report",
    "clean",
    "emulate",
    "explain",
    "replay",
    "waive",
)

TARGETS: Final = """\
[targets.qa]
base_url = "http://127.0.0.1:1"
[targets.qa.roles.owner]
token = "${OWNER_TOKEN}"
"""

KNOWN: Final = TARGETS.replace("${OWNER_TOKEN}", "${PATH}")

SCRIPT: Final = str(Path(sys.executable).with_name("conformance"))

Say = Callable[..., tuple[int, str, str]]


@pytest.fixture
def say(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Say:
    """Return how to call the command line in this process: exit code, output, and what is said of errors."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["conformance", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        return int(ended.value.code or 0), said.out, said.err

    return call


@pytest.mark.parametrize("verb", VERBS)
def test_help_is_quick(verb: str, tmp_path: Path) -> None:
    """The help of a verb takes less than a second of work and imports no heavy library."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("COV")}
    arguments = [verb, "--help"] if verb else ["--help"]
    command = [sys.executable, "-c", HELP % (HEAVY,), *arguments]
    done = subprocess.run(
        command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0
    assert "Usage: conformance" in done.stdout
    seconds, *heavy = done.stderr.splitlines()[-1].split()
    assert float(seconds) < 1.0
    assert not heavy


def test_the_package_is_the_command(tmp_path: Path) -> None:
    """`python -m conformance` is the command itself, with its exit codes."""
    command = [sys.executable, "-m", "conformance"]
    done = subprocess.run(
        [*command, "--version"], cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert (done.returncode, done.stdout.strip()) == (0, f"conformance {__version__}")
    done = subprocess.run(
        [*command, "run", "--target", "qa"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("conformance: targets.toml: cannot be read: No such file or directory;")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("targets", "arguments", "complaint"),
    [
        (TARGETS, ("--target", "prod"), "no target 'prod'; there are: qa"),
        (TARGETS, ("--target", "qa"), "the variable OWNER_TOKEN is not set"),
        (TARGETS.replace("${OWNER_TOKEN}", "in-clear"), ("--target", "qa"), "holds a secret in clear"),
        (KNOWN.replace("base_url", "baseurl"), ("--target", "qa"), "baseurl: unknown key"),
        (
            TARGETS.replace('"http', "http"),
            ("--target", "qa"),
            "not valid TOML: Invalid value (at line 2, column 12)",
        ),
        (TARGETS, ("--only", "bulbs.get.nothing"), "--only bulbs.get.nothing: selects nothing"),
        (TARGETS, ("--only", "bulbs.break.loudly"), "it is excluded: nobody can hear a response"),
        (TARGETS, ("--profile", "slow"), "--profile slow: there are quick, nightly, release"),
        (TARGETS, ("--rate", "fast"), "--rate: 'fast' is no rate"),
        (TARGETS, ("--shard", "1/2", "--workers", "2"), "--shard, --workers: choose one of them"),
        (TARGETS, ("--baseline", "nowhere"), "nowhere"),
        (TARGETS, ("--waivers", "nowhere.yaml"), "nowhere.yaml"),
        (
            TARGETS,
            ("--report-dir", "targets.toml"),
            "the report folder targets.toml cannot be written: File exists",
        ),
        (TARGETS, ("--report-dir", "/dev/null/x"), "cannot be written: Not a directory; name another"),
    ],
)
def test_bad_input_is_one_clear_line(
    checkout: Checkout,
    say: Say,
    monkeypatch: pytest.MonkeyPatch,
    targets: str,
    arguments: tuple[str, ...],
    complaint: str,
) -> None:
    """Whatever the user got wrong is exit code 2 and one line that says what to do."""
    monkeypatch.delenv("OWNER_TOKEN", raising=False)
    (checkout.root / "targets.toml").write_text(targets, encoding="utf-8")
    code, out, err = say("run", *arguments)
    assert (code, out) == (2, "")
    assert complaint in err
    assert err.startswith("conformance: ")
    assert err.count("\n") == 1
    assert "in-clear" not in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "--workers", "0"),
        ("run", "--seed", "x"),
        ("run", "--nonsense"),
        ("judge",),
        ("run", "--max-writes", "-1"),
    ],
)
def test_a_bad_option_is_a_usage_error(checkout: Checkout, say: Say, arguments: tuple[str, ...]) -> None:
    """An option that does not exist or has no such value is exit code 2."""
    assert checkout.root.is_dir()
    code, _, err = say(*arguments)
    assert code == 2
    assert "Usage: " in err
    assert "Traceback" not in err


def test_a_port_in_use_is_said(say: Say) -> None:
    """An emulator on a port that somebody else has is exit code 2 and one line."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, _, err = say("emulate", "--port", str(port))
    assert code == 2
    assert str(port) in err
    assert err.count("\n") == 1


def test_the_requirements_are_listed(checkout: Checkout, say: Say) -> None:
    """The list shows each selected requirement with operation, level and sentence, or all of it as JSON."""
    assert checkout.root.is_dir()
    code, out, _ = say("list", "--only", "getBulb")
    assert code == 0
    assert "bulbs.get.kindly" in out
    assert "bulbs.break" not in out
    assert "6 requirements, 6 verdicts in a full run" in out
    code, out, _ = say("list", "--json")
    rows = json.loads(out)
    assert (code, len(rows)) == (0, 11)
    assert {"id", "operation", "level", "basis", "sentence", "expect", "page", "needs", "ask"} == set(rows[0])
    assert say("list", "--only", "nothing")[0] == 2


def test_claims_that_nobody_judges_are_a_problem(checkout: Checkout, say: Say) -> None:
    """A requirement without scenario, check or exclusion is named, and so is a scenario of no requirement."""
    checkout.scenarios(
        'KINDS = [word.lower() for word in ("Kindly", "Colour")]\n'
        '@verifies("bulbs.get.answers-200", *map("bulbs.get.{}".format, KINDS))\n'
        'def test_a():\n    """A."""\n'
        '@verifies("bulbs.get.nothing", "bulbs.break.loudly")\ndef test_b(operation):\n    """B."""\n'
    )
    code, out, err = say("check")
    assert code == 2
    assert "bulbs.break.answers-204: nobody judges it" in err
    assert "verifies bulbs.get.nothing, which is no requirement" in err
    assert "verifies bulbs.break.loudly, which is excluded" in err
    assert len(err.splitlines()) == 3
    assert "3 operations, 8 requirements (1 excluded), 11 verdicts in a full run" in out
    rows = (checkout.specs / "bulbs/requirements.yaml").read_text(encoding="utf-8")
    checkout.rows(
        rows.replace("check: documented-status", "check: no-such-check").replace(
            "status: 200, equal: {/id: $request.path.bulbId}", "status: 299, equal: {/id: $request.path.bulb}"
        )
    )
    code, out, _ = say("check", "--json")
    problems = "\n".join(json.loads(out)["problems"])
    assert code == 2
    assert "no check 'no-such-check'; there are" in problems
    assert "getBulb documents no status 299" in problems
    assert "getBulb has no path parameter bulb" in problems


def test_claims_in_order_are_no_problem(checkout: Checkout, say: Say) -> None:
    """When each requirement has its judge, check ends with 0."""
    checkout.scenarios(
        '@verifies("bulbs.get.answers-200", "bulbs.get.kindly",\n'
        '          "bulbs.get.colour", "bulbs.break.answers-204")\n'
        'def test_a():\n    """A."""\n'
    )
    assert say("check")[::2] == (0, "")


def test_the_claims_of_this_project_are_in_order(say: Say) -> None:
    """Every requirement of the specs is judged or excluded."""
    code, out, err = say("check")
    assert (code, err) == (0, "")
    assert "4 operations" in out


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (NotJudged("nobody there"), 3, "conformance: nobody there\n"),
        (KeyboardInterrupt(), 3, "conformance: interrupted\n"),
        (RuntimeError("odd"), 2, "conformance: the suite failed: RuntimeError: odd; please report this"),
    ],
)
def test_the_boundary_turns_errors_into_words(
    say: Say, monkeypatch: pytest.MonkeyPatch, error: BaseException, code: int, said: str
) -> None:
    """What nobody foresaw is said in a line with an exit code, never shown as a traceback."""

    def fail() -> None:
        raise error

    monkeypatch.setattr(cli, "app", fail)
    ended, _, err = say()
    assert ended == code
    assert err.startswith(said)
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("conformance expl", {"explain"}),
        ("conformance explain bulbs.get.k", {"bulbs.get.kindly"}),
        ("conformance list --only getB", {"getBulb"}),
        ("conformance run --only Brea", {"Breaking"}),
    ],
)
def test_a_shell_completes_verbs_and_what_can_be_selected(
    checkout: Checkout, line: str, words: set[str]
) -> None:
    """Verbs, requirements, operations, tags and APIs are completed from the claims."""
    environment = os.environ | {
        "_CONFORMANCE_COMPLETE": "complete_bash",
        "COMP_WORDS": line,
        "COMP_CWORD": str(line.count(" ")),
    }
    done = subprocess.run(
        [SCRIPT], cwd=checkout.root, env=environment, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == words, done.stderr
