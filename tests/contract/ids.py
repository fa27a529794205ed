"""Ids that name nothing, for single requests and for whole examples, and real ones for generated requests."""

from __future__ import annotations

import random
import uuid
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

from conformance.checks.values import GUID

from .world import World

NIL = "00000000-0000-0000-0000-000000000000"
MALFORMED = "028cb17d-01e5-4d92-bfee-89b201a92"
"""The malformed id of the pages' own examples."""
MIDDLE = slice(15, 18)
"""What of a GUID stands between its beginning and its end, and tells neither version nor variant."""


def lookalike_id(real: str) -> str:
    """Return an id that names nothing and begins and ends as a real one does.

    A service that finds things by a part of their id takes it for the real one.
    """
    if not GUID.fullmatch(real):
        return str(uuid.uuid4())
    turned = 1 + random.randrange(0xFFE)  # noqa: S311 - any other id will do, no secret
    middle = f"{int(real[MIDDLE], 16) ^ turned:03x}"
    return real[: MIDDLE.start] + middle + real[MIDDLE.stop :]


def malformed_ids(real: str) -> list[str]:
    """Return ids that name nothing, the first and the last of them nearly a real one."""
    return [real[:-3], NIL, "' OR '1'='1", "b\u00e9ton", "x" * 300, f"{real}0"]


@dataclass(frozen=True)
class RealIds(Mapping[str, str]):
    """Real ids by the names that the specs give them; each is made when a request asks for it."""

    makers: Mapping[str, Callable[[], str]]

    def __getitem__(self, name: str) -> str:
        """Return the id, made if need be."""
        return self.makers[name]()

    def __iter__(self) -> Iterator[str]:
        """Iterate over the names."""
        return iter(self.makers)

    def __len__(self) -> int:
        """Return how many names there are."""
        return len(self.makers)


@dataclass(frozen=True)
class ExampleIds:
    """The ids of whole example requests: real ones, and others for the same places."""

    world: World

    def real(self, group: str = "invalid", **others: str) -> RealIds:
        """Return real ids about the group's reality data, or others; requests must be refused or safe."""
        world = self.world
        makers: dict[str, Callable[[], str]] = {
            "reality_data_id": lambda: world.reserved_data(group),
            "itwin_id": lambda: world.itwin_a,
            "destination_itwin_id": lambda: world.itwin_b,
            "repository_id": lambda: world.repository.id,
        }
        return RealIds(makers | {name: partial(str, value) for name, value in others.items()})

    def generated(self) -> RealIds:
        """Return real ids about reality data that no scenario looks at."""
        makers = self.real().makers
        return RealIds({**makers, "reality_data_id": lambda: self.world.loose_data})

    def unknown(self) -> dict[str, str]:
        """Return ids that name nothing."""
        return {name: str(uuid.uuid4()) for name in self.real()}

    def malformed(self) -> dict[str, str]:
        """Return ids that are none."""
        return dict.fromkeys(self.real(), MALFORMED)
