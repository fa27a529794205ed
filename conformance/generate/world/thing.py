"""One thing at the target that has an id, and what of a response speaks of it."""

from __future__ import annotations

import random
import re
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from conformance.exchange.model import ABSENT, Exchange
from conformance.generate.world.ids import squeezed
from conformance.generate.world.requests import Draft
from conformance.generate.world.slots import Slot
from conformance.generate.world.values import OWN
from conformance.ledger.unique_names import PREFIX

GUID_LENGTH: Final = 36
DEEPEST: Final = 3
NAME: Final = re.compile(PREFIX.pattern + r"[a-z]+-\d+")


@dataclass(frozen=True)
class Thing:
    """A thing under an id; `params` are those of its path, `ours` tells that this run made it.

    `confirmed` tells that a read showed it; `made` is the exchange that gave its id, `draft` what was sent.
    `origin` is "given" where the definition itself lists the id, "chosen" where the run made it up and a
    request is about to make a thing of it. `other` is another id of it, "" for none: some operations may
    take this one.
    """

    slot: Slot
    id: str
    params: Mapping[str, str]
    ours: bool = False
    confirmed: bool = False
    made: Exchange | None = None
    draft: Draft | None = None
    role: str = "owner"
    origin: str = ""
    other: str = ""

    @property
    def marks(self) -> list[str]:
        """Return the texts by which it is recognized wherever it is shown: a long id, names of our own."""
        found = [self.id] if len(self.id) > 6 else []  # noqa: PLR2004 - a short id may stand for anything
        body = self.draft.json if self.draft is not None and isinstance(self.draft.json, dict) else {}
        return found + [v for v in body.values() if isinstance(v, str) and OWN in v]


def shows(exchange: Exchange, text: str) -> bool:
    """Tell whether a response shows a text of its own, and not as the beginning of a longer one."""
    return re.search(rf"(?<![\w-]){re.escape(text)}(?![\w-])", exchange.text) is not None


def own_texts(exchange: Exchange) -> list[str]:
    """Return the names that runs of this suite made up and that a response shows."""
    return sorted(set(NAME.findall(exchange.text)))


def body_of(exchange: Exchange) -> Any:
    """Return a response's JSON, None where it is none."""
    return None if exchange.json is ABSENT else exchange.json


def subject(body: Any, identifier: str) -> dict[str, Any] | None:
    """Return the object of a response that is about the thing of this id; None where that cannot be told.

    It is the outermost object with the id in it, or what an envelope of one object holds.
    """
    level: list[Any] = [body]
    for _ in range(DEEPEST):
        objects = [each for each in level if isinstance(each, dict)]
        for each in objects:
            if any(str(v) == identifier for v in each.values() if isinstance(v, str | int)):
                return each
        level = [v for each in objects for v in each.values() if isinstance(v, dict)]
    inner = [v for v in body.values() if isinstance(v, dict)] if isinstance(body, dict) else []
    if not isinstance(body, dict):
        return None
    return inner[0] if len(inner) == 1 and len(body) == 1 else body


def differing(before: Any, after: Any) -> Iterator[str]:
    """Yield the names of the members in which two objects differ."""
    if not (isinstance(before, dict) and isinstance(after, dict)):
        if before != after:
            yield ""
        return
    for name in before.keys() | after.keys():
        if before.get(name) != after.get(name):
            yield name


def alike(sent: Any, read: Any) -> bool:
    """Tell whether what was read says what was sent; case and punctuation of texts are the server's own."""
    if isinstance(sent, dict) and isinstance(read, dict):
        return all(alike(value, read[name]) for name, value in sent.items() if name in read)
    if isinstance(sent, list) and isinstance(read, list):
        return len(sent) == len(read) and all(map(alike, sent, read))
    if isinstance(sent, bool) or isinstance(read, bool):
        return sent is read
    if isinstance(sent, int | float) and isinstance(read, int | float):
        return sent == read
    own, shown = squeezed(str(sent)), squeezed(str(read))
    return own == shown or (len(own) > GUID_LENGTH // 2 and own in shown)


def unknown_id(like: str, seed: int) -> str:
    """Return an id of the same form that nothing has."""
    chance = random.Random(f"{seed}{like}")  # noqa: S311 - no secret
    if re.fullmatch(r"-?\d+", like):
        return str(10 ** min(max(len(like), 6), 9) - 1 - chance.randrange(1000))
    try:
        uuid.UUID(like)
    except ValueError:
        swapped = "".join(_another(chance, each) for each in like)
        return swapped if swapped != like else f"{like}0"
    made = str(uuid.UUID(int=chance.getrandbits(128), version=4))
    return made if len(like) == GUID_LENGTH else made.replace("-", "")


def _another(chance: random.Random, letter: str) -> str:
    if letter.isdigit():
        return chance.choice("0123456789")
    return chance.choice("abcdef") if letter.isascii() and letter.islower() else letter
