"""List every operation of the emulator."""

from __future__ import annotations

from conformance.emulator.access_control.operations import ACCESS_CONTROL
from conformance.emulator.itwins.operations import ITWINS
from conformance.emulator.pipeline import Operation
from conformance.emulator.reality_management.operations import REALITY_MANAGEMENT
from conformance.emulator.users import USERS

OPERATIONS: tuple[Operation, ...] = (*ITWINS, *REALITY_MANAGEMENT, *ACCESS_CONTROL, *USERS)

JUDGED = ("associateRealityData", "moveRealityData", "createRepositoryResource", "getITwinAccount")
