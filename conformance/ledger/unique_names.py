"""Names for what a run creates: recognisable, and taken by nobody else."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, field
from typing import Final

from conformance.exchange.model import Request

PREFIX: Final = re.compile(r"ct-\d{8}T\d{6}Z-[0-9a-f]{6}-")
"""What the names of one run begin with, and those of no other."""
PLAINER: Final = re.compile(r"ct[-_]?\d{8}t?\d{6}z?[-_]?[0-9a-f]{6}", re.IGNORECASE)
"""The same where a target takes neither dashes nor capital letters."""


def own_name_in(request: Request) -> str:
    """Return the first name in the body of a request that begins as those of a run do, or "".

    Where what is created stands below a member of its kind, such as ``{"board": {"name": …}}``, it is
    looked for there too.
    """
    body = request.json if isinstance(request.json, dict) else {}
    inner = body.get(request.undo.what) if request.undo is not None else None
    members = [*body.values(), *(inner.values() if isinstance(inner, dict) else ())]
    texts = [value for value in members if isinstance(value, str)]
    return next((text for form in (PREFIX, PLAINER) for text in texts if form.match(text)), "")


@dataclass(frozen=True)
class Unique:
    """Makes names that begin with the run's prefix and never repeat."""

    prefix: str
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def __call__(self, word: str = "thing") -> str:
        """Return a new name with this word in it, such as ``ct-20261122T060102Z-3f2a1b-zone-7``."""
        return f"{self.prefix}{word}-{next(self._numbers)}"

    def of_length(self, length: int, fill: str = "x") -> str:
        """Return a new name of exactly `length` characters, filled up with `fill`."""
        name = self()
        return name + fill * (length - len(name))
