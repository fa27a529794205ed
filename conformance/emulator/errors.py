"""Name what can go wrong before an emulator serves: each is its user's to mend."""

from __future__ import annotations


class EmulatorError(Exception):
    """The emulator cannot start as asked; the message is one line for its user."""


class PortError(EmulatorError):
    """The port cannot be listened on."""


class PublicUrlError(EmulatorError):
    """The public URL is no address of a web server."""


class RateError(EmulatorError):
    """A rate is not of the form N, N/s or N/m."""


class StateFileError(EmulatorError):
    """The state file cannot be opened or is not one of an emulator's."""


class SeedFileError(EmulatorError):
    """The seed file cannot be read or says something that makes no sense."""


class SnapshotError(EmulatorError):
    """The snapshot cannot be written."""


class RecordFileError(EmulatorError):
    """The file for exchanges cannot be written."""


class TargetsFileError(EmulatorError):
    """The targets file or the ``.env`` beside it cannot be written."""


class UnknownDefectError(EmulatorError):
    """No defect or variation has this name."""
