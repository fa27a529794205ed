"""What a campaign consists of: every shard once, with a folder and a part of the limits of its own."""

from __future__ import annotations

from pathlib import Path

from conformance.run.campaign.plan import Limits, Plan, attempts, finished

PLAN = Plan(
    campaign="c", reports=Path("reports"), targets_file=Path("targets.toml"), targets=("qa", "dev"),
    apis=("boards", "flows@*"), shards=3, seeds=(7, 8),
)  # fmt: skip


def test_every_shard_of_every_run_is_one_task() -> None:
    """Targets take turns, and no two tasks share a folder."""
    tasks = PLAN.tasks()
    assert len(tasks) == 2 * 2 * 2 * 3
    assert [task.target for task in tasks[:4]] == ["qa", "dev", "qa", "dev"]
    assert len({PLAN.folder(task) for task in tasks}) == len(tasks)
    own = [task for task in tasks if task.target == "qa"]
    assert [task.part.number for task in own] == list(range(1, 13))
    assert str(own[-1]) == "qa flows@* shard 3/3 seed 8"
    assert own[-1].name == "12-flows__-8-3of3"


def test_the_runs_of_a_target_share_its_limits() -> None:
    """Each run has its part, and the shards of a run have parts of that."""
    limits = Limits(max_requests=30, max_writes=5, rate=2.0)
    own = [task for task in PLAN.tasks() if task.target == "qa"]
    parts = [limits.part(task.group) for task in own if task.shard.number == 1]
    assert len(parts) == 4
    assert sum(part.max_requests or 0 for part in parts) == 30
    assert sum(part.max_writes or 0 for part in parts) == 5
    assert Limits().part(own[0].group) == Limits()


def test_the_folder_of_a_task_tells_what_was_begun_and_what_was_finished(tmp_path: Path) -> None:
    """Only an attempt with a report was carried to its end."""
    assert (attempts(tmp_path), finished(tmp_path)) == ([], None)
    for number in (1, 2):
        (tmp_path / f"attempt-{number}").mkdir()
    assert (len(attempts(tmp_path)), finished(tmp_path)) == (2, None)
    (tmp_path / "attempt-2" / "run.json").write_text("{}", encoding="utf-8")
    assert finished(tmp_path) == tmp_path / "attempt-2"
