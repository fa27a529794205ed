"""Put the operations of the Access Control API together from their steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from conformance.emulator.pipeline import Operation

ACCESS_CONTROL: tuple[Operation, ...] = ()
