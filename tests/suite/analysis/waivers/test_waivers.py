"""A waiver covers one violation of one target until its day, and never longer than the violation lives."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from conformance.analysis.waivers import (
    apply,
    hash_of,
    load,
    parse,
    red_waivers,
    standings_by_days_left,
)
from conformance.claims.level import Level
from conformance.errors import UsageError
from conformance.results.model import WaiverState
from conformance.results.verdicts import Outcome, Verdict

TODAY = date(2026, 11, 22)
KNOWN = {"zones.id.is-unique": ("createZone", "updateZone"), "zones.name.is-kept": ("createZone",)}
ROW = {
    "requirement": "zones.id.is-unique",
    "operation": "createZone",
    "target": "qa",
    "reason": "mended in the next release",
    "defect": "https://bugs.example.org/7",
    "owner": "zones team",
    "first_seen": "2026-11-02",
    "expires": "2026-12-01",
}


def text_of(*rows: dict[str, Any]) -> str:
    """Return a waivers file with these rows."""
    lines = ["waivers:"]
    for row in rows:
        lines += [
            f"  {'-' if number == 0 else ' '} {key}: {value}"
            for number, (key, value) in enumerate(row.items())
        ]
    return "\n".join([*lines, ""])


def waivers(*rows: dict[str, Any], today: date = TODAY) -> Any:
    """Return the waivers of a file with these rows, checked against the known requirements."""
    return parse(text_of(*rows), "waivers.yaml", today=today, known=KNOWN)


def booked(verdict: Outcome, requirement: str = "zones.id.is-unique") -> Verdict:
    """Return a verdict on the waived operation."""
    return Verdict(requirement, "createZone", Level.MUST, verdict)


@pytest.mark.parametrize(
    ("kind", "expires", "verdict", "state", "waived"),
    [
        ("failing", "2026-12-01", Outcome.FAIL, WaiverState.ACTIVE, True),
        ("failing", "2026-12-01", Outcome.DEVIATION, WaiverState.ACTIVE, True),
        ("failing", "2026-11-22", Outcome.FAIL, WaiverState.ACTIVE, True),
        ("failing", "2026-11-21", Outcome.FAIL, WaiverState.EXPIRED, False),
        ("failing", "2026-12-01", Outcome.PASS, WaiverState.STALE, False),
        ("failing", "2026-11-21", Outcome.PASS, WaiverState.STALE, False),
        ("failing", "2026-12-01", Outcome.OBSERVED, WaiverState.STALE, False),
        ("failing", "2026-12-01", Outcome.CANNOT_JUDGE, WaiverState.ACTIVE, False),
        ("failing", "2026-12-01", Outcome.NOT_APPLICABLE, WaiverState.ACTIVE, False),
        ("failing", "2026-11-21", Outcome.CANNOT_JUDGE, WaiverState.EXPIRED, False),
        ("flaky", "2026-12-01", Outcome.PASS, WaiverState.ACTIVE, False),
        ("flaky", "2026-12-01", Outcome.FAIL, WaiverState.ACTIVE, True),
        ("flaky", "2026-11-21", Outcome.PASS, WaiverState.EXPIRED, False),
    ],
)
def test_a_waiver_stands_as_its_day_and_the_verdict_say(
    kind: str, expires: str, verdict: Outcome, state: WaiverState, *, waived: bool
) -> None:
    """It marks a violation up to its last day, is red afterwards, and stale where nothing is violated."""
    rows = waivers({**ROW, "kind": kind, "expires": expires})
    (judged,), (found,) = apply(rows, [booked(verdict)], "qa", TODAY)
    assert (found.state, bool(judged.waived)) == (state, waived)
    assert judged.outcome is verdict
    assert bool(red_waivers([found])) is (state is not WaiverState.ACTIVE)


def test_a_waiver_of_another_target_covers_nothing_here() -> None:
    """What is known on one environment stays red on every other."""
    (judged,), states = apply(waivers(ROW), [booked(Outcome.FAIL)], "dev", TODAY)
    assert (judged.waived, states) == ("", ())


def test_a_waiver_of_what_was_not_selected_is_not_looked_at() -> None:
    """A run of one requirement does not turn red on the waiver of another."""
    rows = waivers({**ROW, "expires": "2026-11-03"})
    verdicts = (booked(Outcome.PASS, "zones.name.is-kept"),)
    assert apply(rows, verdicts, "qa", TODAY) == (verdicts, ())


def test_a_waiver_goes_into_the_report_as_it_stands() -> None:
    """The row of run.json has every field of the file, the kind and the state."""
    _, (state,) = apply(waivers(ROW), [booked(Outcome.FAIL)], "qa", TODAY)
    assert state.model_dump(mode="json") == {**ROW, "kind": "failing", "cause": "", "state": "active"}
    assert state.days_left(TODAY) == 9


@pytest.mark.parametrize("state", list(WaiverState))
def test_each_state_says_what_to_do(state: WaiverState) -> None:
    """A sentence of its own stands beside each state."""
    (found,) = standings_by_days_left(waivers(ROW), TODAY)
    sentence = found.model_copy(update={"state": state}).sentence(TODAY)
    assert {
        "active": "covers it for 9 more days",
        "expired": "expired on 2026-12-01",
        "stale": "take the row out",
    }[state.value] in sentence


def test_the_first_to_end_is_listed_first() -> None:
    """Whoever reads the list sees first what has to be done first."""
    rows = waivers(
        {**ROW, "operation": "updateZone"},
        {**ROW, "expires": "2026-11-21"},
        {**ROW, "requirement": "zones.name.is-kept", "expires": "2026-11-25"},
    )
    assert [state.days_left(TODAY) for state in standings_by_days_left(rows, TODAY)] == [-1, 3, 9]
    assert standings_by_days_left(rows, TODAY)[0].state is WaiverState.EXPIRED


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"requirement": "zones.id.was-unique"}, "no requirement zones.id.was-unique is judged"),
        ({"operation": "deleteZone"}, "is not judged on deleteZone; it is on createZone, updateZone"),
        ({"expires": "2027-02-23"}, "is more than 90 days ahead; today it can be 2027-02-20"),
        ({"expires": "2026-11-01"}, "expires 2026-11-01, before it was first seen on 2026-11-02"),
        ({"first_seen": "2026-11-24", "expires": "2026-11-30"}, "first_seen 2026-11-24 lies ahead"),
        ({"first_seen": "yesterday"}, "waiver 2 first_seen: 'yesterday' is no day"),
        ({"expires": "'2026-02-31'"}, "waiver 2 expires: 2026-02-31 is no day of the calendar"),
        ({"expires": 20261201}, "waiver 2 expires: 20261201 is not of type 'string'"),
        ({"defect": "ticket 7"}, "waiver 2 defect: 'ticket 7' is no link"),
        ({"defect": "javascript:alert(1)"}, "is no link"),
        ({"reason": "''"}, "waiver 2 reason: says nothing"),
        ({"owner": "' '"}, "waiver 2 owner: says nothing"),
        ({"kind": "sometimes"}, "waiver 2 kind: 'sometimes' is not one of"),
        ({"until": "2026-12-01"}, "waiver 2: Additional properties are not allowed ('until'"),
    ],
)
def test_a_wrong_row_is_named_with_its_line_and_number(change: dict[str, Any], words: str) -> None:
    """Whoever wrote the row finds it at once."""
    first = {**ROW, "requirement": "zones.name.is-kept"}
    with pytest.raises(UsageError) as caught:
        waivers(first, {**ROW, **change})
    assert words in str(caught.value)
    assert str(caught.value).startswith(("waivers.yaml:10: waiver 2",))


def test_a_missing_key_is_named() -> None:
    """A waiver without an owner is nobody's."""
    with pytest.raises(UsageError, match="waiver 1: 'owner' is a required property"):
        waivers({key: value for key, value in ROW.items() if key != "owner"})


