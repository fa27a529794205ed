"""Remembers how a valid request of an operation was carried out, so that it is tried so first next time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from conformance.claims.endpoints import Endpoint
from conformance.exchange.model import Exchange
from conformance.generate.world.mending import heeding
from conformance.generate.world.producers import SEARCHES
from conformance.generate.world.requests import Draft, Drafts


@dataclass
class Worked:
    """The variant and the mending of the last draft of each operation that was carried out."""

    drafts: Drafts
    _last: dict[str, Draft] = field(default_factory=dict)
    _lasting: dict[tuple[str, str], tuple[Exchange, Draft]] = field(default_factory=dict)

    def note(self, draft: Draft, exchange: Exchange) -> None:
        """Remember a draft that was carried out."""
        self._last[draft.endpoint.id] = draft
        is_list = not isinstance(exchange.json, dict) or draft.endpoint.path.endswith(SEARCHES)
        if exchange.request.writes and exchange.request.undo is None and not is_list:
            self._lasting[draft.endpoint.id, exchange.role] = (exchange, draft)

    def lasting(
        self, endpoint: Endpoint, params: Mapping[str, str], role: str
    ) -> tuple[Exchange, Draft] | None:
        """Return a write of this path that nothing undoes, so that it is not sent again for what it shows."""
        found = self._lasting.get((endpoint.id, role))
        return found if found is not None and dict(found[1].params) == dict(params) else None

    def likeliest(self, drafts: Iterable[Draft]) -> list[Draft]:
        """Return new drafts of an operation, the one first that is like what was carried out."""
        found = list(drafts)
        for draft in found:
            worked = self._last.get(draft.endpoint.id)
            if worked is not None and draft.variant == worked.variant:
                return [self.like(draft, worked), *(each for each in found if each is not draft)]
        return found

    def like(self, new: Draft, worked: Draft) -> Draft:
        """Return a new draft mended as another one was, without members that this one had to do without."""
        found = heeding(new, worked.complaints, self.drafts.maker(new.endpoint))
        if not (isinstance(found.json, dict) and isinstance(worked.json, dict) and worked.complaints):
            return found
        kept = {name: value for name, value in found.json.items() if name in worked.json}
        return replace(found, json=kept)
