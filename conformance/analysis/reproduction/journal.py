"""Which exchanges have to be sent again so that the evidence means the same as then."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from conformance.analysis.reproduction.plan import (
    SAFE,
    SHORTEST_ID,
    Plan,
    Record,
    ids_in,
    is_record,
    leaves,
    parsed,
    segments,
    sent,
    status,
    succeeded,
    wire,
    writes,
)
from conformance.errors import UsageError

FILE: Final = "exchanges.ndjson"
CREATED: Final = "201"


@dataclass(frozen=True)
class Journal:
    """The exchanges of one run in their order."""

    file: Path
    records: tuple[Record, ...]

    @cached_property
    def _numbers(self) -> dict[str, int]:
        return {record["id"]: number for number, record in enumerate(self.records)}

    @cached_property
    def _made(self) -> dict[str, int]:
        """Return which write first named each value that the target gave out."""
        made: dict[str, int] = {}
        for number, record in enumerate(self.records):
            if writes(record) and succeeded(record):
                for value in ids_in(record):
                    made.setdefault(value, number)
        return made

    @cached_property
    def _named(self) -> frozenset[str]:
        """Return the values that the run itself gave to what it made, such as an id of its own choice."""
        taken = [record for record in self.records if writes(record) and succeeded(record)]
        values = (value for one in taken for _, value in leaves(parsed(one["request"].get("body"))))
        return frozenset(value for value in values if isinstance(value, str) and len(value) >= SHORTEST_ID)

    def plan(self, evidence: Sequence[str]) -> Plan:
        """Return the plan for these exchange ids.

        The way to the evidence is whatever its scenario wrote before it; where that one reads what another
        one wrote, those writes; and each earlier write whose response first named an id that one of them
        uses: a fixture of the session belongs to another scenario.
        """
        numbers = self._numbers
        missing = [one for one in evidence if one not in numbers]
        if missing or not evidence:
            what = f"{', '.join(missing)} of its evidence" if missing else "any evidence"
            raise UsageError(f"{self.file} does not hold {what}: there is nothing to send again")
        last = max(numbers[one] for one in evidence)
        scenarios = {self.records[numbers[one]].get("scenario") for one in evidence} - {"", None}
        chosen = {
            number
            for number, record in enumerate(self.records[: last + 1])
            if record["id"] in evidence or (record.get("scenario") in scenarios and writes(record))
        }
        for one in evidence:
            chosen |= set(self._written_by_others(numbers[one], chosen))
        chosen |= self._producers(chosen)
        steps = tuple(self.records[number] for number in sorted(chosen))
        return Plan(steps, frozenset(evidence), tuple(self._undo(steps, chosen)))

    def _written_by_others(self, reading: int, chosen: set[int]) -> Iterator[int]:
        """Yield the earlier writes to what an exchange reads, where its own scenario wrote nothing there."""
        record = self.records[reading]
        subject = self._subject(record)
        if record["request"]["method"] not in SAFE or not subject:
            return
        name = "" if subject[-1] in self._made else subject[-1]
        found = [
            number
            for number, earlier in enumerate(self.records[:reading])
            if writes(earlier) and succeeded(earlier) and _changes(earlier, subject, name)
        ]
        if not chosen.intersection(found):
            yield from found

    def _subject(self, record: Record) -> list[str]:
        """Return the path up to the last thing that the run made, empty where there is none."""
        path = segments(record)
        known = [place for place, part in enumerate(path) if part in self._made or part in self._named]
        return path[: known[-1] + 1] if known else []

    def _producers(self, chosen: set[int]) -> set[int]:
        """Return the writes that made what the chosen exchanges name, and what those name in turn."""
        found: set[int] = set()
        ahead = list(chosen)
        while ahead:
            number = ahead.pop()
            named = sent(self.records[number])
            for value, producer in self._made.items():
                if producer < number and producer not in found | chosen and value in named:
                    found.add(producer)
                    ahead.append(producer)
        return found

    def _undo(self, steps: Sequence[Record], chosen: set[int]) -> Iterator[Record]:
        """Yield what took back something that the steps made, and nothing that they did not make."""
        written = "\n".join(wire(step) for step in steps if writes(step))
        for record in self.records:
            path = segments(record)
            if record.get("purpose") != "undo" or not path or path[-1] not in written:
                continue
            if all(self._made.get(part, -1) in {-1, *chosen} for part in path):
                yield record


def _changes(record: Record, subject: list[str], name: str) -> bool:
    """Tell whether a write changed the subject: by its path, or because it made it under a name of the run's.

    What was created below it is another thing.
    """
    if segments(record)[: len(subject)] == subject:
        return status(record) != CREATED
    return bool(name) and any(value == name for _, value in leaves(parsed(record["request"].get("body"))))


def read_journal(folder: Path) -> Journal:
    """Return the exchanges of a run folder; a last line that a killed run did not finish is left out."""
    file = folder / FILE
    try:
        with file.open(encoding="utf-8") as lines:
            return Journal(file, tuple(record for line in lines if is_record(record := _parsed(line))))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file}: the exchanges cannot be read: {reason}") from error


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