def test_a_waiver_may_be_renewed_but_never_for_longer_than_ninety_days_from_today() -> None:
    """The limit runs from today, so that looking again is all that it takes."""
    rows = waivers({**ROW, "first_seen": "2026-01-01", "expires": TODAY + timedelta(days=90)})
    assert rows[0].expires == date(2027, 2, 20)


def test_the_same_violation_is_waived_once() -> None:
    """Two rows on one promise would let one of them be forgotten."""
    with pytest.raises(UsageError, match="waiver 2: the same requirement, operation and target as waiver 1"):
        waivers(ROW, {**ROW, "reason": "another"})
    assert len(waivers(ROW, {**ROW, "target": "dev"})) == 2


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("waivers: [", "waivers.yaml:1:11: not valid YAML"),
        ("- a", "expected the key waivers"),
        ("", "expected the key waivers"),
        ("waivers: {}", "is not of type 'array'"),
        ("waivers: []\nmore: 1", "Additional properties"),
        ("waivers:\n  - 7", "waivers.yaml:2: waiver 1: 7 is not of type 'object'"),
        ("waivers: []\nwaivers: []", "waivers.yaml:2:1: not valid YAML: the key waivers stands twice"),
        (text_of({**ROW, "expires": "2026-02-31"}), "not valid YAML: day"),
        (text_of(ROW) + "    owner: someone else\n", "the key owner stands twice"),
    ],
)
def test_a_file_that_is_no_list_of_waivers_is_refused(text: str, words: str) -> None:
    """A file that a reader would misunderstand is not read at all."""
    with pytest.raises(UsageError) as caught:
        parse(text, "waivers.yaml", today=TODAY)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["waivers: []", "waivers:\n", "# nothing yet\nwaivers: []\n"])
