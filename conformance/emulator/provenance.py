"""List every behaviour of the emulator with its source, for ``conformance emulate --provenance``."""

from __future__ import annotations

import json
from dataclasses import asdict

from conformance.emulator.apis import operations
from conformance.emulator.behaviours import DECLARED, Behaviour, Source
from conformance.emulator.kernel import application

DECLARING = (operations, application)
"""What imports every module that declares a behaviour."""


def behaviours() -> tuple[Behaviour, ...]:
    """Return every declared behaviour, ordered by id."""
    return tuple(DECLARED[key] for key in sorted(DECLARED))


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
