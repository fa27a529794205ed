"""Say of each behaviour how sure we are that the service does the same.

A behaviour is declared beside the code that has it, with one function for each source: a page of the
contract, a published fact, something asserted against the live service, something shipped clients rely on,
or an assumption of this emulator. Each may decorate the function that behaves so, and leaves it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import TypeVar

T = TypeVar("T")


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


DECLARED: dict[str, Behaviour] = {}
"""Every behaviour that the modules imported so far have declared, by id."""


def declare(source: Source, behaviour_id: str, says: str, reference: str = "") -> Callable[[T], T]:
    """Declare one behaviour; raise :class:`DuplicateBehaviourError` if its id is taken."""
    if behaviour_id in DECLARED:
        raise DuplicateBehaviourError(behaviour_id)
    DECLARED[behaviour_id] = Behaviour(behaviour_id, says, source, reference)
    return _unchanged


def _unchanged(function: T) -> T:
    return function


on_page = partial(declare, Source.PAGE)
documented = partial(declare, Source.DOC)
seen_live = partial(declare, Source.LIVE)
used_by_clients = partial(declare, Source.CLIENT)
assumed = partial(declare, Source.ASSUMPTION)
