"""The torture sees what a run leaves behind, judges wrongly or ends wrongly with, and it really tortures."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import cycle
from pathlib import Path

import pytest

from conformance.claims.requirements import load_claims
from conformance.claims.scenarios import Scenario
from conformance.cli.torture import torture
from conformance.errors import UsageError
from conformance.proof.fault_proxy import fault_proxy
from conformance.proof.torture import execute, ordeal
from conformance.proof.torture.accidents import ACCIDENTS
from conformance.proof.torture.ordeal import Ending, Ordeal, undergo, undisturbed
from conformance.proof.torture.plan import groups, named, ordeals, sampled
from conformance.proof.torture.table import HEAD, markdown, table
from conformance.results.model import RunReport
from conformance.targets.embedded import embedded_target
from conformance.targets.model import Target
from tests.suite.analysis.runs import run, verdict

ONLY = ("itwins.account.answers-200",)
JUDGED = "POST /b/…"


def place(line: int) -> Scenario:
    """Return a scenario at this line."""
    return Scenario("test_x.py", line, f"test_{line}", "")


def test_each_requirement_is_in_one_group_and_each_request_is_tried() -> None:
    """What is no documented operation is tried once; every documented one in each group."""
    found = groups({"a": (place(1),), "b": (place(1), place(2)), "c": (place(2),), "d": ()})
    assert found == [("a", "b"), ("c",)]
    runs = [(("a", "b"), ["POST /a", "POST /a", JUDGED]), (("c",), ["POST /a", JUDGED])]
    tried = [(each.only, each.number) for each in ordeals(runs, {JUDGED})][:: len(ACCIDENTS)]
    assert tried == [(("a", "b"), 1), (("a", "b"), 2), (("a", "b"), 3), (("c",), 2)]


@pytest.mark.parametrize(("percent", "size"), [(100, 40), (10, 4), (0, 1)])
def test_a_sample_is_a_part_that_the_seed_chooses(percent: float, size: int) -> None:
    """Two seeds choose others; the same seed the same."""
    all_of_them = [(f"r{number:02}",) for number in range(40)]
    assert len(sampled(all_of_them, percent, 1)) == size
    assert (sampled(all_of_them, percent, 1) == sampled(all_of_them, percent, 2)) == (percent == 100)


@pytest.mark.parametrize("accident", ACCIDENTS)
def test_a_run_takes_every_accident_well(accident: str) -> None:
    """The request that judges is disturbed, by a real connection to a real emulator."""
    catalogue = load_claims()
    with embedded_target() as emulator:
        requests = undisturbed(emulator, ONLY, catalogue, 1)
        number = requests.index("GET /itwins/…/account") + 1
        ending = undergo(emulator, Ordeal(ONLY, number, requests[number - 1], accident), catalogue, 1)
    assert ending.problems == ()
    assert ending.exit_code == {"500": 1}.get(accident, ending.exit_code)


def disturbed(report: RunReport, accident: str, *, held: tuple[int, int] = (1, 1)) -> tuple[str, ...]:
    """Return what is wrong with a run of this report; `held` is what the server has before and after."""
    one = Ordeal(ONLY, 1, "GET /x", accident)
    counts = cycle(held)
    with pytest.MonkeyPatch.context() as patch, fault_proxy("http://127.0.0.1:9") as proxy:
        patch.setattr(ordeal, "held", lambda _: {"itwins": next(counts)})
        patch.setattr(ordeal, "_run", lambda *_: ((report, frozenset({"x0002"})), proxy))
        return undergo(Target(name="t", base_url="http://127.0.0.1:9"), one, load_claims(), 1).problems


FAIL, PASS = verdict("a.b"), verdict("a.b", "PASS")


@pytest.mark.parametrize(
    ("report", "accident", "held", "problem"),
    [
        (run(PASS), "429", (1, 2), "left behind: 1 itwins before, 2 after"),
        (run(FAIL), "429", (1, 1), "violated: a.b"),
        (run(verdict("a.b", evidence=["x0009"])), "500", (1, 1), "violated: a.b"),
        (run(PASS, exit_code=3), "429", (1, 1), "exit code 3, where the verdicts mean 0"),
        (run(verdict("a.b", "CANNOT_JUDGE"), exit_code=0), "429", (1, 1), "exit code 0, where"),
        (run(PASS, exit_code=0, complete=False), "429", (1, 1), "exit code 0, where the verdicts mean 3"),
        (run(PASS, harness_errors=["boom"]), "429", (1, 1), "harness error: boom"),
        (run(verdict("a.b", "HARNESS_ERROR", reason="x")), "429", (1, 1), "harness error: a.b: x"),
        (run(PASS, leaks=[{"what": "box", "undo": "", "error": "500"}]), "429", (1, 1), "leak reported: box"),
    ],
)
def test_what_is_wrong_is_seen(report: RunReport, accident: str, held: tuple[int, int], problem: str) -> None:
    """Each kind of trouble, whatever the run says of itself."""
    assert any(each.startswith(problem) for each in disturbed(report, accident, held=held))


def test_a_violation_that_rests_on_what_happened_is_right() -> None:
    """A 500 is the server's own doing."""
    assert disturbed(run(FAIL), "500") == ()


