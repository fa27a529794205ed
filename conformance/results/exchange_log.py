"""Reads `exchanges.ndjson`: the exchanges of a run in their order."""

from __future__ import annotations

import json
import re
from collections import OrderedDict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from conformance.errors import UsageError
from conformance.exchange.recorded import RecordedExchange
from conformance.results.text import scrub

FILE_NAME: Final = "exchanges.ndjson"
ROUNDED: Final = 0.002
"""Seconds by which two exchanges that were sent one after the other may seem to overlap."""

FIRST_ID: Final = re.compile(rb'{"id": "([\w-]+)"')
"""How a line begins that this suite wrote; others are read whole to know whose they are."""
REMEMBERED: Final = 2_000
"""So many exchanges that were read for a report are kept, all of those of a quick run."""
SHOWN_BODY: Final = 16 * 1024
"""So much of a body is shown: hundreds of large ones at once would not go into a small machine's memory."""


@dataclass(frozen=True)
class ExchangeLog:
    """The exchanges of one run in their order, as they were recorded."""

    file: Path
    exchanges: tuple[RecordedExchange, ...]

    @cached_property
    def numbers(self) -> Mapping[str, int]:
        """Return the place of each exchange in the run, by id."""
        return {exchange.id: number for number, exchange in enumerate(self.exchanges)}

    def __getitem__(self, identifier: str) -> RecordedExchange:
        """Return the exchange of this id; `KeyError` where there is none."""
        return self.exchanges[self.numbers[identifier]]


def recorded_exchanges(folder: Path) -> Iterator[RecordedExchange]:
    """Yield the exchanges of a run folder one by one, and nothing where it has none."""
    try:
        with (folder / FILE_NAME).open(encoding="utf-8", errors="replace") as lines:
            yield from (exchange for line in lines if (exchange := _record(_parsed(line))))
    except OSError:
        return


def read_exchanges(folder: Path) -> ExchangeLog:
    """Return the exchanges of a run folder; a last line that a killed run did not finish is left out."""
    file = folder / FILE_NAME
    try:
        with file.open(encoding="utf-8") as lines:
            found = (_record(_parsed(line)) for line in lines)
            return ExchangeLog(file, _with_groups([exchange for exchange in found if exchange]))
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
        raise UsageError(f"{file}: the exchanges cannot be read: {reason}") from error


def _with_groups(exchanges: list[RecordedExchange]) -> tuple[RecordedExchange, ...]:
    """Return the exchanges of a run that recorded no groups with those that overlap in time as groups."""
    if any(exchange.group for exchange in exchanges):
        return tuple(exchanges)
    grouped: dict[str, RecordedExchange] = {}
    latest: RecordedExchange | None = None
    end = 0.0
    for exchange in sorted(exchanges, key=lambda one: one.started):
        if not exchange.scenario or exchange.purpose not in {"judged", "setup"}:
            continue
        if latest is not None and latest.scenario == exchange.scenario and exchange.started < end - ROUNDED:
            group = grouped.get(latest.id, latest).group or f"with {latest.id}"
            grouped[latest.id] = latest.model_copy(update={"group": group})
            grouped[exchange.id] = exchange.model_copy(update={"group": group})
            end = max(end, exchange.started + exchange.elapsed_ms / 1000)
        else:
            end = exchange.started + exchange.elapsed_ms / 1000
        latest = exchange
    return tuple(grouped.get(exchange.id, exchange) for exchange in exchanges)


class ShownExchanges(Mapping[str, RecordedExchange]):
    """The wanted exchanges of a run folder by id, harmless to print and with long bodies cut.

    They are read from the file as they are asked for: a long run has more than go into a small machine's
    memory. A report without its evidence still says what was found, so a missing file is no error.
    """

    def __init__(self, folder: Path, wanted: Collection[str]) -> None:
        """Look where each of the wanted ones stands."""
        self._file = folder / FILE_NAME
        self._offsets = dict(_places(self._file, wanted))
        self._newest: OrderedDict[str, RecordedExchange] = OrderedDict()

    def __getitem__(self, name: str) -> RecordedExchange:
        """Return the exchange of this id; `KeyError` where there is none that can be read."""
        found = self._newest.get(name) or self._read(self._offsets[name])
        if found is None:
            raise KeyError(name)
        self._newest[name] = found
        if len(self._newest) > REMEMBERED:
            self._newest.popitem(last=False)
        return found

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids in the order of the run."""
        return iter(self._offsets)

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._offsets)

    def _read(self, offset: int) -> RecordedExchange | None:
        try:
            with self._file.open("rb") as lines:
                lines.seek(offset)
                document = _parsed(lines.readline().decode(errors="replace"))
        except OSError:
            return None
        return _record(scrub(_cut(document))) if isinstance(document, dict) else None


def _places(file: Path, wanted: Collection[str]) -> Iterator[tuple[str, int]]:
    """Yield the id and the place in the file of each wanted exchange."""
    offset = 0
    try:
        with file.open("rb") as lines:
            for line in lines:
                start, offset = offset, offset + len(line)
                if (name := _id_of(line)) in wanted:
                    yield name, start
    except OSError:
        return


def _id_of(line: bytes) -> str:
    if (match := FIRST_ID.match(line)) is not None:
        return match[1].decode()
    document = _parsed(line.decode(errors="replace"))
    return str(document.get("id", "")) if isinstance(document, dict) else ""


def _cut(document: dict[str, Any]) -> dict[str, Any]:
    for name in ("request", "response", "reply"):
        message = document.get(name)
        body = message.get("body") if isinstance(message, dict) else None
        if isinstance(body, str) and len(body) > SHOWN_BODY:
            document[name] = {
                **document[name],
                "body": f"{body[:SHOWN_BODY]}… ({len(body)} characters in {FILE_NAME})",
            }
    return document


def _record(document: object) -> RecordedExchange | None:
    try:
        return RecordedExchange.model_validate(document)
    except ValidationError:
        return None


def _parsed(line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError):
        return None
