"""Whatever a server says, no verb passes a command of it to the terminal or the log of a CI job."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from importlib import import_module
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings

import conformance.cli as command_line
from conformance.analysis.compare.terminal import print_comparison
from conformance.analysis.history import BrokenRun, OpenViolation
from conformance.analysis.replay.model import Replayed, ReplayResult, Reproduced, ViolationReference
from conformance.errors import UsageError
from conformance.report.console import open_console, say_lines
from conformance.results.text import json_text
from conformance.run.doctor.model import Diagnosis, Observation, Outlook, State
from tests.suite.report import documents
from tests.suite.report.hostile_text import ANY_TEXT, FRAGMENTS, harmful_line


def say_diagnosis(text: str) -> None:
    """Say what doctor found out."""
    seen = Observation(text, text, State.DOWN, text, text)
    import_module("conformance.cli.doctor")._show(
        Diagnosis(text, text, (seen,), (Outlook(1, (text,), text),), 0, {})
    )


def say_replay(text: str) -> None:
    """Say what a replay showed."""
    sent = Replayed("x1", text, text, text, evidence=True)
    result = ReplayResult(
        ViolationReference(text, text), "r", Reproduced.UNKNOWN, text, text, text, (sent,), (text,)
    )
    import_module("conformance.cli.replay")._print(result)
    sys.stdout.write(json_text(result.to_document(), 2))


def say_history(text: str) -> None:
    """Say what is violated since when, and what is no run."""
    module = import_module("conformance.cli.history")
    found = OpenViolation(text, text, text, "FAIL", False, text, text, text, text, 1, 1, 1)  # noqa: FBT003 - it is not waived
    module._print_violations([found])
    module._print_broken([BrokenRun(Path("a"), text)])
    runs = documents.history(1, run_id=text, target=text, profile=text)
    module._print_runs(Path("reports"), runs, [BrokenRun(Path(text[:40]), text)])


def say_comparison(text: str) -> None:
    """Say what moved."""
    moves = [{"requirement": text, "operation": text, "move": "fixed", "before": text, "detail": text}]
    print_comparison(documents.comparison(old=text, notes=[text], moves=moves), open_console())


def say_error(text: str) -> None:
    """Say why a verb could not go on."""

    def fail() -> None:
        raise UsageError(text)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(command_line, "app", fail)
        with pytest.raises(SystemExit):
            command_line.main()


VERBS: Final = (
    say_diagnosis,
    say_replay,
    say_history,
    say_comparison,
    say_error,
    lambda text: say_lines([text]),
)


@pytest.mark.parametrize("verb", VERBS)
@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(text=ANY_TEXT)
@example(text="".join(FRAGMENTS))
@example(text="\n::error::x")
def test_what_a_verb_prints_commands_nobody(verb: Callable[[str], None], text: str) -> None:
    """No line starts with a command or holds one, and nothing in it is hidden."""
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        verb(text)
    assert said.getvalue()
    assert not harmful_line(said.getvalue())


@given(text=ANY_TEXT)
def test_json_of_a_verb_is_json(text: str) -> None:
    """A machine that reads the output of a verb gets the text back as a reader of it sees it."""
    assert json.loads(json_text({"a": [text]})).keys() == {"a"}
