"""Say of each behaviour how sure we are that the service does the same.

A behaviour is declared beside the code that has it, with :func:`states`, and carries its source: a page of
the contract, a published fact, something asserted against the live service, something shipped clients rely
on, or an assumption of this emulator.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from importlib import import_module
from typing import TypeVar

F = TypeVar("F", bound="Callable[..., object]")

MODULES = ("app", "operations")


class Source(StrEnum):
    """Where a behaviour comes from, surest first."""

    PAGE = "page"
    DOC = "doc"
    LIVE = "live"
    CLIENT = "client"
    ASSUMPTION = "assumption"


@dataclass(frozen=True)
class Behaviour:
    """One thing that the emulator does, in one sentence, and where it was learned.

    ``reference`` names the page (its file name without ending) or is empty.
    """

    id: str
    says: str
    source: Source
    reference: str = ""


class DuplicateBehaviourError(ValueError):
    """Two behaviours were declared under one id."""


_KNOWN: dict[str, Behaviour] = {}


def note(behaviour_id: str, says: str, source: Source, reference: str = "") -> Behaviour:
    """Declare one behaviour; raise :class:`DuplicateBehaviourError` if its id is taken."""
    if behaviour_id in _KNOWN:
        raise DuplicateBehaviourError(behaviour_id)
    behaviour = Behaviour(behaviour_id, says, source, reference)
    _KNOWN[behaviour_id] = behaviour
    return behaviour


def states(behaviour_id: str, says: str, source: Source, reference: str = "") -> Callable[[F], F]:
    """Return a decorator that declares a behaviour of the decorated function and leaves it as it is."""

    def decorate(function: F) -> F:
        note(behaviour_id, says, source, reference)
        return function

    return decorate


def behaviours() -> tuple[Behaviour, ...]:
    """Return every declared behaviour, ordered by id."""
    for module in MODULES:
        import_module(f"conformance.emulator.{module}")
    return tuple(_KNOWN[key] for key in sorted(_KNOWN))


def assumptions() -> tuple[Behaviour, ...]:
    """Return the behaviours that nobody outside this emulator vouches for."""
    return tuple(each for each in behaviours() if each.source is Source.ASSUMPTION)


def as_json() -> str:
    """Return all behaviours as a JSON array of ``{id, says, source, reference}``."""
    return json.dumps([asdict(each) for each in behaviours()], indent=2)


def as_text() -> str:
    """Return all behaviours as lines ``source  id  sentence (reference)``."""
    width = max(len(each.id) for each in behaviours())
    return "\n".join(
        f"{each.source:<10}  {each.id:<{width}}  {each.says}"
        + (f" ({each.reference})" if each.reference else "")
        for each in behaviours()
    )
