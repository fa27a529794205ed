"""What servers say by convention alone is understood, and what ends or shuts out is borne or not sent."""

from __future__ import annotations

from pathlib import Path

import pytest

from conformance.results.verdicts import Verdict
from conformance.run.derived import judging
from conformance.targets.model import Target
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import served
from tests.suite.run.derived.task_api import TaskApi

Seen = tuple[TaskApi, dict[str, Verdict]]


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    """Judge the tasks once."""
    api, folder = TaskApi(), tmp_path_factory.mktemp("tasks")
    with served(api) as address:
        target = Target(name="small", base_url=address, writes="free", consistency_timeout=0)
        run = judged(added(folder, api.definition()), target, folder / "run")
    return api, verdicts(run)


@pytest.mark.parametrize(
    "operation",
    [
        "POST tasks",  # its member project is the number of one
        "GET tasks",  # its 404 speaks of the query
        "POST board",  # its list task_ids wants one
        "PATCH tasks/x",  # the task was archived by another operation
        "DELETE labels/x",  # its creation takes and shows a list
    ],
)
def test_an_operation_is_reached(seen: Seen, operation: str) -> None:
    """Its valid request was carried out."""
    assert operation in seen[0].succeeded


def test_nothing_is_left(seen: Seen) -> None:
    """Each list of one that was sent is deleted too."""
    assert seen[0].things == {"projects": {}, "tasks": {}, "labels": {}}


def test_what_was_refused_once_is_not_sent_again(seen: Seen) -> None:
    """A project is made as the one that was accepted, whose colour had been refused at first."""
    made = [c for c in seen[0].calls if c.parts == ("projects",) and isinstance(c.body, dict)]
    refused = [c for c in made if str(c.body.get("color", "")).startswith("ct-")]
    assert refused == made[:2]  # as it was, and in small letters
    assert len(made) > 3


def test_what_nothing_deletes_is_not_sent_again_for_what_it_shows(seen: Seen) -> None:
    """A guess that a write gives an id is followed once."""
    assert len(seen[0].kept) == 1


@pytest.mark.parametrize("operation", ["settle", "restart"])
def test_what_shuts_out_is_not_sent(seen: Seen, operation: str) -> None:
    """How one signs in is left as it is, and a GET that restarts the server is not sent."""
    assert not seen[0].is_locked
    assert "allow it with" in seen[1][f"small.{operation}.documented-status"].reason


def test_the_first_reason_is_not_hidden_by_a_budget_that_is_spent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was not sent for what it is says so still when nothing more may be sent."""
    monkeypatch.setattr(judging, "limit_of", lambda *_: 40)
    api = TaskApi()
    with served(api) as address:
        target = Target(name="small", base_url=address, writes="free", consistency_timeout=0)
        found = verdicts(judged(added(tmp_path, api.definition()), target, tmp_path / "run"))
    assert any("budget of 40 requests is spent" in v.reason for v in found.values())
    of_settle = {v.reason for v in found.values() if v.operation == "settle" and v.reason}
    assert of_settle
    assert not [reason for reason in of_settle if "budget" in reason]
