"""Hold one emulator: its services, its pipelines and every switch that a defect may turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any

from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Operation, Step
from conformance.emulator.kernel.responses import Response
from conformance.emulator.kernel.routing import Router
from conformance.emulator.kernel.services import Services
from conformance.emulator.settings import Settings
from conformance.emulator.state.store import Store

ResponseHook = Callable[[Call, Response], Response | Awaitable[Response]]
Record = Callable[[dict[str, Any]], None]
_RECENT = 50


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
    """One emulator; several in one process share nothing that can change.

    ``record`` is given each exchange. ``describe`` returns the definition of all operations. ``beginning``
    are the records, by kind, that a reset brings back.
    """

    def __init__(
        self,
        settings: Settings,
        services: Services,
        operations: Iterable[Operation],
        store: Store | None = None,
    ) -> None:
        every = tuple(operations)
        self.settings = settings
        self.services = services
        self.store = store
        self.router = Router(every)
        self.pipelines: dict[str, list[Step]] = {each.name: list(each.steps) for each in every}
        self.response_hooks: dict[str, list[ResponseHook]] = {each.name: [] for each in every}
        self.recent: deque[Seen] = deque(maxlen=_RECENT)
        self.beginning: tuple[tuple[str, dict[str, Any]], ...] = ()
        self.record: Record | None = None
        self.describe: Callable[[], dict[str, Any]] = dict
