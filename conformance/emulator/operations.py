"""List every operation of the emulator."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.emulator.access_control.operations import ACCESS_CONTROL
from conformance.emulator.itwins.operations import ITWINS
from conformance.emulator.reality_management.operations import REALITY_MANAGEMENT

if TYPE_CHECKING:
    from conformance.emulator.pipeline import Operation

OPERATIONS: tuple[Operation, ...] = (*ITWINS, *REALITY_MANAGEMENT, *ACCESS_CONTROL)

JUDGED = ("associateRealityData", "moveRealityData", "createRepositoryResource", "getITwinAccount")
