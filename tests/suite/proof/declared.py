"""A declaration of a defect that exists in no emulator."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Declared:
    """What a register tells about a defect."""

    name: str = "made-up"
    sentence: str = "Nobody ever saw it."
    breaks: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    patience: float = 0.0
    crowded: bool = False