@pytest.mark.parametrize(("again", "problems"), [((1, 1), 0), ((1, 2), 1)])
def test_a_run_that_takes_it_badly_is_repeated_patiently(again: tuple[int, int], problems: int) -> None:
    """What a busy machine does is told from what the suite does: only what stays is a problem."""
    one, counts, seen = Ordeal(ONLY, 1, "GET /x", "429"), iter((1, 2, *again)), []

    def ran(target: Target, *_: object) -> object:
        seen.append(target.read_timeout)
        return (run(PASS, exit_code=0), frozenset()), None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ordeal, "held", lambda _: {"itwins": next(counts)})
        patch.setattr(ordeal, "_run", ran)
        ending = undergo(Target(name="t", base_url="http://127.0.0.1:9"), one, load_claims(), 1)
    assert seen == [ordeal.HASTE["read_timeout"], ordeal.PATIENCE["read_timeout"]]
    assert (len(ending.problems), ending.repeated) == (problems, not problems)


def test_the_table_counts_each_run_once() -> None:
    """Rows by accident, sums last; the page holds the same."""
    one = Ordeal(ONLY, 1, "GET /x", "429")
    bad = Ending(one, 3, ("left behind: a", "left behind: b", "exit code 3, where"))
    head, *rows = table([bad, Ending(one, 0)])
    assert head == HEAD
    (counted,) = (row for row in rows if row[0] == "429")
    row = dict(zip(HEAD, counted, strict=True))
    assert row == dict(zip(HEAD, rows[-1], strict=True)) | {"accident": "429"}
    assert (row["runs"], row["exit 0"], row["exit 3"], row["left behind"]) == ("2", "1", "1", "1")
    assert "| 429 | 2 | 1 | 0 | 1 | 0 | 1 | 0 | 1 | 0 | 0 |" in markdown([bad, Ending(one, 0)], seed=1)


def test_the_scenarios_of_named_requirements_alone_are_tried() -> None:
    """A pattern names the groups that judge any such requirement; one that names none is refused."""
    found = [("a.one", "a.two"), ("b.one",)]
    assert named(found, ["a.*"]) == [("a.one", "a.two")]
    assert named(found, ["*.one"]) == found
    with pytest.raises(UsageError, match=r"--only c: with --torture it names requirements"):
        named(found, ["c"])


def test_the_verb_tells_what_took_it_badly(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each problem is one line, the table follows, and the page is written."""
    one = Ordeal(ONLY, 3, "GET /itwins", "500")
    endings = [Ending(one, 1, ("left behind: 1 itwins before, 2 after",)), Ending(one, 0)] * 25
    monkeypatch.setattr(execute, "planned", lambda *_, **__: [one] * len(endings))
    monkeypatch.setattr(execute, "execute", lambda *_, **__: iter(endings))
    page = tmp_path / "docs" / "torture.md"
    assert torture(100, workers=1, seed=1, page=page, quiet=False) == 1
    said = capsys.readouterr()
    assert (
        "500 at request 3, GET /itwins, of itwins.account.answers-200: left behind: 1 itwins"
        in said.out + said.err
    )
    assert said.out.splitlines()[-1] == "RED; 25 of 50 runs took it badly"
    assert "50 of 50 runs" in said.err
    assert "| left behind |" in page.read_text(encoding="utf-8")


def test_a_part_of_the_ordeals_is_gone_through_in_a_process(served_process: None) -> None:
    """A process has one emulator for its part, and what raises is a harness error of its own."""
    del served_process
    found = execute.planned(load_claims(), workers=1, seed=1, percent=0)[:2]
    endings = execute._undergo_all(found, seed=1)
    assert [each.problems for each in endings] == [(), ()]

    def raises(_: Ordeal) -> Ending:
        raise OSError("no more sockets")

    assert execute._undergo(raises, found[0]).problems == ("harness error: OSError: no more sockets",)


@pytest.fixture
def served_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Go through everything in this process."""

    class Pool(ThreadPoolExecutor):
        def __init__(self, workers: int) -> None:
            super().__init__(max_workers=workers)

    monkeypatch.setattr(execute, "_pool", Pool)
