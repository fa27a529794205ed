"""Values of a parameter that the definition itself gives: of a list of values, a default, an example."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from conformance.claims.endpoints import Endpoint
from conformance.claims.schemas import deref
from conformance.generate.world.ids import words
from conformance.generate.world.slots import Producer, Slot, said_value

MILLISECONDS: Final = "1705312800000"
"""A moment as most servers count it where they say no form."""


def said_values(slot: Slot, users: Sequence[Endpoint]) -> Iterator[Producer]:
    """Yield values that are right whatever is there: of an enumeration, a flag, a day, a default."""
    if (words(slot.name) or ("",))[-1] == "timestamp":
        yield Producer("definition", "", "value", MILLISECONDS)
    for each in users:
        if value := said_value(each.schema_of_parameter(each.parameter(slot.name))):
            yield Producer("definition", "", "value", value)


def said_examples(slot: Slot, users: Sequence[Endpoint]) -> Iterator[Producer]:
    """Yield examples: of something that may be there."""
    for each in users:
        parameter = each.parameter(slot.name)
        several = parameter.get("examples")
        values = [parameter.get("example"), each.schema_of_parameter(parameter).get("example")]
        values += (
            [deref(each.document, v).get("value") for v in several.values()]
            if isinstance(several, dict)
            else []
        )
        for value in values:
            if isinstance(value, str | int) and str(value):
                yield Producer("example", "", "value", str(value))
