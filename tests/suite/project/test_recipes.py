"""Adding is local: each recipe of CONTRIBUTING, applied to a copy of the checkout, works as it stands."""

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from tests.suite.checkout import ROOT

MOST_FILES: Final = 3
"""So many files of code a recipe may touch; what is claimed in `specs/` is data and comes on top."""


@dataclass(frozen=True)
class Recipe:
    """What a contributor writes: text to append to files that are there, and files of their own."""

    appended: dict[str, str] = field(default_factory=dict)
    inserted: dict[str, tuple[str, str]] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)

    def apply(self, checkout: Path) -> None:
        """Change the checkout."""
        for name, text in self.appended.items():
            with (checkout / name).open("a", encoding="utf-8") as file:
                file.write(text)
        for name, (anchor, text) in self.inserted.items():
            path = checkout / name
            whole = path.read_text(encoding="utf-8")
            assert anchor in whole
            path.write_text(whole.replace(anchor, text + anchor, 1), encoding="utf-8")
        for name, text in self.written.items():
            (checkout / name).parent.mkdir(parents=True, exist_ok=True)
            (checkout / name).write_text(text, encoding="utf-8")

    @property
    def code(self) -> set[str]:
        """Return the files of code that it touches."""
        return {
            name for name in (*self.appended, *self.inserted, *self.written) if not name.startswith("specs/")
        }