def test_a_file_without_rows_has_no_waivers(text: str) -> None:
    """An empty list may be written in every usual way."""
    assert parse(text, "waivers.yaml", today=TODAY) == ()


def test_a_file_that_is_not_there_or_no_text_is_a_usage_error(tmp_path: Path) -> None:
    """A path mistyped on the command line is not an empty list of waivers."""
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        load(tmp_path / "waivers.yaml", today=TODAY)
    (tmp_path / "waivers.yaml").write_bytes(b"\xff")
    with pytest.raises(UsageError, match="not UTF-8"):
        load(tmp_path / "waivers.yaml", today=TODAY)


def test_the_hash_counts_what_is_waived_and_not_how_it_is_written() -> None:
    """A comment or another order is no changed waiver; a later day is."""
    other = {**ROW, "operation": "updateZone"}
    assert hash_of(waivers(ROW, other)) == hash_of(waivers(other, ROW))
    assert hash_of(waivers(ROW)) != hash_of(waivers({**ROW, "expires": "2026-12-02"}))
    assert hash_of(()) == ""


def of_cause(*covers: str) -> dict[str, Any]:
    """Return a row that names a cause and lists what it covers of it."""
    rest = {key: value for key, value in ROW.items() if key not in {"requirement", "operation"}}
    return {"cause": "0b5e5a9325ad", "covers": f"[{', '.join(covers)}]", **rest}


BOTH = ("zones.id.is-unique@createZone", "zones.name.is-kept@createZone")


def test_a_waiver_of_a_cause_covers_what_it_lists_and_nothing_else() -> None:
    """A further violation of the same cause stays red until it is listed."""
    verdicts = [booked(Outcome.FAIL), booked(Outcome.FAIL, "zones.name.is-kept")]
    marked, standings = apply(waivers(of_cause(BOTH[0])), verdicts, "qa", TODAY)
    assert [bool(one.waived) for one in marked] == [True, False]
    assert [(one.requirement, one.cause) for one in standings] == [("zones.id.is-unique", "0b5e5a9325ad")]


@pytest.mark.parametrize(
    ("other", "states"), [(Outcome.FAIL, ["active", "active"]), (Outcome.PASS, ["stale", "stale"])]
)
def test_a_waiver_of_a_cause_ends_when_nothing_of_the_cause_is_violated(
    other: Outcome, states: list[str]
) -> None:
    """What holds by chance, of a cause that is there still, ends nothing."""
    verdicts = [booked(Outcome.PASS), booked(other, "zones.name.is-kept")]
    _, standings = apply(waivers(of_cause(*BOTH)), verdicts, "qa", TODAY)
    assert [one.state.value for one in standings] == states


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ({**of_cause(*BOTH), "operation": "createZone"}, "operation"),
        ({**ROW, "covers": "[zones.id.is-unique@createZone]"}, "covers"),
        (of_cause(), "covers"),
        (of_cause("zones.id.is-unique"), "is no requirement@operation"),
        (of_cause("zones.none@createZone"), "zones.none"),
        ({key: value for key, value in of_cause(*BOTH).items() if key != "covers"}, "'covers' is a required"),
    ],
)
def test_a_row_names_a_cause_or_a_violation(row: dict[str, Any], said: str) -> None:
    """Both, or half of one, is an error that says where."""
    with pytest.raises(UsageError, match=r"waivers\.yaml:2: waiver 1") as caught:
        waivers(row)
    assert said in str(caught.value)
