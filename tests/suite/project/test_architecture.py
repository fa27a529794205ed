"""The house rules hold, and each of them can fail."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.suite.checkout import ROOT
from tests.suite.project import house_rules as rules
from tests.suite.project import text_rules as texts
from tests.suite.project.source_tree import Tree

pytestmark = pytest.mark.xdist_group("architecture")

Rule = Callable[[Tree], Iterator[str]]


RULES: Final[tuple[Rule, ...]] = (
    rules.dependencies_point_one_way,
    rules.no_circles,
    rules.the_emulator_is_layered,
    rules.the_root_is_small,
    rules.classes_are_small,
    texts.one_language,
    rules.each_library_has_its_rooms,
    rules.the_emulator_stands_alone,
    rules.the_engine_does_not_lean_on_the_emulator,
    rules.the_engine_knows_no_api,
    rules.modules_are_short,
    rules.everything_public_is_explained,
    rules.exceptions_are_named,
    rules.every_exception_to_a_tool_has_a_reason,
    rules.scenarios_inherit_nothing,
    rules.scenarios_are_sentences,
    texts.no_path_of_one_machine,
    texts.no_secret,
    texts.one_set_of_versions,
)

DOC: Final = '"""What this is for."""\n\n'

SCENARIO: Final = f'''{DOC}
def test_a_name_is_taken_by_the_first_create(judge):
    """A name is taken by the first create and refused to the second."""
'''

# A house in small, in which every rule holds.
MINIATURE: Final = {
    "conformance/__init__.py": DOC,
    "conformance/errors.py": DOC,
    "conformance/client/__init__.py": f"{DOC}import requests\n\nfrom conformance.client import tokens\n",
    "conformance/client/tokens.py": f"{DOC}from conformance import errors\nfrom ..exchange import Exchange\n",
    "conformance/exchange.py": f"{DOC}class Exchange:\n    {DOC}",
    "conformance/targets.py": f"{DOC}def start():\n    {DOC}    from conformance.emulator import app\n",
    "conformance/emulator/__init__.py": DOC,
    "conformance/emulator/app.py": DOC
    + "from conformance.emulator import fixture\nPATH = '/zones/{zoneId}'\n",
    "conformance/emulator/fixture.py": f"{DOC}import pytest\n",
    "conformance/cli.py": f"{DOC}import pytest\n\nfrom conformance.emulator import app\n",
    "specs/zones/openapi.yaml": "paths: {'/zones/{zoneId}': {get: {operationId: getZone}}}\n",
    "tests/contract/test_zones.py": SCENARIO,
    "uv.lock": 'package = [{name = "rich", version = "1.0", source = {registry = "https://packages.example/"}}]',
    "constraints.txt": "# pinned\nrich==1.0 ; sys_platform == 'win32'\n",
}


def large(member: str) -> str:
    """Return a module with a class of thirteen members of this form."""
    return f"{DOC}class C:\n    {DOC}" + "".join(f"    {member.format(number)}\n" for number in range(13))


TOKEN: Final = "Bearer " + "eyJ" + "hbGciOiJSUzI1NiJ9"
RANDOM: Final = "q7Rt9XmZ2kLp4Vw8" + "Bc5Nd1Hs6Jg3Fy0T"
ELSEWHERE: Final = "/" + "home/somebody/file"

# rule, file that breaks it, its text, and a word of the complaint
PLANTED: Final[tuple[tuple[Rule, str, str, str], ...]] = (
    (
        rules.dependencies_point_one_way,
        "conformance/errors.py",
        "import conformance.client.auth.tokens",
        "errors stands below",
    ),
    (
        rules.dependencies_point_one_way,
        "conformance/exchange.py",
        "from .client import tokens",
        "exchange stands below",
    ),
    (
        rules.dependencies_point_one_way,
        "conformance/claims/openapi.py",
        "def f():\n    from conformance import cli",
        "claims stands",
    ),
    (rules.dependencies_point_one_way, "conformance/attic.py", DOC, "attic has no layer yet"),
    (
        rules.no_circles,
        "conformance/errors.py",
        "from conformance import exchange, client",
        "3 files import each other",
    ),
    (
        rules.no_circles,
        "conformance/emulator/fixture.py",
        f"{DOC}from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from conformance.emulator import app",
        "conformance.emulator.app, conformance.emulator.fixture",
    ),
    (
        rules.the_emulator_is_layered,
        "conformance/emulator/state/records.py",
        "def f():\n    from conformance.emulator.kernel import call",
        "emulator.state stands below",
    ),
    (rules.classes_are_small, "conformance/errors.py", large("def m{}(self): ..."), "13 public methods"),
    (rules.classes_are_small, "conformance/errors.py", large("f{}: int"), "13 fields"),
    (texts.one_language, "README.md", "What the stran" + "gers say", "README.md:1: says"),
    (texts.one_language, "conformance/errors.py", "x = 'the target is " + "gone'", "errors.py:1: says"),
    (
        rules.each_library_has_its_rooms,
        "conformance/checks/booker.py",
        "import requests.adapters",
        "belongs to client",
    ),
    (
        rules.each_library_has_its_rooms,
        "conformance/report/x.py",
        "def f():\n    import urllib3",
        "belongs to client",
    ),
    (
        rules.each_library_has_its_rooms,
        "conformance/results/verdicts.py",
        "from hypothesis import given",
        "belongs to generate",
    ),
    (
        rules.each_library_has_its_rooms,
        "conformance/emulator/app.py",
        "import pytest",
        "belongs to run.pytest_plugin",
    ),
    (
        rules.each_library_has_its_rooms,
        "conformance/run/pytest_plugin/a.py",
        "import allure",
        "belongs to report",
    ),
    (
        rules.the_emulator_stands_alone,
        "conformance/emulator/app.py",
        "from conformance.errors import X",
        "conformance.errors",
    ),
    (
        rules.the_emulator_stands_alone,
        "conformance/emulator/app.py",
        "from .. import errors",
        "conformance.errors",
    ),
    (
        rules.the_engine_does_not_lean_on_the_emulator,
        "conformance/targets.py",
        "import conformance.emulator",
        "before anybody",
    ),
    (
        rules.the_engine_does_not_lean_on_the_emulator,
        "conformance/checks/booker.py",
        "from ..emulator import app",
        "emulator.app",
    ),
    (
        rules.the_engine_does_not_lean_on_the_emulator,
        "tests/contract/test_x.py",
        "import_module('conformance.emulator')",
        "imports conformance.emulator",
    ),
    (
        rules.the_engine_knows_no_api,
        "conformance/checks/booker.py",
        "X = f'{base}/zones/{id}'",
        "names 'zones'",
    ),
    (rules.the_engine_knows_no_api, "conformance/checks/booker.py", "IDS = ['getZone']", "names 'getZone'"),
    (
        rules.the_engine_knows_no_api,
        "conformance/checks/booker.py",
        "URL = '/Reality-Management/x'",
        "names 'Reality'",
    ),
    (rules.modules_are_short, "conformance/errors.py", "#\n" * 301, "301 lines, at most 300"),
    (rules.modules_are_short, "tests/contract/test_zones.py", "#\n" * 401, "401 lines, at most 400"),
    (rules.everything_public_is_explained, "conformance/errors.py", "", "no docstring"),
    (
        rules.everything_public_is_explained,
        "conformance/errors.py",
        f"{DOC}def f(): ...",
        "f has no docstring",
    ),
    (
        rules.everything_public_is_explained,
        "conformance/errors.py",
        f"{DOC}class C:\n    {DOC}    def m(self): ...",
        "C.m has no docstring",
    ),
    (
        rules.exceptions_are_named,
        "conformance/client/tokens.py",
        "try: f()\nexcept Exception: g()",
        "catches everything",
    ),
    (
        rules.exceptions_are_named,
        "conformance/ledger/journal.py",
        "try: f()\nexcept (OSError, BaseException): g()",
        "catches everything",
    ),
    (
        rules.exceptions_are_named,
        "tests/contract/test_zones.py",
        "try: f()\nexcept: g()",
        "catches everything",
    ),
    (
        rules.every_exception_to_a_tool_has_a_reason,
        "conformance/errors.py",
        "x = 1  # no" + "qa: E501",
        "without a reason",
    ),
    (
        rules.every_exception_to_a_tool_has_a_reason,
        "conformance/errors.py",
        "x = 1  # no" + "qa",
        "without a reason",
    ),
    (
        rules.every_exception_to_a_tool_has_a_reason,
        "conformance/errors.py",
        "x = 1  # type: " + "ignore[assignment]  # no" + "qa: E501, PLR2004",
        "without a reason",
    ),
    (
        rules.scenarios_inherit_nothing,
        "tests/contract/test_x.py",
        "class TestBase: ...\n\nclass TestMore(base.TestBase): ...",
        "TestMore inherits TestBase",
    ),
    (
        rules.scenarios_are_sentences,
        "tests/contract/test_x.py",
        f"def test_zone_works():\n    {DOC}",
        "is no sentence",
    ),
    (
        rules.scenarios_are_sentences,
        "tests/contract/test_x.py",
        'def test_a_zone_has_a_name():\n    """A zone has a name. It is not empty."""',
        "is not one sentence",
    ),
    (
        rules.scenarios_are_sentences,
        "tests/contract/test_x.py",
        "def test_a_zone_has_a_name(): ...",
        "is not one sentence",
    ),
    (texts.no_path_of_one_machine, "README.md", f"see {ELSEWHERE}", "README.md:1: a path"),
    (texts.no_secret, "tests/contract/test_x.py", f"# {TOKEN}", "a secret"),
    (texts.no_secret, "targets.example.toml", f'client_secret = "{RANDOM}"', "looks like a secret"),
    (texts.one_set_of_versions, "constraints.txt", "rich==2.0\n", "disagree on rich"),
    (
        texts.one_set_of_versions,
        "uv.lock",
        'package = []\nurl = "http://10.0.0.1:8080/simple"',
        "uv.lock names http",
    ),
)


def name_of(value: object) -> str | None:
    """Name a parametrized case by its rule; leave the rest to pytest."""
    return getattr(value, "__name__", None)


def build(root: Path, files: dict[str, str]) -> Tree:
    """Write the files below the root and return the tree."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return Tree(root)


