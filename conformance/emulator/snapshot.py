"""Save the state of an emulator as a seed file."""

from __future__ import annotations

from pathlib import Path

from conformance.emulator.errors import SnapshotError
from conformance.emulator.instance import Emulator


def check_writable(path: Path) -> None:
    """Raise :class:`SnapshotError` if the file cannot be written."""
    try:
        path.touch(mode=0o600)
    except OSError as error:
        raise SnapshotError(f"cannot write the snapshot {path}: {error}") from error


def write(emulator: Emulator, path: Path) -> None:
    """Write the emulator's state."""
    path.write_text(str(len(emulator.state.users)))
