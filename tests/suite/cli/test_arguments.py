"""What is named on the command line is meant: no verb takes an empty or unset value for its default."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import typer.main
from typer.testing import CliRunner

from conformance.cli import app
from conformance.cli.arguments import Verb
from conformance.emulator.serving import Served
from conformance.errors import UsageError
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.checkout import ROOT
from tests.suite.forking import call
from tests.suite.run.runs import place, without_role

GROUP: Any = typer.main.get_command(app)
VALUES = [
    (verb, param.opts[0] if param.opts[0].startswith("-") else "")
    for verb, command in sorted(GROUP.commands.items())
    for param in command.params
    if not getattr(param, "is_flag", False) and param.name != "help"
]


def complaint(*words: str) -> str:
    """Return the words with which a command line is refused."""
    result = CliRunner().invoke(app, list(words))
    assert isinstance(result.exception, UsageError), result.output
    return str(result.exception)


def test_every_verb_looks_at_its_values() -> None:
    """One that is registered otherwise would take an unset variable for its default."""
    assert len(VALUES) > 50
    assert all(isinstance(command, Verb) for command in GROUP.commands.values())


@pytest.mark.parametrize(("verb", "option"), VALUES)
def test_an_empty_value_is_refused_by_its_name(verb: str, option: str) -> None:
    """An unset variable of a pipeline leaves exactly that behind."""
    words = (verb, option, "") if option else (verb, "")
    said = complaint(*words)
    assert said.startswith(option)
    assert "is empty: is a variable unset?" in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("run", "--target", " \t"), "--target is empty"),
        (("run", "--target="), "--target is empty"),
        (("run", "--only", "a", "--only", ""), "--only is empty"),
        (("run", "--report-dir", "--strict"), "--report-dir has no value: --strict follows"),
        (("run", "--target", "$(TARGET)"), "--target holds a variable that nothing replaced ($(…))"),
        (("run", "--target", "%TARGET%"), "--target holds a variable that nothing replaced (%…%)"),
        (("doctor", "--targets", "${{ inputs.targets }}"), "--targets holds a variable"),
        (("report", "$(folder)"), "[DIR] holds a variable"),
        (("run", "--targets", "targets.toml"), "--targets targets.toml names no target"),
        (("doctor", "--targets", "targets.toml"), "--targets targets.toml names no target"),
    ],
)
def test_what_cannot_be_meant_is_refused(words: tuple[str, ...], said: str) -> None:
    """A value that is another option, a variable that nothing replaced, a file without a target."""
    assert said.removeprefix("[DIR] ") in complaint(*words)


def test_a_violation_is_replayed_on_no_other_target_than_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without the targets file, a run of qa is not sent to the emulator instead."""
    monkeypatch.chdir(tmp_path)
    folder = folder_of(tmp_path, run(verdict("a.b@doIt"), target="qa"))
    said = complaint("replay", "a.b@doIt", "--run", str(folder))
    assert "targets.toml: cannot be read" in said


@pytest.mark.parametrize(
    "words", [("--target", ""), ("--targets", " "), ("--only", ""), ("--target", "$(T)")]
)
def test_pytest_itself_refuses_them_too(words: tuple[str, str]) -> None:
    """Called on the contract, its exit code is the one of a usage error."""
    done = call(["pytest", "-p", "no:cacheprovider", "tests/contract", *words], ROOT)
    assert done.returncode == 4
    assert "is a variable unset?" in done.stderr


def test_a_run_that_judges_too_little_says_how_much(tmp_path: Path, served: Served) -> None:
    """A role that is missing leaves half of the selection open, which is less than was asked for."""
    home = place(tmp_path, served)
    without_role(tmp_path, "reader")
    only = ("--only", "itwins.account.member-reads", "--only", "itwins.account.text-present")
    assert home.run(*only, report="lenient").code == 0
    ended = home.run(*only, "--min-judged", "90")
    assert (ended.code, ended.document["min_judged"], ended.document["exit_code"]) == (3, 90, 3)
    assert "50.0 % of what was selected was judged, and --min-judged asks for 90 %" in ended.said


def test_a_run_that_covers_too_little_says_how_much(tmp_path: Path, served: Served) -> None:
    """Two requests leave most of what is documented unexercised: nothing violated, and not what was asked."""
    ended = place(tmp_path, served).run("--only", "itwins.account.text-present", "--min-coverage", "90")
    assert (ended.code, ended.document["min_coverage"], ended.document["exit_code"]) == (3, 90, 3)
    assert "% of the documentation was exercised and judged, and --min-coverage asks for 90 %" in ended.said
    assert "% of the documentation covered, 90 % asked for" in ended.said
