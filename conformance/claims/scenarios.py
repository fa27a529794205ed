"""What is known of a scenario without running it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scenario:
    """A scenario of the contract: where it stands (file below the contract's folder), and what it says."""

    file: str
    line: int
    name: str
    sentence: str
