"""A run takes no folder that holds another one's report, and leaves nothing of another in its own."""

import json
from pathlib import Path
from typing import Any

import pytest

from conformance.cli.run import run as run_verb
from conformance.errors import UsageError
from conformance.run.open import WRITTEN, new_run, refuse_earlier_run
from conformance.run.options import QUICK_REQUESTS, Options, limited
from conformance.targets.model import Target
from tests.suite.analysis.runs import document, folder_of, run, verdict
from tests.suite.cli.verbs import call
from tests.suite.toy_api import Checkout


def test_a_folder_that_holds_a_run_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever names it would lose that run; an empty folder or one that is not there is taken."""
    folder = folder_of(tmp_path, run(verdict("a.b")))
    monkeypatch.chdir(tmp_path)
    before = (folder / "run.json").read_bytes()
    said = call(run_verb, "--report-dir", folder)
    assert (said.code, "which would be lost" in said.err) == (2, True)
    assert (folder / "run.json").read_bytes() == before
    (tmp_path / "empty").mkdir()
    for free in (None, tmp_path / "empty", tmp_path / "none"):
        refuse_earlier_run(free)


def test_nothing_of_an_earlier_run_is_taken_for_this_one(checkout: Checkout, bulb_target: Target) -> None:
    """Its comparison, history and digest would be rendered with this run's verdicts."""
    folder = checkout.root / "report"
    folder.mkdir()
    for name in WRITTEN:
        (folder / name).write_text("{}", encoding="utf-8")
    new_run(Options(report_dir=folder), bulb_target, checkout.catalogue()).client.close()
    assert [name for name in WRITTEN if (folder / name).exists()] == []


def test_a_baseline_of_another_target_is_refused(checkout: Checkout, bulb_target: Target) -> None:
    """What was new there says nothing here."""
    folder = folder_of(checkout.root, run(verdict("a.b")))
    options = Options(report_dir=checkout.root / "report", baseline=folder)
    with pytest.raises(UsageError, match="judged 'qa', and this run judges 'bulbs'"):
        new_run(options, bulb_target, checkout.catalogue())
    (folder / "run.json").write_text(json.dumps(document(verdict("a.b"), target="bulbs")), encoding="utf-8")
    opened = new_run(options, bulb_target, checkout.catalogue())
    opened.client.close()
    assert opened.baseline is not None
    assert opened.baseline.target == "bulbs"


@pytest.mark.parametrize(
    ("options", "own", "limit"),
    [
        ({}, None, QUICK_REQUESTS),
        ({}, 40, 40),
        ({"max_requests": 30}, 40, 30),
        ({"max_requests": 50}, 40, 40),
        ({"profile": "nightly"}, None, None),
    ],
)
def test_the_command_line_only_narrows_a_limit(
    bulb_target: Target, options: dict[str, Any], own: int | None, limit: int | None
) -> None:
    """A target's own limit is never widened, and a quick run has one in any case."""
    target = bulb_target.model_copy(update={"max_requests": own})
    assert limited(target, Options(**options)).max_requests == limit
