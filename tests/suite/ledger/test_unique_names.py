"""Names for what a run creates: recognisable, and taken by nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from conformance.exchange.model import Request, Undo
from conformance.ledger.unique_names import Unique, own_name_in

NAME = "ct-20261122T060102Z-3f2a1b-board-1"


def test_names_never_repeat() -> None:
    """Every name carries the run's prefix and its word, and comes once; a length is kept exactly."""
    unique = Unique("ct-1-")
    names = [unique(), unique("zone"), unique("zone")]
    assert names == ["ct-1-thing-1", "ct-1-zone-2", "ct-1-zone-3"]
    assert len(unique.of_length(200)) == 200
    assert unique.of_length(40, "ü").endswith("ü")


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"color": "red", "name": NAME}, NAME),
        ({"board": {"name": NAME}, "version": {"of": "x"}}, NAME),
        ({"owner": {"name": NAME}}, ""),
        ({"name": "count20261122"}, ""),
        ({"name": "ct202611220601023f2a1bboard1"}, "ct202611220601023f2a1bboard1"),
        ({"name": NAME.lower().replace("-", "_")}, NAME.lower().replace("-", "_")),
        ([NAME], ""),
    ],
)
def test_a_creation_has_the_name_that_it_was_given(body: Any, name: str) -> None:
    """A name stands in the body or below its kind, also in the spelling of a target that is choosy."""
    request = Request("POST", "/boards", json=body, undo=Undo("board", "/boards/{id}", "/id"))
    assert own_name_in(request) == name
