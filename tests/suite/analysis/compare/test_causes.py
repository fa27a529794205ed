"""Every move is laid at the door of whoever changed something."""

from typing import Any

import pytest

from conformance.analysis.compare import compare
from conformance.results.model import RunReport
from tests.suite.analysis.runs import document, run, verdict, waiver_row

PASS = verdict("a.b", "PASS")
FAIL = verdict("a.b")
HERE = document()["identity"]["environment"]


@pytest.fixture
def rows() -> dict[str, Any]:
    """Return the provenance of runs that know two requirements, whatever was selected."""
    return {"requirement_hashes": {"a.b": "row-1", "c.d": "row-1"}}


def causes(old: RunReport, new: RunReport) -> list[str]:
    """Return the candidates of the one move between the runs."""
    (move,) = compare(old, new).moves
    return [cause.value for cause in move.causes]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["target changed"]),
        ({"identity": {"requirement_hashes": {"a.b": "row-2"}}}, ["requirement changed", "target changed"]),
        ({"identity": {"specs": "specs-2"}}, ["spec changed", "target changed"]),
        ({"identity": {"suite": "0.2.0"}}, ["suite changed", "target changed"]),
        ({"identity": {"contract": "contract-2"}}, ["suite changed", "target changed"]),
        ({"identity": {"target": "target-2"}}, ["configuration changed", "target changed"]),
        ({"profile": "release"}, ["configuration changed", "target changed"]),
        ({"read_only": True}, ["configuration changed", "target changed"]),
        ({"base_url": "https://other.example.org"}, ["configuration changed", "target changed"]),
        (
            {"identity": {"environment": {**HERE, "python": "3.12.0"}}},
            ["environment changed", "target changed"],
        ),
        ({"identity": {"environment": {**HERE, "proxy": "p:1"}}}, ["environment changed", "target changed"]),
        ({"identity": {"environment": {**HERE, "ca": "abc"}}}, ["environment changed", "target changed"]),
        ({"identity": {"environment": {**HERE, "packages": {}}}}, ["target changed"]),
        ({"credentials": {"owner": "no token"}}, ["credentials changed", "target changed"]),
        ({"limits": {"max_requests": 20}}, ["target changed"]),
        ({"credentials": None}, ["target changed", "unknown: not everything was recorded"]),
        ({"limits": None}, ["target changed", "unknown: not everything was recorded"]),
        (
            {"identity": {"environment": {"python": "3.11.7", "platform": "Linux"}}},
            ["target changed", "unknown: not everything was recorded"],
        ),
        ({"identity": {"waivers": "waivers-2"}}, ["target changed"]),
        ({"seed": 8}, ["target changed"]),
        (
            {"identity": {"suite": "0.2.0", "specs": "specs-2", "requirement_hashes": {"a.b": "row-2"}}},
            ["requirement changed", "spec changed", "suite changed", "target changed"],
        ),
    ],
)
def test_what_changed_between_the_runs_is_the_candidate(changed: dict[str, Any], expected: list[str]) -> None:
    """Every recorded change that can explain it is named, the most specific first, the target last."""
    assert causes(run(PASS), run(FAIL, night=2, **changed)) == expected


def test_another_requirements_row_explains_nothing() -> None:
    """An edited row is a cause of its own moves only."""
    rows = {"a.b": "row-1", "c.d": "row-2"}
    old = run(PASS, verdict("c.d", "PASS"))
    new = run(FAIL, verdict("c.d", "PASS"), night=2, identity={"requirement_hashes": rows})
    assert causes(old, new) == ["target changed"]


def test_a_changed_level_is_a_changed_requirement_even_without_hashes() -> None:
    """The level stands in the verdict itself, so that a changed one cannot hide."""
    old = run(verdict("a.b", "OBSERVED"), identity={"requirement_hashes": {}})
    assert causes(old, run(FAIL, night=2, identity={"requirement_hashes": {}}))[0] == "requirement changed"


def test_a_target_that_names_a_new_version_comes_before_mere_circumstances() -> None:
    """A new version header is evidence, a patched Python is not."""
    old = run(PASS, identity={"target_identity": {"server": "zones/1"}})
    new = run(
        FAIL,
        night=2,
        identity={"target_identity": {"server": "zones/2"}, "environment": {**HERE, "python": "3.12.0"}},
    )
    assert causes(old, new) == ["target changed", "environment changed"]
    assert "the target says that it changed: server zones/1 → zones/2" in compare(old, new).notes


def test_a_free_port_of_this_machine_is_no_change_of_configuration() -> None:
    """The built-in emulator takes whatever port is free."""
    old = run(PASS, base_url="http://127.0.0.1:40001")
    assert causes(old, run(FAIL, night=2, base_url="http://127.0.0.1:40002")) == ["target changed"]


def test_the_seed_matters_where_generated_requests_found_it() -> None:
    """A finding that names its seed may be luck, any other is not."""
    found = verdict("a.b", reason="minimal example found with seed 8")
    assert causes(run(PASS), run(found, night=2, seed=8)) == ["other requests generated", "target changed"]
    assert causes(run(PASS), run(found, night=2)) == ["target changed"]


