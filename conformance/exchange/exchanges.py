"""The exchanges of a run in memory: the newest as they are, older ones packed: a long run stays small."""

from __future__ import annotations

import io
import pickle
import zlib
from collections import OrderedDict, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any, Final

from conformance.claims.openapi import Operation
from conformance.exchange.model import Exchange

AS_THEY_ARE: Final = 2_000
"""So many exchanges are kept as they are: more than a nightly run of four operations sends."""
FIELDS: Final = tuple(field.name for field in fields(Exchange))


class Exchanges(Mapping[str, Exchange]):
    """The exchanges of a run by id, oldest first."""

    def __init__(self, *, as_they_are: int = AS_THEY_ARE) -> None:
        """Keep none yet, and later so many of the newest as they are."""
        self._most = as_they_are
        self._new: OrderedDict[str, Exchange] = OrderedDict()
        self._packed: dict[str, bytes] = {}
        self._of: defaultdict[str, list[str]] = defaultdict(list)
        self._operations: dict[int, Operation] = {}
        self._alike = b""  # the first that was packed: most of any other stands in it

    def add(self, exchange: Exchange) -> None:
        """Keep one more, the newest."""
        self._new[exchange.id] = exchange
        self._of[exchange.operation_id].append(exchange.id)
        while len(self._new) > self._most:
            oldest = next(iter(self._new.values()))
            self._packed[oldest.id] = self._pack(oldest)
            del self._new[oldest.id]

    @property
    def newest(self) -> Exchange:
        """Return the newest; `KeyError` where there is none."""
        return self._new[next(reversed(self._new), "")]

    def of(self, operation: str) -> Iterator[Exchange]:
        """Yield those of one operationId, oldest first."""
        return (self[name] for name in tuple(self._of.get(operation, ())))

    def __getitem__(self, name: str) -> Exchange:
        """Return the exchange of this id; `KeyError` where there is none."""
        found = self._new.get(name)
        return found if found is not None else self._unpack(self._packed[name])

    def __iter__(self) -> Iterator[str]:
        """Iterate over the ids there are now, oldest first."""
        return iter((*self._packed, *self._new))

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._packed) + len(self._new)

    def _pack(self, exchange: Exchange) -> bytes:
        file = io.BytesIO()
        pickler = _Pickler(file, protocol=5)
        pickler.dump(tuple(getattr(exchange, name) for name in FIELDS))
        self._operations |= pickler.operations
        self._alike = self._alike or file.getvalue()
        packing = zlib.compressobj(level=1, zdict=self._alike)
        return packing.compress(file.getvalue()) + packing.flush()

    def _unpack(self, packed: bytes) -> Exchange:
        content = zlib.decompressobj(zdict=self._alike).decompress(packed)
        unpickler = _Unpickler(io.BytesIO(content))
        unpickler.operations = self._operations
        return Exchange(**dict(zip(FIELDS, unpickler.load(), strict=True)))


class _Pickler(pickle.Pickler):
    """Packs all but the documented operations, each of which many exchanges share."""

    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.operations: dict[int, Operation] = {}

    def persistent_id(self, value: Any) -> int | None:
        if not isinstance(value, Operation):
            return None
        self.operations[id(value)] = value
        return id(value)


class _Unpickler(pickle.Unpickler):
    """Reads what this process has packed, and nothing else."""

    operations: Mapping[int, Operation]

    def persistent_load(self, number: int) -> Operation:
        return self.operations[number]
