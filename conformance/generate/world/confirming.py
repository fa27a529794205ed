"""Confirms by a read that a thing is there, under the id that it is thought to have or another one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from conformance.checks.statuses import carried_out
from conformance.errors import NotJudged
from conformance.exchange.model import Exchange, objects_of
from conformance.generate.world.ids import ids_in_body
from conformance.generate.world.thing import Thing
from conformance.generate.world.values_of import other_ids, own_texts

NOT_FOUND: Final = 404
LAGS: Final = (0.3, 0.9)
"""Seconds after which a thing is read again that is not shown yet."""


@dataclass
class Confirming:
    """Reads things, or their list where none is read alone.

    `pause` waits so many seconds, at most `patience`, for what was written to be shown.
    """

    read: Callable[[Thing, str], Exchange | None]
    pause: Callable[[float], None]
    patience: float
    listed: Callable[[Thing, str], Exchange | None] = lambda *_: None
    _unseen: set[str] = field(default_factory=set)

    def confirmed(self, thing: Thing, role: str) -> Thing:
        """Return the thing, confirmed where a read shows it; `NotJudged` where that shows that it is not."""
        if thing.confirmed:
            return thing
        seen = self._shown(thing, role)
        if seen is None and thing.ours:
            return self._in_its_list(thing, role)
        if seen is None:
            return replace(thing, confirmed=thing.made is not None)
        if carried_out(seen):
            return replace(thing, confirmed=True)
        if thing.ours and seen.status != NOT_FOUND:
            return thing
        if thing.ours and (other := self._otherwise(thing, role)) is not None:
            return other
        raise NotJudged(f"a read of {thing.id} was answered with {seen.summary()}", (seen.id,))

    def _in_its_list(self, thing: Thing, role: str) -> Thing:
        """Return a thing of ours as its list shows it: confirmed, under the id that the list says."""
        seen = self.listed(thing, role)
        if seen is None or not carried_out(seen):
            return thing
        entries = list(objects_of(seen.json))
        if any(thing.id == str(value) for entry in entries for value in entry.values()):
            return replace(thing, confirmed=True)
        names = own_texts(thing.draft.json) if thing.draft is not None else set()
        for entry in entries:
            if names & {value for value in entry.values() if isinstance(value, str)}:
                for found in ids_in_body(entry, thing.slot.name, thing.slot.kind, ""):
                    params = {**thing.params, thing.slot.name: found}
                    return replace(thing, id=found, params=params, confirmed=True, other=thing.id)
        return thing

    def _shown(self, thing: Thing, role: str) -> Exchange | None:
        """Return a read of a thing; of ours again and again as long as writes may take to be shown."""
        seen = self.read(thing, role)
        for wait in LAGS if thing.ours and thing.slot.prefix not in self._unseen else ():
            if seen is None or seen.status != NOT_FOUND or wait > self.patience:
                return seen
            self.pause(wait)
            seen = self.read(thing, role)
        if seen is not None and seen.status == NOT_FOUND:
            self._unseen.add(thing.slot.prefix)
        return seen

    def _otherwise(self, thing: Thing, role: str) -> Thing | None:
        """Return a thing of ours under another member of the response that a read shows, None for none."""
        for value in other_ids(thing):
            params = {**thing.params, thing.slot.name: value}
            other = replace(thing, id=value, params=params, confirmed=True, other=thing.id)
            seen = self.read(other, role)
            if seen is not None and carried_out(seen):
                return other
        return None
