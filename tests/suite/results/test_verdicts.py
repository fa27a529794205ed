"""What is red: how two verdicts on one promise combine, and what the process says at the end."""

from __future__ import annotations

import itertools
from threading import Thread
from typing import Final

import pytest

from conformance.claims.level import Level
from conformance.results.verdicts import (
    Book,
    ExitCode,
    Outcome,
    Verdict,
    combine,
    exit_code,
    held,
    is_red,
    judged_percent,
    violated,
    without_provisional,
)

# From the one that outlives all others down.
STRENGTH: Final = ("FAIL", "DEVIATION", "HARNESS_ERROR", "CANNOT_JUDGE", "PASS", "OBSERVED", "NOT_APPLICABLE")
PAIRS: Final = tuple(itertools.product(STRENGTH, STRENGTH))


def booked(verdict: str, **details: object) -> Verdict:
    """Return a verdict on the one promise of this module."""
    fields = {"level": Level.MUST, "requirement": "bulbs.get.answers-200", "operation": "getBulb", **details}
    return Verdict(outcome=Outcome(verdict), **fields)  # type: ignore[arg-type] # the details are spelt by name


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_stronger_of_two_verdicts_stands(first: str, second: str) -> None:
    """The stronger verdict stands whichever came first, and of two equal ones the first proof is kept."""
    old, new = booked(first, reason="old"), booked(second, reason="new")
    both = combine(old, new)
    newer = STRENGTH.index(second) < STRENGTH.index(first)
    assert (both.outcome, both.reason) == ((second, "new") if newer else (first, "old"))
    assert both.times == 2


def test_observations_are_joined_without_repeating() -> None:
    """What several observations saw is kept, each once and in order."""
    book = Book()
    for seen in ("b", "a", "b", ""):
        book.add(booked("OBSERVED", observed=seen))
    (kept,) = book
    assert (kept.observed, kept.times) == ("a | b", 4)
    assert combine(kept, booked("OBSERVED", observed="c | a")).observed == "a | b | c"


@pytest.mark.parametrize(
    ("level", "broken", "kept"),
    [("must", "FAIL", "PASS"), ("should", "DEVIATION", "PASS"), ("unspecified", "OBSERVED", "OBSERVED")],
)
def test_the_level_decides_the_verdict(level: str, broken: str, kept: str) -> None:
    """A broken must is red, a broken should deviates, and what the pages leave open is only observed."""
    assert (violated(Level(level)), held(Level(level))) == (broken, kept)


@pytest.mark.parametrize(
    ("verdict", "waived", "strict", "red"),
    [
        ("FAIL", "", False, True),
        ("FAIL", "known", False, False),
        ("FAIL", "known", True, False),
        ("DEVIATION", "", False, False),
        ("DEVIATION", "", True, True),
        ("DEVIATION", "known", True, False),
        *((v, "", strict, False) for v in STRENGTH[2:] for strict in (False, True)),
    ],
)
def test_only_unwaived_violations_are_red(verdict: str, waived: str, *, strict: bool, red: bool) -> None:
    """A failure is red, a deviation where it counts, and neither when it is waived."""
    assert is_red(booked(verdict, waived=waived), strict=strict) is red


CODES: Final = {
    "FAIL": 1,
    "DEVIATION": 0,
    "HARNESS_ERROR": 2,
    "CANNOT_JUDGE": 3,
    "PASS": 0,
    "OBSERVED": 0,
    "NOT_APPLICABLE": 0,
}


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_the_exit_code_says_the_most_useful_thing(first: str, second: str) -> None:
    """A violation is said first, then a failure of the suite, then what nobody could judge."""
    code = exit_code([booked(first), booked(second)])
    ranks = [1, 2, 3, 0]
    assert code == min((CODES[first], CODES[second]), key=ranks.index)
    cut_off = exit_code([booked(first), booked(second)], complete=False)
    assert cut_off == (code or ExitCode.CANNOT_JUDGE)


def test_a_run_without_a_verdict_is_a_usage_error() -> None:
    """Nothing selected is nothing judged, and never a success."""
    assert exit_code([]) == ExitCode.USAGE
    assert exit_code([], complete=False) == ExitCode.USAGE


@pytest.mark.parametrize(
    ("verdict", "code"),
    [("FAIL", 0), ("DEVIATION", 0), ("PASS", 0), ("CANNOT_JUDGE", 3), ("HARNESS_ERROR", 2)],
)
def test_a_violation_of_a_new_requirement_alone_is_no_failure_of_the_suite(verdict: str, code: int) -> None:
    """It is reported and not red, also where nothing else was selected; a gap of it is a gap."""
    found = [booked(verdict)]
    assert exit_code(without_provisional(found, {"bulbs.get.answers-200"}), strict=True) == code
    assert exit_code(without_provisional([booked("FAIL")], {"bulbs.other"})) is ExitCode.VIOLATION


def test_a_deviation_counts_only_when_asked_to() -> None:
    """A deviation makes the run red with strict alone; a waived failure leaves it green."""
    assert exit_code([booked("DEVIATION")], strict=True) == ExitCode.VIOLATION
    assert exit_code([booked("FAIL", waived="known")]) == ExitCode.CONFORMS


def test_a_book_keeps_one_verdict_for_each_promise() -> None:
    """The book combines what is said of one promise, and iterates in order."""
    book = Book()
    book.add(booked("PASS", operation="b"))
    book.add(booked("PASS", operation="a"))
    book.add(booked("FAIL", operation="b"))
    assert [(j.operation, j.outcome) for j in book] == [("a", "PASS"), ("b", "FAIL")]
    assert len(book) == 2
    assert book.get("bulbs.get.answers-200", "c") is None


def test_threads_book_without_losing_anything() -> None:
    """Verdicts booked from several threads at once are all counted."""
    book = Book()

    def many() -> None:
        for _ in range(200):
            book.add(booked("PASS"))

    threads = [Thread(target=many) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [j.times for j in book] == [800]


@pytest.mark.parametrize(
    ("outcomes", "percent", "asked", "code"),
    [
        ([Outcome.PASS] * 3 + [Outcome.NOT_APPLICABLE], 75.0, 75.0, ExitCode.CONFORMS),
        ([Outcome.PASS] * 3 + [Outcome.NOT_APPLICABLE], 75.0, 75.1, ExitCode.CANNOT_JUDGE),
        ([Outcome.OBSERVED, Outcome.DEVIATION], 100.0, 100.0, ExitCode.CONFORMS),
        ([Outcome.NOT_APPLICABLE] * 2, 0.0, 0.0, ExitCode.CONFORMS),
        ([Outcome.NOT_APPLICABLE] * 2, 0.0, 1.0, ExitCode.CANNOT_JUDGE),
        ([Outcome.FAIL] + [Outcome.NOT_APPLICABLE] * 9, 10.0, 50.0, ExitCode.VIOLATION),
        ([Outcome.HARNESS_ERROR, Outcome.PASS], 50.0, 90.0, ExitCode.USAGE),
        ([], 0.0, 50.0, ExitCode.USAGE),
    ],
)
def test_a_run_that_judges_less_than_it_must_is_not_green(
    outcomes: list[Outcome], percent: float, asked: float, code: ExitCode
) -> None:
    """What does not apply counts as not judged: a role that is missing may be a typo."""
    verdicts = [Verdict(f"a.{n}", "op", Level.MUST, outcome) for n, outcome in enumerate(outcomes)]
    assert judged_percent(verdicts) == percent
    assert exit_code(verdicts, min_judged=asked) is code
