"""Names for what a run creates: recognisable, and taken by nobody else."""

from __future__ import annotations

from conformance.ledger.unique_names import Unique


def test_names_never_repeat() -> None:
    """Every name carries the run's prefix and its word, and comes once; a length is kept exactly."""
    unique = Unique("ct-1-")
    names = [unique(), unique("zone"), unique("zone")]
    assert names == ["ct-1-thing-1", "ct-1-zone-2", "ct-1-zone-3"]
    assert len(unique.of_length(200)) == 200
    assert unique.of_length(40, "ü").endswith("ü")