ROW: Final = """\
  - id: itwins.account.number-is-short
    operation: getITwinAccount
    level: should
    observes: [success/body/text]
    basis: fact
    source: a recipe of this test
    page: 003_4f2d58e9696cea4a
    expect: "the number of an account has at most 255 characters"
"""
SCENARIO: Final = '''

@verifies("itwins.account.number-is-short")
def test_the_number_of_an_account_is_short(owner: Actor, world: World, judge: Judge) -> None:
    """An account's number has at most 255 characters."""
    with judge("itwins.account.number-is-short"):
        number = expect.text(owner.account(world.itwin_a), "/iTwin/number")
        expect.equal(len(number) <= 255, True, "the number is short")
'''
DEFECT: Final = """

DEFECTS += (
    account("number-is-endless", ".number-is-short")(
        "The column was widened, and a script fills it.",
        changes.on_response(ACCOUNT, lambda _, response: _with(response, number="9" * 300), status=200),
    ),
)
"""
REQUIREMENT: Final = Recipe(
    appended={
        "specs/itwins/requirements.yaml": ROW,
        "tests/contract/itwins/test_account.py": SCENARIO,
        "conformance/emulator/defects/itwins/account.py": DEFECT,
    }
)
CHECK: Final = Recipe(
    appended={
        "specs/itwins/requirements.yaml": ROW.replace("number-is-short", "served-by-nobody").replace(
            "the number of an account has at most 255 characters", "no response names its server software"
        )
        + "    check: server-unnamed\n"
    },
    written={
        "conformance/checks/kinds/server.py": '''"""What a response says of the software that made it."""

from __future__ import annotations

from conformance.checks.check import response_check
from conformance.claims.openapi import Operation
from conformance.exchange.model import Exchange


@response_check("server-unnamed")
def names_no_server(exchange: Exchange, _: Operation) -> str:
    """No header names the software."""
    return f"X-Powered-By: {exchange.header('X-Powered-By')}" if exchange.header("X-Powered-By") else ""
'''
    },
)
FORMAT: Final = Recipe(
    written={
        "conformance/report/formats/count.py": '''"""Renders `count.txt`: how many verdicts there are."""

from __future__ import annotations

from typing import Final

from conformance.report.material import Report

PATH: Final = "count.txt"


def render(report: Report) -> str:
    """Return the number of verdicts."""
    return f"{len(report.run.verdicts)}\\n"
'''
    }
)
OPERATION: Final = Recipe(
    inserted={
        "specs/itwins/openapi.yaml": (
            "  /itwins/{iTwinId}/account:\n",
            """\
  /itwins/{iTwinId}:
    x-source: A recipe of this test.
    parameters:
      - $ref: "#/components/parameters/iTwinId"
    get:
      operationId: getITwin
      tags: [itwin]
      summary: Read an iTwin
      x-page: 003_4f2d58e9696cea4a
      responses:
        "200":
          description: The iTwin.
          content:
            application/json:
              schema: {type: object, required: [iTwin], properties: {iTwin: {type: object}}}
              example: {iTwin: {displayName: Bridge}}
        "401": {$ref: "#/components/responses/Unauthorized"}
        "404":
          description: The iTwin is unknown.
          content:
            application/json:
              schema: {$ref: "#/components/schemas/ErrorResponse"}
        "429": {$ref: "#/components/responses/TooManyRequests"}

""",
        )
    }
)
API: Final = Recipe(
    written={
        "specs/access-control/openapi.yaml": (ROOT / "specs" / "itwins" / "openapi.yaml")
        .read_text(encoding="utf-8")
        .partition("\npaths:")[0]
        + """
paths:
  /accesscontrol/itwins/permissions:
    x-source: A recipe of this test.
    get:
      operationId: getAllPermissions
      tags: [permissions]
      summary: List every permission that there is
      x-page: 003_4f2d58e9696cea4a
      responses:
        "200":
          description: The permissions.
          content:
            application/json:
              schema: {type: object, required: [permissions], properties: {permissions: {type: array}}}
              example: {permissions: [itwins_modify]}
        "401": {$ref: "#/components/responses/Unauthorized"}
        "429": {$ref: "#/components/responses/TooManyRequests"}

components:"""
        + (ROOT / "specs" / "itwins" / "openapi.yaml")
        .read_text(encoding="utf-8")
        .partition("\ncomponents:")[2],
        "specs/access-control/requirements.yaml": """\
api: access-control
pages: {}
requirements:
  - id: access-control.permissions.is-a-list
    operation: getAllPermissions
    level: must
    observes: [success/body]
    basis: schema
    page: 003_4f2d58e9696cea4a
    expect: "permissions is there"
    check: {status: 200, present: ["/permissions"]}
""",
    }
)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a copy of what the project is made of."""
    copy = tmp_path / "checkout"
    copy.mkdir()
    for name in ("conformance", "specs", "tests/contract"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "tests/__init__.py"):
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, copy / name)
    return copy


def conformance(checkout: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line of the copy."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    return subprocess.run(
        [sys.executable, "-m", "conformance", *arguments],
        cwd=checkout,
        env={**ours, "PYTHONPATH": str(checkout)},  # what is measured is this checkout, not its copy
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def judged(checkout: Path, *only: str) -> list[dict[str, Any]]:
    """Judge the emulator of the copy and return the verdicts."""
    selectors = [part for each in only for part in ("--only", each)]
    done = conformance(checkout, "run", *selectors, "--report-dir", "report")
    assert done.returncode == 0, done.stdout + done.stderr
    verdicts: list[dict[str, Any]] = json.loads((checkout / "report" / "run.json").read_text())["verdicts"]
    return verdicts


@pytest.mark.parametrize("recipe", [REQUIREMENT, CHECK, FORMAT, OPERATION, API])
def test_a_recipe_touches_few_files(recipe: Recipe) -> None:
    """At most three files of code, whatever is added."""
    assert len(recipe.code) <= MOST_FILES


def test_a_requirement_comes_with_its_scenario_and_its_defect(checkout: Path) -> None:
    """The new row holds on the healthy emulator, and its defect is caught there and nowhere else."""
    REQUIREMENT.apply(checkout)
    (verdict,) = judged(checkout, "itwins.account.number-is-short")
    assert verdict["verdict"] == "PASS"
    matrix = conformance(checkout, "defects", "--only", "account-number-is-endless", "--json")
    cases = {case["name"]: case for case in json.loads(matrix.stdout)["cases"]}
    assert cases["account-number-is-endless"]["status"] == "caught", matrix.stdout


def test_a_check_is_one_file_and_its_row(checkout: Path) -> None:
    """What the new check says is judged on every response of its operation."""
    CHECK.apply(checkout)
    (verdict,) = judged(checkout, "itwins.account.served-by-nobody")
    assert verdict["verdict"] == "PASS"


def test_a_report_format_is_one_file(checkout: Path) -> None:
    """The new format stands beside the others, for old runs too."""
    verdicts = judged(checkout, "itwins.account.answers-200")
    FORMAT.apply(checkout)
    done = conformance(checkout, "report", "report")
    assert done.returncode == 0, done.stderr
    assert (checkout / "report" / "count.txt").read_text() == f"{len(verdicts)}\n"


@pytest.mark.parametrize(("recipe", "operation"), [(OPERATION, "getITwin"), (API, "getAllPermissions")])
def test_an_operation_is_judged_from_its_definition(recipe: Recipe, operation: str, checkout: Path) -> None:
    """Whatever holds for every operation of the platform is judged on a new one without any code."""
    recipe.apply(checkout)
    verdicts = judged(checkout, operation)
    assert {each["verdict"] for each in verdicts} <= {"PASS", "OBSERVED", "NOT_APPLICABLE"}
    assert sum(each["verdict"] == "PASS" for each in verdicts) >= 10
