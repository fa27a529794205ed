"""Hold what the steps of an operation work with."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from conformance.emulator.blobs.storage import Storage
from conformance.emulator.identity.tokens import Issuer
from conformance.emulator.kernel.rules import NEEDS, RULES
from conformance.emulator.kernel.throttle import Throttle
from conformance.emulator.state.state import State


@dataclass
class Services:
    """One emulator's own state, token issuer, limits and decisions; a defect may put others in their place.

    ``base_url`` is where clients reach the emulator. ``clock`` tells the seconds since 1970.
    """

    state: State
    issuer: Issuer
    base_url: str
    throttle: Throttle
    storage: Storage
    clock: Callable[[], float] = time.time
    rules: dict[str, Callable[..., Any]] = field(default_factory=lambda: dict(RULES))
    needs: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=lambda: dict(NEEDS))
