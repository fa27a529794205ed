"""Which exchanges have to be sent again so that the evidence means the same as then."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from conformance.analysis.reproduction.plan import (
    SHORTEST_ID,
    Plan,
    ids_in,
    leaves,
    parsed,
    segments,
    sent,
    wire,
)
from conformance.errors import UsageError
from conformance.exchange.recorded import SAFE, RecordedExchange
from conformance.results.exchange_log import ExchangeLog

CREATED: Final = "201"


@dataclass(frozen=True)
class Planner:
    """Plans the way to any evidence of one run."""

    log: ExchangeLog

    @cached_property
    def _made(self) -> dict[str, int]:
        """Return which write first named each value that the target gave out."""
        made: dict[str, int] = {}
        for number, exchange in enumerate(self.log.exchanges):
            if exchange.writes and exchange.succeeded:
                for value in ids_in(exchange):
                    made.setdefault(value, number)
        return made

    @cached_property
    def _named(self) -> frozenset[str]:
        """Return the values that the run itself gave to what it made, such as an id of its own choice."""
        taken = [exchange for exchange in self.log.exchanges if exchange.writes and exchange.succeeded]
        values = (value for one in taken for _, value in leaves(parsed(one.request.body)))
        return frozenset(value for value in values if isinstance(value, str) and len(value) >= SHORTEST_ID)

    def plan(self, evidence: Sequence[str]) -> Plan:
        """Return the plan for these exchange ids.

        The way to the evidence is whatever its scenario wrote before it, and what was sent together with it;
        where that one reads what another one wrote, those writes; and each earlier write whose response first
        named an id that one of them uses: a fixture of the session belongs to another scenario.
        """
        numbers, exchanges = self.log.numbers, self.log.exchanges
        missing = [one for one in evidence if one not in numbers]
        if missing or not evidence:
            what = f"{', '.join(missing)} of its evidence" if missing else "any evidence"
            raise UsageError(f"{self.log.file} does not hold {what}: there is nothing to send again")
        last = max(numbers[one] for one in evidence)
        scenarios = {self.log[one].scenario for one in evidence} - {""}
        chosen = {
            number
            for number, exchange in enumerate(exchanges[: last + 1])
            if exchange.id in evidence or (exchange.scenario in scenarios and exchange.writes)
        }
        groups = {exchanges[number].group for number in chosen} - {""}
        chosen |= {number for number, exchange in enumerate(exchanges) if exchange.group in groups}
        for one in evidence:
            chosen |= set(self._written_by_others(numbers[one], chosen))
        chosen |= self._producers(chosen)
        steps = tuple(exchanges[number] for number in sorted(chosen, key=self._in_groups))
        return Plan(steps, frozenset(evidence), tuple(self._undo(steps, chosen)))

    def _in_groups(self, number: int) -> tuple[int, int]:
        """Return where an exchange is sent: those of a group where the first of them was."""
        group = self.log.exchanges[number].group
        return (self._first_of_group[group] if group else number, number)

    @cached_property
    def _first_of_group(self) -> dict[str, int]:
        first: dict[str, int] = {}
        for number, exchange in enumerate(self.log.exchanges):
            first.setdefault(exchange.group, number)
        return first

    def _written_by_others(self, reading: int, chosen: set[int]) -> Iterator[int]:
        """Yield the earlier writes to what an exchange reads, where its own scenario wrote nothing there."""
        exchange = self.log.exchanges[reading]
        subject = self._subject(exchange)
        if exchange.request.method not in SAFE or not subject:
            return
        name = "" if subject[-1] in self._made else subject[-1]
        found = [
            number
            for number, earlier in enumerate(self.log.exchanges[:reading])
            if earlier.writes and earlier.succeeded and _changes(earlier, subject, name)
        ]
        if not chosen.intersection(found):
            yield from found

    def _subject(self, exchange: RecordedExchange) -> list[str]:
        """Return the path up to the last thing that the run made, empty where there is none."""
        path = segments(exchange)
        known = [place for place, part in enumerate(path) if part in self._made or part in self._named]
        return path[: known[-1] + 1] if known else []

    def _producers(self, chosen: set[int]) -> set[int]:
        """Return the writes that made what the chosen exchanges name, and what those name in turn."""
        found: set[int] = set()
        ahead = list(chosen)
        while ahead:
            number = ahead.pop()
            named = sent(self.log.exchanges[number]).lower()  # an id may have been written in capitals
            for value, producer in self._made.items():
                if producer < number and producer not in found | chosen and value.lower() in named:
                    found.add(producer)
                    ahead.append(producer)
        return found

    def _undo(self, steps: Sequence[RecordedExchange], chosen: set[int]) -> Iterator[RecordedExchange]:
        """Yield what undid something that the steps made, and nothing that they did not make."""
        written = "\n".join(wire(step) for step in steps if step.writes)
        for exchange in self.log.exchanges:
            path = segments(exchange)
            looks = exchange.request.method in SAFE
            if exchange.purpose != "undo" or looks or not path or path[-1] not in written:
                continue
            if all(self._made.get(part, -1) in {-1, *chosen} for part in path):
                yield exchange


def _changes(exchange: RecordedExchange, subject: list[str], name: str) -> bool:
    """Tell whether a write changed the subject: by its path, or because it made it under a name of the run's.

    What was created below it is another thing.
    """
    if segments(exchange)[: len(subject)] == subject:
        return exchange.status != CREATED
    return bool(name) and any(value == name for _, value in leaves(parsed(exchange.request.body)))