@pytest.mark.parametrize(("ahead", "named"), [(0.0, False), (20.0, False), (3600.0, True)])
def test_a_clock_that_went_wrong_is_the_environments_doing(ahead: float, *, named: bool) -> None:
    """Tokens expire by the clock: an hour is told, what nobody would notice is not."""
    old = run(PASS, identity={"environment": {**HERE, "clock_ahead": 0.0}})
    new = run(FAIL, night=2, identity={"environment": {**HERE, "clock_ahead": ahead}})
    assert (causes(old, new)[0] == "environment changed") is named
    assert ("the environment changed: clock +0 s → +3600 s" in compare(old, new).notes) is named


def test_what_was_not_selected_is_no_move(rows: dict[str, Any]) -> None:
    """Nobody lost what nobody asked for; the reader is told how much is left out."""
    new = run(PASS, night=2, selected=["a.*"], identity=rows)
    comparison = compare(run(PASS, verdict("c.d"), identity=rows), new)
    assert (comparison.moves, comparison.counts["unchanged"]) == ((), 1)
    assert "did not select everything: nothing is said of 1 verdict that only OLD has" in comparison.notes[-1]
    whole = run(PASS, night=2, identity=rows)
    assert [move.move for move in compare(run(PASS, verdict("c.d"), identity=rows), whole).moves] == [
        "not judged any more"
    ]


def test_the_notes_name_the_role_and_the_limit_that_changed() -> None:
    """Whoever set a wrong secret reads which role it was."""
    new = run(FAIL, night=2, credentials={"owner": "no token"}, limits={"max_requests": 20})
    assert compare(run(PASS), new).notes == (
        "what became of the credentials changed: owner accepted → no token",
        "the limits changed: max_requests 5000 → 20",
    )


def test_a_requirement_that_was_taken_out_is_said_so() -> None:
    """A violation that vanished with its row was not fixed by anybody."""
    (move,) = compare(run(PASS, verdict("c.d")), run(PASS, night=2)).moves
    assert (move.move, move.cause) == ("not judged any more", "requirement changed")
    assert "the requirement was taken out" in move.detail


def test_a_new_requirement_is_the_requirements_doing() -> None:
    """A violation of a promise that nobody checked before is news about the suite."""
    (move,) = compare(run(PASS), run(PASS, verdict("c.d"), night=2)).moves
    assert (move.move, move.causes[0], "the requirement is new" in move.detail) == (
        "new violation",
        "requirement changed",
        True,
    )


def test_waivers_explain_what_is_red_and_never_what_is_seen() -> None:
    """Only a waiver turns a violation into a waived one, and only its end turns it back."""
    waived = run(verdict("a.b", waived="known"), night=2, waivers=[waiver_row("a.b")])
    assert causes(run(FAIL, identity={"suite": "0.0.9"}), waived) == ["waiver changed"]
    expired = run(FAIL, night=3, waivers=[waiver_row("a.b", "expired")], identity={"suite": "0.2.0"})
    assert causes(waived, expired) == ["waiver changed"]


def test_a_violation_that_stays_has_no_cause() -> None:
    """Nothing moved, so nobody is blamed for it."""
    assert causes(run(FAIL), run(FAIL, night=2, identity={"suite": "0.2.0"})) == []


def test_what_only_one_run_recorded_is_called_unknown() -> None:
    """A missing hash is no change, and the reader is told that nobody can tell."""
    comparison = compare(run(PASS, identity={"specs": ""}), run(FAIL, night=2))
    assert [cause.value for cause in comparison.moves[0].causes][-1] == "unknown: not everything was recorded"
    assert "not both of the runs recorded specs: whether that changed cannot be told" in comparison.notes


def test_the_notes_say_what_changed_even_where_nothing_moved() -> None:
    """A new suite that moves nothing is worth a line."""
    new = run(
        PASS,
        night=2,
        profile="release",
        selected=["a.*"],
        identity={
            "suite": "0.2.0",
            "specs": "specs-2",
            "target": "target-2",
            "waivers": "waivers-2",
            "requirement_hashes": {f"a.{n}": "row-2" for n in range(8)},
            "environment": {
                **HERE,
                "python": "3.12.0",
                "platform": "Linux",
                "packages": {"requests": "2.33.0", "urllib3": "2.5.0"},
            },
        },
    )
    notes = compare(run(PASS), new).notes
    settings = "profile nightly → release, selected everything → a.*, the target's own settings"
    assert notes == (
        "the suite changed: 0.1.0 → 0.2.0",
        "requirements changed: a.0, a.1, a.2, a.3, a.4 and 4 more",
        "the specs changed",
        "the waivers changed",
        f"the configuration changed: {settings}",
        "the environment changed: python 3.11.7 → 3.12.0, requests 2.32.0 → 2.33.0, urllib3 none → 2.5.0",
    )


def test_another_address_of_the_same_target_is_named() -> None:
    """A target that moved to another host is a changed configuration, with both addresses."""
    notes = compare(run(PASS), run(PASS, night=2, base_url="https://other.example.org")).notes
    assert notes == (
        "the configuration changed: base_url https://qa.example.org → https://other.example.org",
    )


def test_edited_scenarios_of_the_same_version_are_a_changed_suite() -> None:
    """A checkout may change a scenario without a new version."""
    notes = compare(run(PASS), run(PASS, night=2, identity={"contract": "contract-2"})).notes
    assert notes == ("the suite changed: same version, other scenarios",)
