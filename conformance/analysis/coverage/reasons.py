"""Why something that is documented was not exercised, or not judged."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from conformance.analysis.coverage.exercised import BROKEN, NO_TOKEN, Item
from conformance.claims.requirement import Requirement
from conformance.claims.requirements import Catalogue
from conformance.results.verdicts import JUDGED, Verdict

NOT_JUDGED: Final = "it was exercised, and no verdict of this run rests on that"


@dataclass(frozen=True)
class Facts:
    """What is known of a run: what it could select, which roles it had, what became of it.

    `stopped` says why it was cut off; `only` are its selectors.
    """

    catalogue: Catalogue
    verdicts: Collection[Verdict]
    roles: Collection[str]
    stopped: str = ""
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Reasons:
    """Says for one operation why an item was not exercised; `seen` are the items that were."""

    facts: Facts
    operation: str
    seen: Mapping[Item, int]

    def of(self, item: Item) -> str:
        """Return why nothing exercised or nothing judged the item."""
        dimension, key = item
        if self.seen.get(item):
            return NOT_JUDGED
        status = key.partition(" ")[0] if dimension in {"statuses", "error_codes"} else ""
        if dimension in {"media_types", "keywords"} and not key.startswith("request"):
            status = key.partition(" ")[0]
        if not self.seen:
            return self._nothing_sent()
        if dimension == "roles":
            return self._without_role(key)
        if status[:1].isdigit() and not self.seen.get(("statuses", status)):
            return self._without_status(status)
        return self._cut_off() or _unexercised(dimension, key)

    def _nothing_sent(self) -> str:
        return self._unjudged(None) or self._cut_off() or "no request of this operation was answered"

    def _without_role(self, role: str) -> str:
        if role != NO_TOKEN and role not in self.facts.roles:
            return f"the target has no role {role}"
        rows = [row for row in self.facts.catalogue.rows.values() if self.operation in row.operations]
        about = {
            row.id
            for row in rows
            if f"role.{role}" in row.needs or (role == NO_TOKEN and "authentication/missing" in row.observes)
        }
        how = "without a token" if role == NO_TOKEN else f"as {role}"
        return self._unjudged(about) or self._cut_off() or f"nothing was sent {how}"

    def _without_status(self, status: str) -> str:
        """Return why the requirements that speak of a status were not judged, or that none does."""
        about = [row for row in self.facts.catalogue.rows.values() if self._speaks_of(row, status)]
        excluded = next((row.excluded for row in about if row.excluded), "")
        return (
            self._unjudged({row.id for row in about})
            or self._cut_off()
            or excluded
            or f"no response had the status {status}"
        )

    def _speaks_of(self, row: Requirement, status: str) -> bool:
        if self.operation not in row.operations:
            return False
        observed = any(each.startswith(f"error/{status}") for each in row.observes)
        return observed or re.search(rf"\b{status}\b", row.expect) is not None

    def _unjudged(self, requirements: Collection[str] | None) -> str:
        """Return the commonest reason for which these requirements (None: any) were not judged, or ""."""
        reasons = Counter(
            verdict.reason
            for verdict in self.facts.verdicts
            if verdict.operation == self.operation
            and verdict.outcome not in JUDGED
            and (requirements is None or verdict.requirement in requirements)
        )
        return max(reasons, key=lambda reason: (reasons[reason], reason)) if reasons else ""

    def _cut_off(self) -> str:
        if self.facts.stopped:
            return f"the run was cut off: {self.facts.stopped}"
        return "--only selected other requirements" if self.facts.only else ""


def _unexercised(dimension: str, key: str) -> str:
    """Return what did not happen."""
    if dimension == "parameters":
        return "no request had it"
    if dimension == "error_codes":
        return "no response had this code"
    if dimension == "media_types":
        return f"no {'request' if key.startswith('request') else 'response'} had this media type"
    if key.endswith(BROKEN):
        return "no request broke it"
    is_of_response = key[:1].isdigit() or key.startswith("default")
    return f"no {'response' if is_of_response else 'request'} had a value there"
