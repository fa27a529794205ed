"""The verbs that speak of requirements: waive, waivers and explain, on a small set of claims."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conformance.cli.explain import explain
from conformance.cli.waive import waive
from conformance.cli.waivers import waivers
from conformance.emulator import catalogue
from conformance.emulator.defects.changes import nothing
from conformance.emulator.defects.defect import Defect
from conformance.errors import HarnessError
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

SPEC = """\
openapi: 3.0.3
info: {title: Zones, version: "1"}
paths:
  /zones/{zoneId}:
    get:
      operationId: getZone
      responses: {"200": {description: A zone.}}
"""
ROWS = """\
requirements:
  - id: zones.get.returns-200
    operation: getZone
    level: must
    basis: sentence
    quote: Returns a zone.
    page: 000_page
    expect: an existing zone is returned with 200
  - id: zones.get.needs-reader
    operation: getZone
    level: should
    basis: fact
    source: https://docs.example.org/zones
    expect: a reader may read
    needs: [role.reader]
"""
SCENARIOS = '''\
"""Zones."""
import pytest
from conformance.run import pytest_plugin as plugin
from conformance.run.pytest_plugin import verifies

IDS = [f"zones.get.{word}" for word in ("needs-reader", "returns-200")]

@verifies("zones.get.returns-200")
@pytest.mark.parametrize("number", [1, 2])
def test_a_zone_is_there_after_its_create(number):
    """A zone is there
    after its create."""

@plugin.verifies(*IDS)
def test_a_reader_reads(operation):
    """A reader reads."""

@pytest.mark.parametrize("name", ["zones.get.returns-200"])
def test_another(name):
    """Another."""
'''


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with one spec, two requirements and a contract, in which the verbs run."""
    specs, contract = tmp_path / "specs", tmp_path / "tests" / "contract"
    (specs / "zones").mkdir(parents=True)
    contract.mkdir(parents=True)
    (specs / "zones" / "openapi.yaml").write_text(SPEC, encoding="utf-8")
    (specs / "zones" / "requirements.yaml").write_text(ROWS, encoding="utf-8")
    (specs / "waivers.yaml").write_text("# known\nwaivers: []\n", encoding="utf-8")
    (contract / "test_zones.py").write_text(SCENARIOS, encoding="utf-8")
    (tmp_path / "pyproject.toml").write_text('name = "itwin-conformance"\n', encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def options(**more: object) -> list[str]:
    """Return the options of a good waiver, with some of them changed."""
    given = {
        "operation": "getZone",
        "target": "qa",
        "reason": "mended soon",
        "defect": "https://bugs.example.org/7",
        "owner": "zones team",
        **more,
    }
    return [word for name, value in given.items() for word in (f"--{name}", str(value))]


def test_a_waiver_is_written_and_listed(project: Path) -> None:
    """The row stands in the file with today and its last day, and the list counts the days."""
    said = call(waive, "zones.get.returns-200", *options(days=10, kind="flaky"))
    assert said.code == 0, said.err
    today = datetime.now(UTC).date()
    assert said.out == f"specs/waivers.yaml:3: waived until {today + timedelta(days=10)}\n"
    assert (project / "specs" / "waivers.yaml").read_text(encoding="utf-8").startswith("# known\nwaivers:\n")
    document = json.loads(call(waivers, "--json").out)
    assert document["waivers"][0]["days_left"] == 10
    assert document["waivers"][0]["kind"] == "flaky"
    said = call(waivers)
    assert (said.code, "zones.get.returns-200" in said.out, "mended soon" in said.out) == (0, True, True)


def test_a_waiver_says_what_the_history_knows(project: Path) -> None:
    """The operation that is violated, the day on which it came, and that it comes and goes."""
    for night, kind in enumerate(("FAIL", "PASS", "FAIL"), 1):
        report = run(verdict("zones.get.returns-200@getZone", kind), night=night)
        folder_of(project / "reports", report)
    given = options()[2:]  # without the operation
    said = call(waive, "zones.get.returns-200", *given, "--waivers", project / "waivers.yaml")
    assert (said.code, said.err) == (0, "")
    text = (project / "waivers.yaml").read_text(encoding="utf-8")
    for words in ("operation: getZone", "first_seen: 2026-11-03", "kind: flaky"):
        assert words in text
    said = call(waive, "zones.get.returns-200", *options(target="dev"))
    assert said.err == "zones.get.returns-200@getZone: no run of dev in reports violates it\n"


def test_the_list_of_waivers_is_red_where_one_is_over(project: Path) -> None:
    """Whoever lists the waivers in a job is told by the exit code."""
    assert call(waivers).out == "no waivers\n"
    row = "requirement: zones.get.returns-200, operation: getZone, target: qa, reason: r, owner: o"
    (project / "waivers.yaml").write_text(
        f"waivers: [{{{row}, defect: 'https://d.test', first_seen: 2026-01-01, expires: 2026-01-02}}]\n",
        encoding="utf-8",
    )
    said = call(waivers)
    assert (said.code, "OVER since" in said.out) == (1, True)
    assert call(waivers, "--waivers", project / "specs" / "waivers.yaml").code == 0
    assert call(waivers, "--waivers", project / "none.yaml").code == 2


@pytest.mark.parametrize("finding", ["zones.get.returns-200", "zones.get.returns-200@getZone"])
def test_a_finding_is_waived_under_the_name_that_a_report_gives_it(project: Path, finding: str) -> None:
    """REQUIREMENT@OPERATION is copied from a report, and the only operation of a requirement goes without."""
    said = call(waive, finding, *options()[2:])
    assert said.code == 0, said.err
    written = (project / "specs" / "waivers.yaml").read_text(encoding="utf-8")
    assert "requirement: zones.get.returns-200\n    operation: getZone\n" in written


@pytest.mark.parametrize(
    ("requirement", "changed", "words"),
    [
        ("zones.get.returns-201", {}, "did you mean zones.get.returns-200"),
        ("zones.get.returns-200@putZone", {}, "on which operation? Name one of getZone, putZone"),
        ("zones.get.returns-200", {"operation": "putZone"}, "is not judged on putZone; it is on getZone"),
        ("zones.get.returns-200", {"days": 91}, "at most 90 days"),
        ("zones.get.returns-200", {"kind": "rare"}, "'rare' is not one of"),
        ("zones.get.returns-200", {"defect": "7"}, "is no link"),
    ],
)
def test_a_waiver_that_means_nothing_is_not_written(
    project: Path, requirement: str, changed: dict[str, object], words: str
) -> None:
    """Unknown ids and a waiver without end do not reach the file."""
    said = call(waive, requirement, *options(**changed))
    assert (said.code, words in said.err) == (2, True)
    assert "zones" not in (project / "specs" / "waivers.yaml").read_text(encoding="utf-8")


def test_a_requirement_is_explained_with_all_that_is_known(project: Path) -> None:
    """Page, quote, scenarios and the last verdicts stand under each other."""
    folder_of(project / "reports", run(verdict("zones.get.returns-200@getZone")))
    folder_of(project / "reports", run(verdict("zones.get.returns-200@getZone", "PASS"), night=2))
    said = call(explain, "zones.get.returns-200")
    assert said.out.splitlines() == [
        "zones.get.returns-200",
        "  must, by sentence, on getZone",
        "  quote: Returns a zone.",
        "  expect: an existing zone is returned with 200",
        "  page: 000_page",
        (
            "  scenario: A zone is there after its create. "
            "(test_zones.py:8 test_a_zone_is_there_after_its_create)"
        ),
        "  scenario: A reader reads. (test_zones.py:14 test_a_reader_reads)",
        "  2026-11-02T06:00:00Z qa: getZone PASS",
        "  2026-11-01T06:00:00Z qa: getZone FAIL",
    ]


@pytest.mark.usefixtures("project")
def test_a_requirement_is_explained_as_json() -> None:
    """A machine reads the same, empty where nothing is known."""
    document = json.loads(call(explain, "zones.get.needs-reader", "--json").out)
    assert document["needs"] == ["role.reader"]
    assert [scenario["name"] for scenario in document["scenarios"]] == ["test_a_reader_reads"]
    assert (document["defects"], document["verdicts"]) == ([], [])
    assert "no verdict in the history" in call(explain, "zones.get.needs-reader").out


@pytest.mark.usefixtures("project")
@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("zones.get.return-200", "did you mean zones.get.returns-200"),
        ("nothing-like-it", "`conformance list` prints them"),
    ],
)
def test_an_unknown_requirement_names_the_nearest(name: str, words: str) -> None:
    """A mistyped id is a usage error that helps."""
    said = call(explain, name)
    assert (said.code, words in said.err) == (2, True)


def test_a_scenario_that_is_no_python_is_the_suites_own_fault(project: Path) -> None:
    """A broken file of the contract is no mistake of the user."""
    (project / "tests" / "contract" / "test_x.py").write_text("def test_(:", encoding="utf-8")
    with pytest.raises(HarnessError, match="SyntaxError"):
        call(explain, "zones.get.returns-200")


@pytest.mark.usefixtures("project")
def test_defects_that_a_requirement_catches_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """The emulator's own defects say what the requirement is good for."""
    known = {
        "zone-lost": Defect("zone-lost", "A zone is lost.", ("zones.get.returns-200",), nothing),
        "other": Defect("other", "Other.", ("a.b",), nothing),
    }
    monkeypatch.setattr(catalogue, "DEFECTS", known)
    assert "  catches: zone-lost: A zone is lost.\n" in call(explain, "zones.get.returns-200").out
