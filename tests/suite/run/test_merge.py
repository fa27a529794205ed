"""A run that was split over machines: each shard has its part, and merged they are the run."""

from __future__ import annotations

import json
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conformance.cli.merge import merge
from conformance.errors import UsageError
from conformance.results.model import RunReport
from conformance.results.run_json import load_run, write_run
from conformance.results.verdicts import Outcome
from conformance.run.merge import in_order, merge_folders, merged, run_folders
from conformance.run.open import new_run
from conformance.run.options import Options, limited
from conformance.run.pytest_plugin.launch import run_scenarios
from conformance.run.settle import Outlook
from conformance.run.sharding import ELSEWHERE, Shard, parse_shard
from conformance.targets.model import Target
from tests.suite.analysis.runs import run, verdict
from tests.suite.cli.verbs import call
from tests.suite.run.scenarios import scenario
from tests.suite.toy_api import Checkout

GET, COLOUR, WHOLE = "bulbs.get.answers-200", "bulbs.get.colour", "platform.reply.whole"


def shard(number: int, *verdicts: dict[str, Any], of: int = 2, **more: Any) -> RunReport:
    """Return what one of two shards found."""
    name = f"{number}/{of}"
    return run(*verdicts, **{"shard": name, "selected": [f"shard {name}"], **more})


def test_every_name_belongs_to_exactly_one_shard_and_stays_there() -> None:
    """Whatever is added, nothing moves to another shard; each has about its part."""
    names = [f"contract/test_{number}::test_it" for number in range(300)]
    for of in (1, 2, 5, 16):
        shards = [Shard(number, of) for number in range(1, of + 1)]
        owners = [[each.number for each in shards if each.has(name)] for name in names]
        assert all(len(owner) == 1 for owner in owners)
        assert min(sum(each.has(name) for name in names) for each in shards) > len(names) / of / 3


@pytest.mark.parametrize("whole", [1, 7, 100, 101])
def test_the_parts_of_a_limit_are_the_limit(whole: int) -> None:
    """Shards that know nothing of each other stay within it together."""
    parts = [Shard(number, 5).part_of(whole) for number in range(1, 6)]
    assert sum(parts) == whole
    assert max(parts) - min(parts) <= 1


@pytest.mark.parametrize("text", ["", "3", "0/2", "3/2", "1/0", "1/1001", "a/b", "-1/2", "1/2/3", "1 of 2"])
def test_what_is_no_shard_is_refused(text: str) -> None:
    """The message shows the form."""
    with pytest.raises(UsageError, match="expected I/N"):
        parse_shard(text)


def test_a_shard_spends_its_part_of_every_limit(bulb_target: Target) -> None:
    """Requests, writes and rate are split; too few requests for so many shards are refused."""
    options = Options(max_requests=11, max_writes=5, rate=6.0, shard=Shard(2, 3))
    target = limited(bulb_target, options)
    assert (target.max_requests, target.max_writes, target.rate) == (4, 2, 2.0)
    with pytest.raises(UsageError, match="too few for so many shards"):
        limited(bulb_target, Options(max_requests=2, shard=Shard(3, 3)))


SCENARIOS = scenario(
    f'with judge("{GET}"):\n    expect.status(get(run, "attic"), 200)', GET, name="status"
) + "".join(
    scenario(
        f'with judge("{COLOUR}") as seen:\n    get(run, "desk")\n    seen.observed("green {name}")',
        COLOUR,
        name=name,
    )
    for name in ("a", "b", "c", "d")
)


@pytest.mark.parametrize("of", [1, 2, 3, 5, 40])
def test_what_is_dealt_belongs_to_one_shard_and_goes_round(of: int) -> None:
    """Short ones in turn; the long ones of one function too, each function from the next shard on."""
    long = [f"{function}[{operation}]" for function in ("bad", "good") for operation in "abcd"]
    names = [*(f"s{number}" for number in range(30)), "walk", *long]
    shares = [Shard(number, of, dealt=True).share(names, ["walk", *long]) for number in range(1, of + 1)]
    assert sorted(name for share in shares for name in share) == sorted(names)
    for some in (names[:30], long[:4], long[4:]):
        counts = [len(share & set(some)) for share in shares]
        assert max(counts) - min(counts) <= 1
    if of == 2:
        assert shares[0] & {"walk", *long} == {"walk", "bad[b]", "bad[d]", "good[a]", "good[c]"}


