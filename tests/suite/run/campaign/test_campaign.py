"""A campaign gives the verdicts of one process, also where a worker is lost."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from distributed import Client, LocalCluster

from conformance.cli.campaign import campaign
from conformance.emulator.serving import Served, running
from conformance.errors import NotJudged
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.results.verdicts import ExitCode
from conformance.run.campaign import cluster
from conformance.run.campaign.campaign import Campaign, Ended
from conformance.run.campaign.plan import Limits, Plan
from tests.suite.cli.verbs import call
from tests.suite.run.runs import ACCOUNT, LONGEST, held, place

pytestmark = [pytest.mark.measured, pytest.mark.xdist_group("campaign")]

ENOUGH = 30
"""Requests after which each of two workers has begun to create."""
API = "getITwinAccount"


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    """Return a client of a cluster inside this process."""
    address = cluster.LOOPBACK
    with (
        LocalCluster(
            processes=False,
            n_workers=1,
            threads_per_worker=2,
            dashboard_address=address,
            worker_dashboard_address=address,
        ) as inside,
        Client(inside) as client,
    ):
        yield client


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> RunReport:
    """Return the report of one process with the same seed."""
    with running() as served:
        return load_run(place(tmp_path_factory.mktemp("whole"), served).run(*ACCOUNT, "--seed", "7").folder)


def planned(folder: Path, **more: object) -> Plan:
    """Return the plan of a small campaign against the target of this folder."""
    plan = Plan(
        campaign="c", reports=folder / "reports", targets_file=folder / "targets.toml",
        targets=("emulator",), apis=(API,), shards=2, seeds=(7,),
    )  # fmt: skip
    return replace(plan, **more)  # type: ignore[arg-type] # fields of the plan by their names


def ended(client: Client, plan: Plan, said: list[str], limits: Limits | None = None) -> Ended:
    """Run a campaign."""
    return Campaign(client, plan, dict.fromkeys(plan.targets, limits or Limits()), said.append).run()


def outcomes(report: RunReport) -> dict[tuple[str, str], str]:
    """Return the outcome of each pair."""
    return {verdict.pair: verdict.outcome for verdict in report.verdicts}


def test_the_shards_of_a_campaign_are_one_run(
    tmp_path: Path, served: Served, client: Client, whole: RunReport
) -> None:
    """Verdict for verdict; a second call finds the reports and sends nothing."""
    place(tmp_path, served)
    plan, said = planned(tmp_path), list[str]()
    found = ended(client, plan, said, Limits(max_requests=2000, rate=1000.0))
    assert (found.exit_code, found.problems) == (ExitCode.CONFORMS, ())
    report = load_run(found.folders["emulator"])
    assert outcomes(report) == outcomes(whole)
    assert report.limits is not None
    assert (report.limits.max_requests, report.limits.rate) == (2000, 1000.0)
    assert (report.selected, report.shard, report.complete) == ((API,), "", True)
    assert said[0] == "2 shards for 1 workers"
    assert sum("begins on" in line for line in said) == 2
    sent = report.requests.total
    again = ended(client, plan, said)
    assert load_run(again.folders["emulator"]).requests.total == sent
    assert sum("begins on" in line for line in said) == 2


def test_a_shard_whose_worker_is_lost_twice_is_named(tmp_path: Path, served: Served, client: Client) -> None:
    """The others make a report that is not complete."""
    place(tmp_path, served)
    plan, said = planned(tmp_path), list[str]()
    for number in (1, 2):
        (plan.folder(plan.tasks()[0]) / f"attempt-{number}").mkdir(parents=True)
    found = ended(client, plan, said)
    assert found.exit_code is ExitCode.CANNOT_JUDGE
    assert "its worker was lost 2 times (nothing to undo)" in found.problems[0]
    report = load_run(found.folders["emulator"])
    assert (report.complete, report.stopped) == (False, "shard 1/2 is missing")


def test_what_cannot_be_judged_at_all_is_said_of_each_target(tmp_path: Path, client: Client) -> None:
    """A target that is not there has no report."""
    (tmp_path / "targets.toml").write_text("[targets]\n", encoding="utf-8")
    found = ended(client, planned(tmp_path, targets=("nowhere",)), [])
    assert found.exit_code is ExitCode.CANNOT_JUDGE
    assert len(found.problems) == 3
    assert "no target 'nowhere'" in found.problems[0]
    assert "no shard of it was judged" in found.problems[2]


def test_a_scheduler_is_joined_or_named(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that is not there is said with its address."""
    with cluster.workers_at(str(client.scheduler_info()["address"])) as joined:
        assert len(joined.scheduler_info()["workers"]) == 1
    monkeypatch.setattr(cluster, "LONGEST_WAIT", 0.1)
    with (
        pytest.raises(NotJudged, match="cannot be reached"),
        cluster.workers_at("tcp://127.0.0.1:9"),
    ):
        pass


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "--local N or --scheduler ADDRESS"),
        (("--local", 2, "--scheduler", "tcp://127.0.0.1:9"), "one of the two"),
        (("--local", 2, "--profile", "x"), "--profile x"),
        (("--local", 2, "--rate", "x"), "--rate"),
        (("--local", 2, "--api", "nothing.here"), "selects nothing"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    tmp_path: Path, served: Served, words: tuple[object, ...], said: str
) -> None:
    """Before anything is started."""
    place(tmp_path, served)
    told = call(campaign, "--targets", tmp_path / "targets.toml", *words)
    assert told.code == 2
    assert said in told.err


def test_without_dask_the_extra_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the line for pip."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    told = call(campaign, "--local", 2)
    assert (told.code, "pip install 'itwin-conformance[campaign]'" in told.err) == (2, True)


def test_a_worker_that_is_killed_changes_no_verdict_and_leaves_nothing(
    tmp_path: Path, served: Served, whole: RunReport
) -> None:
    """Another worker deletes what it created and judges its shard again."""
    before = held(served)
    reached, killed = threading.Event(), threading.Event()

    def waits(received: ReceivedRequest) -> bool:
        """Let both workers wait in the middle until one of them is dead."""
        if received.number >= ENOUGH:
            reached.set()
            killed.wait(LONGEST)
        return received.hand_on()

    with fault_proxy(served.base_url, waits) as proxy:
        home = place(tmp_path, served, proxy.url, "idle = 0\nconsistency_timeout = 0\n")
        words = ("--local", "2", "--shards", "2", "--api", API, "--seed", "7", "--reports", "all")
        with subprocess.Popen(
            [sys.executable, "-m", "conformance", "campaign", *words],
            cwd=home.folder,
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stderr is not None
            said: list[str] = []
            for line in process.stderr:
                said.append(line)
                if (begins := re.search(r"begins on .*, process (\d+)$", line)) and not killed.is_set():
                    reached.wait(LONGEST)
                    os.kill(int(begins[1]), signal.SIGKILL)
                    killed.set()
        proxy.wait_until_idle()
    assert process.returncode == 0, said
    assert sum(" undone, 0 left" in line for line in said) == 1, said
    assert outcomes(load_run(next((home.folder / "all").glob("*-emulator")))) == outcomes(whole)
    assert (home.folder / "all" / "index.html").is_file()
    assert held(served) == before
