"""Hold what one emulator is started with."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from conformance.emulator.kernel.throttle import Rate


@dataclass(frozen=True)
class Settings:
    """The choices of one emulator.

    ``public_url`` is where clients reach it if that is not where it listens. ``latency`` is waited before
    each API response, in seconds. ``token_life`` is in seconds. ``snapshot`` is written when the emulator
    stops, ``record`` gets one line for each exchange.
    """

    public_url: str = ""
    rate: Rate | None = None
    state: Path | None = None
    seed_file: Path | None = None
    snapshot: Path | None = None
    record: Path | None = None
    latency: float = 0.0
    token_life: int = 3600
    defects: tuple[str, ...] = ()
