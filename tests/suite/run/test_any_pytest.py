"""Whatever plugins, settings and files of pytest stand around it, a run is the same, or says why not."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.run.pytest_plugin import launch
from conformance.targets.model import Target
from tests.suite import forking
from tests.suite.run.scenarios import RunResult, scenario
from tests.suite.toy_api import Checkout

GET: Final = "bulbs.get.answers-200"
COLOUR: Final = "bulbs.get.colour"
SCENARIOS: Final = scenario(
    f'with judge("{GET}"):\n    expect.status(get(run, "attic"), 200)', GET, name="status"
) + scenario(
    f'with judge("{COLOUR}") as seen:\n    get(run, "desk")\n    seen.observed("green")',
    COLOUR,
    name="colour",
)
PLUGIN: Final = """\
import pytest

def pytest_addoption(parser):
    group = parser.getgroup("others")
    group.addoption("--seed", default="theirs")
    group.addoption("--profile", action="store_true")
    group.addoption("--reruns", type=int, default=0)
    group.addoption("--forked", action="store_true")
    parser.addini("reruns", "how often", default="")

def pytest_collection_modifyitems(items):
    items.reverse()

@pytest.fixture(autouse=True)
def _not_for_ours(request):
    if request.config.getoption("--profile"):
        raise RuntimeError("a fixture of another plugin")
"""


@pytest.fixture
def surroundings(checkout: Checkout, bulb_target: Target) -> Checkout:
    """Return a checkout of two scenarios, with a pytest plugin in a folder beside it and a targets file."""
    checkout.scenarios(SCENARIOS)
    (checkout.root / "tests" / "contract" / "conftest.py").write_text(
        'pytest_plugins = ["conformance.run.pytest_plugin"]\n', encoding="utf-8"
    )
    (checkout.root / "targets.toml").write_text(
        f'[targets.bulbs]\nbase_url = "{bulb_target.base_url}"\nwrites = "free"\n'
        '[targets.bulbs.roles.owner]\ntoken = "${BULB_TOKEN}"\n',
        encoding="utf-8",
    )
    info = checkout.root / "site" / "others-1.0.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: others\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text("[pytest11]\nothers = others_plugin\n", encoding="utf-8")
    (info.parent / "others_plugin.py").write_text(PLUGIN, encoding="utf-8")
    return checkout


def spoil(root: Path) -> None:
    """Put files for other tests around the contract, none of which a run can bear."""
    for folder in (root.parent, root, root / "tests"):
        (folder / "conftest.py").write_text('raise RuntimeError("others")\n', encoding="utf-8")
        (folder / "pytest.ini").write_text(
            "[pytest]\naddopts = -x --no-such-option\npython_functions = check_*\nfilterwarnings = error\n"
            "required_plugins = pytest-of-nobody\n",
            encoding="utf-8",
        )


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"PYTEST_ADDOPTS": "-x --no-such-option"},
        {"PYTEST_PLUGINS": "others_plugin,no_such_plugin"},
        {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        {"PYTEST_TIMEOUT": "0.001"},
        {"PYTEST_XDIST_WORKER": "gw3", "PYTEST_XDIST_WORKER_COUNT": "4"},
        {"PY_COLORS": "1", "FORCE_COLOR": "1", "CI": "true", "BUILD_NUMBER": "7"},
    ],
    ids=lambda settings: next(iter(settings), "files"),
)
def test_a_run_is_the_same_in_any_surroundings(
    surroundings: Checkout, bulb_target: Target, monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]
) -> None:
    """Plugins that are installed, settings of the environment and files above the contract change nothing."""
    spoil(surroundings.root)
    monkeypatch.syspath_prepend(str(surroundings.root / "site"))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    run = new_run(Options(report_dir=surroundings.root / "r"), bulb_target, surroundings.catalogue())
    result = RunResult(launch.run_scenarios(run, formats=False).to_document())
    assert result.document["harness_errors"] == []
    assert (result.of(GET)[0], result.of(COLOUR)[0]) == ("FAIL", "OBSERVED")
    assert {name: os.environ.get(name) for name in settings} == settings


def call(checkout: Checkout, *words: str, **settings: str) -> tuple[int, str, dict[str, Any]]:
    """Call a program in the checkout; return its exit code, what it said, and its run.json, if any."""
    # With TOX_ENV_DIR pytest keeps its cache there, one for all checkouts.
    ours = ("PYTEST_", "COV_", "TOX_")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(ours)}
    environment |= {"BULB_TOKEN": "the-token-of-the-owner", "PYTHONPATH": str(checkout.root / "site")}
    done = forking.call(words, checkout.root, environment | settings, timeout=120)
    report = checkout.root / "report" / "run.json"
    return (
        done.returncode,
        done.stdout + done.stderr,
        json.loads(report.read_text()) if report.exists() else {},
    )


PYTEST: Final = ("pytest", "tests/contract", "--target=bulbs", "--report-dir=report")


def test_warnings_that_are_errors_end_no_run(surroundings: Checkout) -> None:
    """PYTHONWARNINGS=error is for code of the user's own: no library of ours makes a run fail."""
    code, said, document = call(
        surroundings, "conformance", "run", *PYTEST[2:], "--only", COLOUR, PYTHONWARNINGS="error"
    )
    assert (code, document["harness_errors"]) == (0, []), said


