"""Put the operations of the Access Control API together from their steps."""

from __future__ import annotations

from conformance.emulator.pipeline import Operation

ACCESS_CONTROL: tuple[Operation, ...] = ()
