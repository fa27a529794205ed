"""Hold one emulator: its state, its pipelines and every switch that a fault may turn."""

from __future__ import annotations

import random
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from conformance.emulator.call import Call
from conformance.emulator.identity.tokens import Issuer
from conformance.emulator.operations import OPERATIONS
from conformance.emulator.pipeline import Step
from conformance.emulator.replies import Reply
from conformance.emulator.routing import Router
from conformance.emulator.rules import NEEDS, RULES
from conformance.emulator.settings import Settings
from conformance.emulator.state import State
from conformance.emulator.store import Store
from conformance.emulator.throttle import Throttle

ReplyHook = Callable[[Call, Reply], Reply | Awaitable[Reply]]

_RECENT = 50
_ROUTER = Router(OPERATIONS)


@dataclass(frozen=True)
class Seen:
    """One request as the status page shows it: neither query, headers nor body."""

    at: float
    method: str
    path: str
    operation: str
    client: str
    status: int
    milliseconds: float


class Emulator:
    """One instance; several in one process share nothing that can change."""

    def __init__(
        self, settings: Settings, state: State, issuer: Issuer, base_url: str, store: Store | None = None
    ) -> None:
        self.settings = settings
        self.state = state
        self.issuer = issuer
        self.base_url = base_url
        self.store = store
        self.router = _ROUTER
        self.pipelines: dict[str, list[Step]] = {each.name: list(each.steps) for each in OPERATIONS}
        self.reply_hooks: dict[str, list[ReplyHook]] = {each.name: [] for each in OPERATIONS}
        self.rules: dict[str, Callable[..., Any]] = dict(RULES)
        self.needs: dict[tuple[str, str], tuple[str, ...]] = dict(NEEDS)
        self.throttle = Throttle(settings.rate)
        self.clock: Callable[[], float] = time.time
        self.chance = random.Random(0)  # noqa: S311 - chooses faults, guards nothing
        self.recent: deque[Seen] = deque(maxlen=_RECENT)
        self.beginning: tuple[tuple[str, object], ...] = ()
        self.record: Callable[..., None] | None = None
