"""An interrupted run undoes what it created; a killed one leaves a ledger that clean finishes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from contextlib import suppress
from pathlib import Path

import pytest

from conformance.emulator.serving import Served
from conformance.ledger.journal import load_ledger
from conformance.proof.fault_proxy import ReceivedRequest, fault_proxy
from tests.suite.forking import Process
from tests.suite.run.runs import Place, held, interrupt, place, until_written, wait

SLOW = "rate = 40\n"
SHARDED = ("--workers", "2")


def killed(home: Place, entries: int = 16) -> Path:
    """Start a run, kill it when its ledger has so many lines, and return its ledger."""
    folder = home.folder / "killed"
    process = home.start("run", "--report-dir", str(folder))
    until_written(folder, entries)
    process.kill()
    wait(process, folder, time.monotonic())
    return folder / "ledger.ndjson"


@pytest.mark.parametrize("kinds", [(signal.SIGINT,), (signal.SIGTERM, signal.SIGTERM)], ids=["once", "twice"])
def test_a_signal_ends_a_run_with_a_report_and_nothing_left(
    tmp_path: Path, served: Served, kinds: tuple[signal.Signals, ...]
) -> None:
    """The run stops sending, undoes, and reports what it judged and why it judged no more."""
    before = held(served)
    home = place(tmp_path, served, more=SLOW)
    folder = tmp_path / "report"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(folder))
    until_written(folder, 16)
    interrupt(process, *kinds)
    ended = wait(process, folder, started)
    assert ended.code == 3, ended.said
    assert "Traceback" not in ended.said
    assert ended.document["complete"] is False
    assert "interrupted" in ended.document["stopped"]
    assert ended.document["leaks"] == []
    assert held(served) == before
    assert home.verb("clean", "--ledger", str(folder)).said.strip() == "nothing to undo"


@pytest.mark.parametrize("kind", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
def test_no_shard_outlives_the_run(tmp_path: Path, served: Served, kind: signal.Signals) -> None:
    """The processes of a run end with it and delete what they created, told or not."""
    before = held(served)
    home = place(tmp_path, served, more="idle = 0\n")
    folder = tmp_path / "report"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(folder), *SHARDED)
    shard = folder / "shards" / "1"
    until_written(shard, 8)
    process.send_signal(kind)
    ended = wait(process, folder, started)
    while not (shard / "run.json").exists() and time.monotonic() < started + 60:
        time.sleep(0.1)
    told = json.loads((shard / "run.json").read_text(encoding="utf-8"))
    if kind is signal.SIGTERM:
        assert ended.code == 3, ended.said
        assert ended.document["leaks"] == []
        assert "interrupted" in told["stopped"]
    else:
        assert "gone" in told["stopped"]
        assert home.verb("clean", "--ledger", str(folder)).code == 0
    assert held(served) == before


def _shard_of(process: Process, seconds: float = 60.0) -> int:
    """Return the number of the process that a run starts for its first shard, as soon as there is one."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := _child_of(process):
            return found
        time.sleep(0.02)
    raise AssertionError("the run has no shard")


def _child_of(process: Process) -> int:
    for file in sorted(Path("/proc").glob("[0-9]*/stat"), key=lambda each: int(each.parent.name)):
        with suppress(OSError):
            words = (file.parent / "cmdline").read_bytes()
            parent = int(file.read_text(encoding="utf-8").rpartition(")")[2].split()[1])
            if parent == process.pid and b"spawn_main" in words:
                return int(file.parent.name)
    return 0


def test_a_terminal_that_interrupts_every_process_breaks_none(tmp_path: Path, served: Served) -> None:
    """Ctrl-C reaches the shards as well, before they are ready for it: the run ends as politely as ever."""
    before = held(served)
    home = place(tmp_path, served, more="idle = 0\nrate = 60\n")
    folder = tmp_path / "report"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(folder), *SHARDED)
    os.kill(_shard_of(process), signal.SIGINT)
    until_written(folder / "shards" / "2", 8)
    interrupt(process, signal.SIGINT)
    ended = wait(process, folder, started)
    assert ended.code == 3, ended.said
    assert "Traceback" not in ended.said
    assert ended.document["harness_errors"] == []
    assert held(served) == before