@pytest.fixture(scope="module")
def checkout() -> Tree:
    """Return this checkout, parsed once for all rules."""
    return Tree(ROOT)


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_the_house_keeps_the_rule(rule: Rule, checkout: Tree) -> None:
    """The rule holds for every file of this checkout."""
    violations = list(rule(checkout))
    assert not violations, "\n".join([rule.__doc__ or "", *violations])


@pytest.mark.parametrize("rule", RULES, ids=name_of)
def test_a_house_in_order_is_not_blamed(rule: Rule, tmp_path: Path) -> None:
    """The rule finds nothing in a miniature that keeps it."""
    assert list(rule(build(tmp_path, MINIATURE))) == []


@pytest.mark.parametrize(("rule", "file", "text", "complaint"), PLANTED, ids=name_of)
def test_the_rule_sees_what_breaks_it(
    rule: Rule, file: str, text: str, complaint: str, tmp_path: Path
) -> None:
    """The rule names a violation that is planted into the miniature."""
    violations = list(rule(build(tmp_path, {**MINIATURE, file: text})))
    assert any(complaint in violation for violation in violations), violations


def test_a_long_median_is_seen_though_no_module_is_too_long(tmp_path: Path) -> None:
    """Many modules of a middling length are a violation together."""
    middling = {f"conformance/report/part{number}.py": DOC + "#\n" * 200 for number in range(20)}
    assert list(rules.modules_are_short(build(tmp_path, {**MINIATURE, **middling})))


def test_a_root_with_too_many_rooms_is_seen(tmp_path: Path) -> None:
    """A seventeenth entry beside the rooms is named."""
    rooms = {f"conformance/room{number}/__init__.py": DOC for number in range(17)}
    assert list(rules.the_root_is_small(build(tmp_path, {**MINIATURE, **rooms})))


def test_every_rule_has_a_planted_violation() -> None:
    """No rule is believed that was never seen to fail."""
    assert {case[0] for case in PLANTED} | {rules.the_root_is_small} == set(RULES)
