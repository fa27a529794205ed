"""Six runs of one target: healthy, broken, waived, waiver over, mended, and the suite itself changed."""

from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path

import pytest

from conformance.analysis.compare import Comparison, compare, gate
from conformance.analysis.history import open_violations, read_history
from conformance.analysis.waivers import apply, hash_of, parse, red_waivers
from conformance.claims.level import Level
from conformance.results.model import RunReport
from conformance.results.run_json import load_run
from conformance.results.verdicts import ExitCode, Outcome, Verdict, exit_code
from tests.suite.analysis.runs import folder_of, run, verdict

ID, OTHER, NEW = "zones.id.is-unique", "zones.name.is-kept", "zones.name.is-short"
WAIVED = f"""\
waivers:
  - requirement: {ID}
    operation: createZone
    target: qa
    reason: mended in the next release
    defect: https://bugs.example.org/7
    owner: zones team
    first_seen: 2026-11-02
    expires: 2026-11-03
"""
NO_WAIVERS = "waivers: []\n"


@dataclass(frozen=True)
class Variant:
    """What is different in one run."""

    broken: bool = False
    waivers: str = NO_WAIVERS
    suite: str = "0.1.0"
    more: tuple[tuple[str, Outcome], ...] = ()


VARIANTS = (
    Variant(),
    Variant(broken=True),
    Variant(broken=True, waivers=WAIVED),
    Variant(broken=True, waivers=WAIVED),
    Variant(waivers=WAIVED),
    Variant(suite="0.2.0", more=((NEW, Outcome.FAIL),)),
)


def judged(number: int, variant: Variant) -> RunReport:
    """Return the run of a variant as `conformance run` writes it, with its waivers and its exit code."""
    today = date(2026, 11, number)
    rows = ((ID, Outcome.FAIL if variant.broken else Outcome.PASS), (OTHER, Outcome.PASS), *variant.more)
    waivers = parse(variant.waivers, "waivers.yaml", today=today)
    verdicts, states = apply(
        waivers, [Verdict(name, "createZone", Level.MUST, kind) for name, kind in rows], "qa", today
    )
    code = exit_code(verdicts)
    if red_waivers(states) and code is ExitCode.CONFORMS:
        code = ExitCode.VIOLATION
    return run(
        *(verdict(one.requirement, one.outcome.value, waived=one.waived) for one in verdicts),
        night=number,
        exit_code=int(code),
        waivers=states,
        identity={"suite": variant.suite, "waivers": hash_of(waivers)},
    )


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return the report folders of the six nights."""
    for number, variant in enumerate(VARIANTS, 1):
        folder_of(tmp_path, judged(number, variant))
    return tmp_path


def moved(reports: Path, number: int) -> Comparison:
    """Compare a night with the one that the history finds for it."""
    new = load_run(reports / f"202611{number:02d}T060000Z-0001")
    found = read_history(reports).last_comparable(new)
    assert found is not None
    old = load_run(found)
    assert old.started < new.started
    return compare(old, new)


@pytest.mark.parametrize(
    ("number", "run_code", "gate_code", "moves"),
    [
        (2, 1, 1, [(ID, "new violation", "target changed")]),
        (3, 0, 0, [(ID, "waived", "waiver changed")]),
        (4, 1, 1, [(ID, "expired", "waiver changed")]),
        (5, 1, 0, [(ID, "fixed", "target changed")]),
        (6, 1, 1, [(NEW, "new violation", "requirement changed")]),
    ],
)
def test_each_night_says_what_moved_and_why(
    reports: Path, number: int, run_code: int, gate_code: int, moves: list[tuple[str, str, str]]
) -> None:
    """Every night has its own move, cause and exit codes, and no other."""
    report = load_run(reports / f"202611{number:02d}T060000Z-0001")
    comparison = moved(reports, number)
    assert [(move.requirement, move.move, move.cause) for move in comparison.moves] == moves
    assert report.exit_code == run_code
    assert gate(comparison) == gate_code
    assert comparison.comparable


def test_the_first_night_is_green_and_has_nothing_behind_it(reports: Path) -> None:
    """A history begins somewhere."""
    first = load_run(reports / "20261101T060000Z-0001")
    assert first.exit_code == 0
    assert read_history(reports).last_comparable(first) is None


def test_the_details_name_owner_day_and_what_to_do(reports: Path) -> None:
    """Whoever reads the delta knows whom to ask and what is next."""
    assert "waived until 2026-11-03: mended in the next release" in moved(reports, 3).moves[0].detail
    assert "the waiver of zones team expired on 2026-11-03" in moved(reports, 4).moves[0].detail
    assert "its waiver is stale: take the row out" in moved(reports, 5).moves[0].detail
    assert "the suite changed: 0.1.0 → 0.2.0" in moved(reports, 6).notes


def test_a_changed_suite_is_named_as_the_cause_where_it_judges_otherwise(reports: Path) -> None:
    """A verdict that flips with a new suite is first of all the suite's doing, and maybe the target's."""
    new = judged(7, Variant(suite="0.2.0", broken=True))
    (move,) = compare(load_run(reports / "20261101T060000Z-0001"), new).moves
    assert [cause.value for cause in move.causes] == ["suite changed", "target changed"]


def test_the_open_violation_is_as_old_as_it_is(reports: Path) -> None:
    """Waived or not, the violation of the second night is the same until it is mended."""
    for folder in ("20261105T060000Z-0001", "20261106T060000Z-0001"):
        (reports / folder / "run.json").unlink()
    (violation,) = open_violations(read_history(reports))
    assert (violation.since_started[:10], violation.runs, violation.flaky) == ("2026-11-02", 3, False)
    assert {"requirement", "since", "came", "went"} <= asdict(violation).keys()