def test_what_a_killed_shard_leaves_is_deleted_by_the_run(tmp_path: Path, served: Served) -> None:
    """The run goes on without the shard, undoes what it created, and says that one of its processes died."""
    before = held(served)
    home = place(tmp_path, served, more="idle = 0\nrate = 60\n")
    folder = tmp_path / "report"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(folder), *SHARDED)
    shard = folder / "shards" / "1"
    until_written(shard, 8)
    os.kill(_shard_of(process), signal.SIGKILL)
    until_written(folder / "shards" / "2", 16)
    interrupt(process, signal.SIGTERM)
    ended = wait(process, folder, started)
    assert ended.code == 2, ended.said
    assert "Traceback" not in ended.said
    assert "ended: it was ended from outside" in " ".join(ended.document["harness_errors"])
    assert load_ledger(shard / "ledger.ndjson").pending() == []
    assert held(served) == before or ended.document["leaks"]


@pytest.mark.measured
def test_clean_finishes_a_killed_run_from_another_folder_and_twice(tmp_path: Path, served: Served) -> None:
    """The ledger is enough; a dry run sends nothing, the second clean has nothing to do."""
    before = held(served)
    ledger = killed(place(tmp_path / "first", served, more=SLOW))
    there = held(served)
    assert there != before
    home = place(tmp_path / "second", served)
    moved = Path(shutil.copy(ledger, tmp_path / "second" / "moved.ndjson"))
    dry = home.verb("clean", "--ledger", str(moved), "--dry-run")
    assert dry.code == 0, dry.said
    assert f"DELETE {served.base_url}" in dry.said
    assert held(served) == there
    first = home.verb("clean", "--ledger", str(moved))
    assert first.code == 0, first.said
    assert held(served) == before
    second = home.verb("clean", "--ledger", str(moved))
    assert second.code == 0
    assert second.said.strip() == "nothing to undo"


def test_a_report_folder_with_an_unfinished_ledger_is_not_written_over(
    tmp_path: Path, served: Served
) -> None:
    """The next run into the same folder is refused, says what to do, and loses nothing."""
    home = place(tmp_path, served, more=SLOW)
    ledger = killed(home)
    kept = ledger.read_bytes()
    again = home.run(report="killed")
    assert again.code == 2
    assert "conformance clean" in again.said
    assert ledger.read_bytes() == kept


def test_clean_leaves_a_run_alone_that_is_still_going_on(tmp_path: Path, served: Served) -> None:
    """A live run holds its ledger: clean says so, and the run is green."""
    home = place(tmp_path, served, more=SLOW)
    folder = tmp_path / "live"
    started = time.monotonic()
    process = home.start("run", "--report-dir", str(folder), "--only", "getITwinAccount")
    until_written(folder, 2)
    cleaned = home.verb("clean", "--ledger", str(folder))
    ended = wait(process, folder, started)
    assert "still going on" in cleaned.said
    assert ended.code == 0, ended.said


def test_what_cannot_be_deleted_is_a_leak_and_no_verdict(tmp_path: Path, served: Served) -> None:
    """An undo that fails is named in the report and the summary, and turns nothing red."""

    def refuses(received: ReceivedRequest) -> bool:
        if received.method == "DELETE" and received.path.count("/") == 2:
            return received.response(b'{"error":{"code":"X","message":"no"}}', "403 Forbidden")
        return received.hand_on()

    with fault_proxy(served.base_url, refuses) as proxy:
        ended = place(tmp_path, served, proxy.url).run("--only", "getITwinAccount")
    assert ended.code == 3, ended.said  # a scenario deletes something, too
    assert ended.verdicts("FAIL", "DEVIATION") == []
    (leak, *_) = ended.document["leaks"]
    assert leak["error"] == "403"
    assert leak["undo"].startswith("DELETE /")
    assert leak["what"] in (ended.folder / "summary.md").read_text(encoding="utf-8").replace("\\", "")
    lines = (ended.folder / "ledger.ndjson").read_text(encoding="utf-8").splitlines()
    states = {json.loads(line)["state"] for line in lines}
    assert "created" in states
