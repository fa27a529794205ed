"""The six nights once more, with real runs against the emulator: each has its cause and exit code."""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.emulator.serving import running
from tests.suite.checkout import ROOT
from tests.suite.forking import call

pytestmark = pytest.mark.xdist_group("six real runs")

DEFECT = "move-stores-nothing"
ID, OPERATION = "reality-management.move.lists-exactly-the-destination", "moveRealityData"


@dataclass(frozen=True)
class House:
    """A copy of the data of a checkout, in which the nights are run."""

    root: Path

    def conformance(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Call the command line there."""
        return call(["conformance", *arguments], self.root, {**os.environ, "PYTHONPATH": str(ROOT)})

    def night(self, name: str, *, defects: tuple[str, ...] = ()) -> int:
        """Judge an emulator with these defects and return the run's exit code."""
        with running(defects) as served:
            texts = served.targets()
            (self.root / "targets.toml").write_text(texts.toml, encoding="utf-8")
            (self.root / ".env").write_text(texts.env, encoding="utf-8")
            options = ("--target", "emulator", "--only", ID, "--waivers", "waivers.yaml")
            said = self.conformance("run", *options, "--report-dir", f"reports/{name}")
        assert (self.root / "reports" / name / "run.json").exists(), said.stderr
        return said.returncode

    def waive(self, expires: timedelta) -> None:
        """Write the one waiver of the file, with this last day counted from today."""
        (self.root / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
        words = ("--operation", OPERATION, "--target", "emulator", "--reason", "mended soon")
        more = ("--defect", "https://bugs.example.org/7", "--owner", "data team", "--days", "10")
        said = self.conformance("waive", ID, *words, *more, "--waivers", "waivers.yaml")
        assert said.returncode == 0, said.stderr
        today = datetime.now(UTC).date()
        text = (self.root / "waivers.yaml").read_text(encoding="utf-8")
        text = text.replace(f"expires: {today + timedelta(days=10)}", f"expires: {today + expires}")
        text = text.replace(f"first_seen: {today}", f"first_seen: {today - timedelta(days=30)}")
        (self.root / "waivers.yaml").write_text(text, encoding="utf-8")

    def moved(self, old: str, new: str) -> tuple[int, list[tuple[str, str]], list[str]]:
        """Return what compare answers: exit code, moves with their causes, and notes."""
        said = self.conformance("compare", f"reports/{old}", f"reports/{new}", "--json")
        document: dict[str, Any] = json.loads(said.stdout)
        moves = [(move["move"], move["cause"]) for move in document["moves"] if move["requirement"] == ID]
        assert len(moves) == len(document["moves"]), document["moves"]
        return said.returncode, moves, document["notes"]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Return a house in which all six nights have passed, with the exit code of each."""
    root = tmp_path_factory.mktemp("house")
    shutil.copy(ROOT / "pyproject.toml", root)
    shutil.copytree(ROOT / "specs", root / "specs")
    shutil.copytree(ROOT / "tests" / "contract", root / "tests" / "contract")
    (root / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    house = House(root)
    codes = [house.night("1"), house.night("2", defects=(DEFECT,))]
    house.waive(timedelta(days=10))
    codes.append(house.night("3", defects=(DEFECT,)))
    house.waive(timedelta(days=-1))
    codes += [house.night("4", defects=(DEFECT,)), house.night("5")]
    (root / "waivers.yaml").write_text("waivers: []\n", encoding="utf-8")
    with (root / "tests" / "contract" / "reality_management" / "test_move.py").open(
        "a", encoding="utf-8"
    ) as scenario:
        scenario.write("\n# another version of the suite\n")
    codes.append(house.night("6", defects=(DEFECT,)))
    assert codes == [0, 1, 0, 1, 1, 1]
    return house


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "code", "moves"),
    [
        ("1", "2", 1, [("new violation", "target changed")]),
        ("2", "3", 0, [("waived", "waiver changed")]),
        ("3", "4", 1, [("expired", "waiver changed")]),
        ("4", "5", 0, [("fixed", "target changed")]),
        ("5", "6", 1, [("new violation", "suite changed")]),
    ],
)
def test_each_real_night_says_what_moved_and_why(
    house: House, old: str, new: str, code: int, moves: list[tuple[str, str]]
) -> None:
    """What compare says of two runs is what was done between them, and nothing else."""
    answer, seen, notes = house.moved(old, new)
    assert (answer, seen) == (code, moves), notes


@pytest.mark.slow
def test_the_sixth_night_names_the_changed_suite(house: House) -> None:
    """A comment more in one scenario is another suite, and the note says so."""
    _, _, notes = house.moved("5", "6")
    assert "the suite changed: same version, other scenarios" in notes


@pytest.mark.slow
def test_the_history_of_the_real_nights_knows_the_flaky_violation(house: House) -> None:
    """It came in the second night, went in the fifth and came again in the sixth."""
    said = house.conformance("history", "--json")
    document = json.loads(said.stdout)
    (violation,) = [row for row in document["open"] if row["requirement"] == ID]
    assert (violation["came"], violation["went"], violation["flaky"]) == (2, 1, True)
    assert len(document["runs"]) == 6
