"""Claims are read whole and strictly, and selected by every name that they have."""

from __future__ import annotations

import dataclasses
from typing import Final

import pytest

from conformance.claims.level import Level
from conformance.claims.requirements import Catalogue, load_catalogue, select
from conformance.errors import UsageError
from tests.suite.toy_api import ROWS, Checkout

GET: Final = "bulbs.get.answers-200"


def test_a_row_is_read_whole(bulbs: Catalogue) -> None:
    """Every key of a row reaches the requirement."""
    row = bulbs.rows["bulbs.get.kindly"]
    assert (row.operations, row.level, row.basis, row.source) == (
        ("getBulb",),
        Level.SHOULD,
        "fact",
        "a guess",
    )
    assert (row.needs, row.since, row.file) == (("role.reader",), "2026-01-05", "bulbs/requirements.yaml")
    assert row.sentence == "a bulb is answered kindly"
    assert bulbs.rows[GET].sentence == "Returns a bulb."


def test_a_group_stands_for_its_operations(checkout: Checkout) -> None:
    """Every, writing, safe and with-body name the operations that they say."""
    rows = "requirements:\n" + "".join(
        f"  - {{id: a.b.{group}, operation: {group}, level: must, basis: schema, expect: something holds}}\n"
        for group in ("every", "writing", "safe", "with-body", "[getBulb, addBulb]")
    ).replace("a.b.[getBulb, addBulb]", "a.b.two")
    checkout.rows(rows)
    found = {row.id.rpartition(".")[2]: row.operations for row in checkout.catalogue().rows.values()}
    assert found == {
        "every": ("getBulb", "breakBulb", "addBulb"),
        "writing": ("breakBulb", "addBulb"),
        "safe": ("getBulb",),
        "with-body": ("addBulb",),
        "two": ("getBulb", "addBulb"),
    }


def test_an_excluded_row_is_not_judged(bulbs: Catalogue) -> None:
    """What is excluded has no verdict in a full run, and everything else has one for each operation."""
    assert "bulbs.break.loudly" not in {row.id for row in bulbs.judged()}
    assert len(bulbs.pairs()) == 5 + 3 + 3


def test_the_hash_of_a_row_changes_with_its_words(bulbs: Catalogue) -> None:
    """A reworded row is another row; the file that it stands in does not count."""
    row = bulbs.rows[GET]
    assert row.hash() == dataclasses.replace(row, file="elsewhere.yaml").hash()
    assert row.hash() != dataclasses.replace(row, expect="a bulb is answered").hash()
    assert len(row.hash()) == 64


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "level: must, basis: schema",
            "level: perhaps, basis: schema",
            "/requirements/4/level: 'perhaps' is not one of",
        ),
        ("basis: example", "basis: hearsay", "(row bulbs.get.id-repeated): /requirements/3/basis"),
        ("id: bulbs.get.colour", "id: Colour", "(row Colour): /requirements/2/id"),
        ("ask: Name its colour.", "asks: Name its colour.", "Additional properties are not allowed"),
        (", ask: Name its colour.", "", "'ask' is a required property"),
        ("quote: Returns a bulb.,", "", "'quote' is a required property"),
        ("source: a guess,", "", "'source' is a required property"),
        ("pages: {}", "pages: {x: short}", "bulbs/requirements.yaml: /pages/x"),
        ("pages: {}", "page: {}", "Additional properties are not allowed"),
        (
            "operation: breakBulb",
            "operation: bendBulb",
            "no operation 'bendBulb' in the specs; there are getBulb",
        ),
        ("id: bulbs.get.kindly", "id: bulbs.get.colour", "bulbs.get.colour stands twice"),
        ("needs: [role.reader]", "needs: [reader]", "(row bulbs.get.kindly)"),
    ],
)
def test_a_bad_row_is_refused_by_name(checkout: Checkout, old: str, new: str, complaint: str) -> None:
    """Whatever is wrong with a row is a usage error that names the file and the place."""
    assert old in ROWS
    checkout.rows(ROWS.replace(old, new, 1))
    with pytest.raises(UsageError) as refused:
        checkout.catalogue()
    assert complaint in str(refused.value)
    assert str(checkout.specs / "bulbs/requirements.yaml") in str(refused.value)


def test_a_folder_without_requirements_is_refused(checkout: Checkout) -> None:
    """A folder with specs and no claims is not the folder that was meant."""
    (checkout.specs / "bulbs/requirements.yaml").unlink()
    with pytest.raises(UsageError, match=r"no API/requirements.yaml"):
        load_catalogue(checkout.specs, {})


@pytest.mark.parametrize(
    ("selectors", "selected"),
    [
        ((GET,), 1),
        (("bulbs.get.*",), 4),
        (("bulbs.get",), 4),
        (("bulbs.*@getBulb",), 4),
        (("platform@breakBulb",), 2),
        (("getBulb",), 6),
        (("Breaking",), 3),
        (("bulbs",), 11),
        (("getBulb", "breakBulb"), 9),
        (("getBulb", GET), 6),
        ((), 11),
    ],
)
def test_a_selector_means_what_it_names(bulbs: Catalogue, selectors: tuple[str, ...], selected: int) -> None:
    """Ids, patterns, prefixes, operations, tags and APIs select, several of them together."""
    pairs = select(bulbs, selectors)
    assert len(pairs) == selected == len(set(pairs))
    assert pairs == [pair for pair in bulbs.pairs() if pair in pairs]


@pytest.mark.parametrize(
    ("selector", "hint"),
    [
        ("bulbs.get.nothing", "see `conformance list`"),
        ("bulbs.break.loudly", "it is excluded: nobody can hear a response"),
        ("getBulb@breakBulb", "see `conformance list`"),
        ("bulbs.ge", "see `conformance list`"),
        ("getBlb", "did you mean getBulb?"),
    ],
)
def test_a_selector_that_selects_nothing_is_refused(bulbs: Catalogue, selector: str, hint: str) -> None:
    """A selector without a match says so, and why when there is a reason."""
    with pytest.raises(UsageError) as refused:
        select(bulbs, ("getBulb", selector))
    assert str(refused.value).startswith(f"--only {selector}: selects nothing;")
    assert hint in str(refused.value)
