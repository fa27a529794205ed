"""Ids that name nothing: a careless service takes them for something real, or stumbles over them."""

from __future__ import annotations

import random
import uuid

from conformance.checks.values import GUID

NIL = "00000000-0000-0000-0000-000000000000"
MALFORMED = "028cb17d-01e5-4d92-bfee-89b201a92"
"""The malformed id of the pages' own examples."""
MIDDLE = slice(15, 18)
"""What of a GUID stands between its beginning and its end, and tells neither version nor variant."""


def near(real: str) -> str:
    """Return an id that names nothing and begins and ends as a real one does.

    A service that finds things by a part of their id takes it for the real one.
    """
    if not GUID.fullmatch(real):
        return str(uuid.uuid4())
    turned = 1 + random.randrange(0xFFE)  # noqa: S311 - any other id will do, no secret
    middle = f"{int(real[MIDDLE], 16) ^ turned:03x}"
    return real[: MIDDLE.start] + middle + real[MIDDLE.stop :]


def strange(real: str) -> list[str]:
    """Return ids that name nothing, the first and the last of them nearly a real one."""
    return [real[:-3], NIL, "' OR '1'='1", "b\u00e9ton", "x" * 300, f"{real}0"]
