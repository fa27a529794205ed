"""Find the defects and variations of the emulator by name, and switch one on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, TypeVar

from conformance.emulator.defects.auth import permissions, tokens
from conformance.emulator.defects.defect import Defect, Variation
from conformance.emulator.defects.itwins import account, resource_input, resource_state, resource_text
from conformance.emulator.defects.reality_management import associate, both, move
from conformance.emulator.defects.wire import headers, ids, responses, timing
from conformance.emulator.errors import UnknownDefectError
from conformance.emulator.kernel.emulator import Emulator
from conformance.emulator.variations import in_use, open_questions, wire

T = TypeVar("T", Defect, Variation)

FAMILIES: Final = (
    tokens,
    permissions,
    associate,
    move,
    both,
    resource_input,
    resource_text,
    resource_state,
    account,
    responses,
    headers,
    ids,
    timing,
)


class DuplicateDefectError(ValueError):
    """Two defects or variations have one name."""


def by_name(values: Iterable[T]) -> Mapping[str, T]:
    """Return the values by name; raise :class:`DuplicateDefectError` for a name that comes twice."""
    found: dict[str, T] = {}
    for each in values:
        if each.name in found:
            raise DuplicateDefectError(each.name)
        found[each.name] = each
    return found


DEFECTS: Final = by_name(each for family in FAMILIES for each in family.DEFECTS)
VARIATIONS: Final = by_name((*open_questions.VARIATIONS, *wire.VARIATIONS, *in_use.VARIATIONS))


def switch_on(emulator: Emulator, wanted: str | Defect | Variation) -> None:
    """Change the emulator as the defect or variation says; raise :class:`UnknownDefectError`."""
    if isinstance(wanted, str):
        found = DEFECTS.get(wanted) or VARIATIONS.get(wanted)
        if found is None:
            raise UnknownDefectError(f"no defect or variation is named {wanted!r}")
        wanted = found
    wanted.change(emulator)
