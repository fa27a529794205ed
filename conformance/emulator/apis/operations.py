"""List every operation of the emulator."""

from __future__ import annotations

from conformance.emulator.apis.access_control.group_operations import ACCESS_CONTROL_GROUPS
from conformance.emulator.apis.access_control.operations import ACCESS_CONTROL
from conformance.emulator.apis.itwins.operations import ITWINS
from conformance.emulator.apis.reality_management.operations import REALITY_MANAGEMENT
from conformance.emulator.apis.users import USERS
from conformance.emulator.kernel.pipeline import Operation

OPERATIONS: tuple[Operation, ...] = (
    *(*ITWINS, *REALITY_MANAGEMENT),
    *(*ACCESS_CONTROL, *ACCESS_CONTROL_GROUPS),
    *USERS,
)