ONE_PROCESS: Final = "conformance run --workers N"


@pytest.mark.parametrize(
    ("arguments", "settings", "words"),
    [
        (("-n", "2"), {}, ONE_PROCESS),
        ((), {"PYTEST_ADDOPTS": "-n 1"}, ONE_PROCESS),
        (("--forked",), {}, ONE_PROCESS),
        (("--reruns", "2"), {}, "its verdict stands"),
        (("-o", "reruns=2"), {}, "its verdict stands"),
        (("--setup-plan",), {}, "pytest --collect-only"),
        (("--setup-only",), {}, "conformance doctor"),
        (("--seed", "3"), {}, "say --conformance-seed, or call conformance run --seed"),
        (("--profile",), {}, "--profile belongs to another pytest plugin"),
        (("--conformance-target=nobody",), {}, "no target 'nobody'"),
        (("--min-judged=101",), {}, "101 is no percentage from 0 to 100"),
        (("--min-coverage=all",), {}, "all is no percentage from 0 to 100"),
    ],
)
def test_what_cannot_work_is_refused_with_what_to_use_instead(
    surroundings: Checkout, arguments: tuple[str, ...], settings: dict[str, str], words: str
) -> None:
    """An option of another plugin with which verdicts would be wrong is refused before anything is sent."""
    code, said, document = call(surroundings, *PYTEST, *arguments, **settings)
    assert (code, document) == (4, {}), said
    assert words in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("arguments", "code", "judged"),
    [
        ((), 1, {GET: "FAIL", COLOUR: "OBSERVED"}),
        (("-n0", "-p", "no:randomly"), 1, {GET: "FAIL", COLOUR: "OBSERVED"}),
        (("-k", "colour"), 0, {COLOUR: "OBSERVED"}),
        (("--only", COLOUR), 0, {COLOUR: "OBSERVED"}),
        (("--only", COLOUR, "--min-coverage", "99.5"), 3, {COLOUR: "OBSERVED"}),
        (("-k", "nothing_at_all"), 5, {}),
        (("--collect-only",), 0, {}),
        (("--fixtures",), 0, {}),
    ],
)
def test_a_run_of_some_scenarios_is_a_run_of_their_requirements(
    surroundings: Checkout, arguments: tuple[str, ...], code: int, judged: dict[str, str]
) -> None:
    """What the user took out is not selected: nothing of it is left as what could not be judged."""
    ended, said, document = call(surroundings, *PYTEST, "--conformance-seed=3", *arguments)
    assert ended == code, said
    found = {
        v["requirement"]: v["verdict"] for v in document.get("verdicts", ()) if v["operation"] == "getBulb"
    }
    assert judged.items() <= found.items()
    assert not judged or document["seed"] == 3
    assert set(found.values()) <= {"FAIL", "PASS", "OBSERVED", "NOT_APPLICABLE"}


def test_last_failed_runs_what_failed(surroundings: Checkout) -> None:
    """--lf runs the scenarios of what was violated, and says of nothing else that it could not be judged."""
    code, first, document = call(surroundings, *PYTEST)
    cached = surroundings.root / ".pytest_cache" / "v" / "cache" / "lastfailed"
    kept = json.loads(cached.read_text(encoding="utf-8")) if cached.is_file() else None
    assert (code, kept and [name.rpartition("::")[2] for name in kept]) == (1, ["test_status"]), (
        first,
        document,
    )
    shutil.rmtree(surroundings.root / "report")
    code, said, document = call(surroundings, *PYTEST, "--lf")
    assert code == 1, said
    assert {v["requirement"]: v["verdict"] for v in document["verdicts"]} == {GET: "FAIL"}
    assert document["selected"] == [f"{GET}@getBulb"]


def test_a_run_that_ends_at_the_first_violation_is_not_complete(surroundings: Checkout) -> None:
    """With -x what comes after the first violation could not be judged, and the report says so."""
    code, said, document = call(surroundings, *PYTEST, "-x", "-p", "no:randomly", "-p", "no:others")
    assert (code, document["complete"]) == (1, False), said
    assert "stopping after 1 failures" in document["stopped"]
