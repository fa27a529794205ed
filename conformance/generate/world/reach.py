"""How the world reaches the target."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from conformance.exchange.model import Exchange, Request


@dataclass(frozen=True)
class Reach:
    """Sends a request as a role; waits; and knows what was recorded.

    `recall` returns an exchange by its id; `moved` is told that what was thought to be at one path is at
    another. `pause` waits so many seconds, at most `patience` for what was written to be shown.
    """

    send: Callable[[Request, str], Exchange]
    recall: Callable[[str], Exchange | None] = lambda _: None
    moved: Callable[[str, str], None] = lambda *_: None
    pause: Callable[[float], None] = lambda _: None
    patience: float = 0.0