@pytest.mark.parametrize("dealt", [False, True])
def test_merged_shards_are_the_run(checkout: Checkout, bulb_target: Target, dealt: bool) -> None:  # noqa: FBT001 - a parameter of the test
    """Verdict for verdict; exchanges, ledgers and counts of all shards are kept."""
    checkout.scenarios(SCENARIOS)
    reports = {}
    for part in (None, *(Shard(number, 3, dealt) for number in (1, 2, 3))):
        folder = checkout.root / "all" / str(part or "whole").replace("/", "of")
        options = Options(report_dir=folder, seed=3, shard=part)
        state = new_run(options, bulb_target, checkout.catalogue())
        reports[str(part)] = run_scenarios(state, formats=False)
    whole = reports.pop("None")
    assert not any(report.harness_errors for report in reports.values())
    folders = [report.folder for report in reports.values()]
    into = checkout.root / "merged"
    outlook = Outlook(today=date(2026, 11, 26))
    one = merge_folders(folders, into, outlook, catalogue=checkout.catalogue())
    assert [(v.pair, v.outcome, v.observed, v.actual) for v in one.verdicts] == [
        (v.pair, v.outcome, v.observed, v.actual) for v in whole.verdicts
    ]
    assert (one.exit_code, one.complete, one.shard, one.selected) == (1, True, "", ())
    assert one.coverage is not None
    assert whole.coverage is not None
    assert one.coverage.judged == whole.coverage.judged
    assert one.requests.total == sum(report.requests.total for report in reports.values())
    lines = (into / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    ids = {json.loads(line)["id"] for line in lines}
    assert len(ids) == len(lines) == one.requests.total
    assert {name for v in one.verdicts for name in v.evidence} <= ids
    assert load_run(into).verdicts == one.verdicts
    assert (into / "report.html").is_file()
    assert len(list(into.glob("shards/*/ledger.ndjson"))) == len(
        list(folders[0].parent.glob("*of*/ledger.ndjson"))
    )


def test_what_no_shard_exercised_cannot_be_judged() -> None:
    """A check of every response that is elsewhere in each shard was judged in none."""
    away = verdict(WHOLE, "NOT_APPLICABLE", reason=ELSEWHERE)
    lacks = verdict("a.role", "NOT_APPLICABLE", reason="the target has no role reader")
    report = merged([shard(1, away, lacks), shard(2, away, lacks)])
    assert {v.requirement: v.outcome for v in report.verdicts} == {
        WHOLE: Outcome.CANNOT_JUDGE,
        "a.role": Outcome.NOT_APPLICABLE,
    }
    seen = merged([shard(1, away), shard(2, verdict(WHOLE, "PASS", evidence=["x0001"]))])
    assert [(v.outcome, v.evidence) for v in seen.verdicts] == [(Outcome.PASS, ("s2-x0001",))]


def test_a_violation_of_one_shard_outlives_the_pass_of_another() -> None:
    """Whichever shard saw it."""
    for order in pairwise(("PASS", "FAIL", "PASS")):
        report = merged([shard(number, verdict(GET, kind)) for number, kind in enumerate(order, 1)])
        assert [v.outcome for v in report.verdicts] == [Outcome.FAIL]


@pytest.mark.parametrize(
    ("other", "words"),
    [
        ({"seed": 8}, "another --seed than .*give every shard the same --seed N"),
        ({"target": "dev"}, "another target than"),
        ({"identity": {"suite": "0.2.0"}}, "another version of the suite"),
        ({"identity": {"contract": "x"}}, "another scenarios"),
        ({"profile": "quick"}, "another profile"),
        ({"selected": ["a.b", "shard 2/2"]}, "another --only"),
        ({"of": 3}, "is shard 2/3, and .* is shard 1/2"),
        ({"number": 1}, "shard 1/2 is there already"),
        ({"shard": ""}, "is a whole run, no shard"),
    ],
)
def test_what_does_not_belong_together_is_refused(other: dict[str, Any], words: str) -> None:
    """The message names both folders and what differs."""
    selected = {"selected": other.pop("selected")} if "selected" in other else {}
    second = shard(other.pop("number", 2), verdict(GET, "PASS"), of=other.pop("of", 2), **other)
    second = second.model_copy(update={"selected": tuple(selected["selected"])} if selected else {})
    with pytest.raises(UsageError, match=words):
        in_order([shard(1, verdict(GET, "PASS")), second])


def test_a_missing_shard_is_named_and_merged_only_on_demand() -> None:
    """With --partial the others are merged, and the run is not complete."""
    there = [shard(3, verdict(GET, "PASS"), of=3), shard(1, verdict(GET, "PASS"), of=3)]
    with pytest.raises(UsageError, match="shard 2/3 is missing; run it, or merge the others with --partial"):
        in_order(there)
    report = merged(in_order(there, partial=True))
    assert (report.complete, report.stopped) == (False, "shard 2/3 is missing")


def test_the_verb_merges_a_folder_of_shards(tmp_path: Path) -> None:
    """The exit code is that of the whole; what is waived in one shard is no stale waiver of another."""
    for number, kind in ((1, "PASS"), (2, "FAIL")):
        row = verdict("itwins.account.returns-200@getITwinAccount", kind)
        write_run(tmp_path / "all" / f"job-{number}", shard(number, row))
    said = call(merge, tmp_path / "all", "--report-dir", tmp_path / "out")
    assert said.code == 1
    assert load_run(tmp_path / "out").exit_code == 1
    again = call(merge, tmp_path / "all", "--report-dir", tmp_path / "out")
    assert (again.code, "earlier run" in again.err) == (2, True)
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="no run folder, and none inside it"):
        run_folders([tmp_path / "empty"])
