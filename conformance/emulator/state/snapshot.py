"""Save a state as a seed file, from which another emulator begins as this one was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.errors import SnapshotError
from conformance.emulator.state.state import KINDS, State


def check_writable(path: Path) -> None:
    """Raise :class:`SnapshotError` if the file cannot be written; nobody but its owner can read it."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise SnapshotError(f"cannot write the snapshot {path}: {error}") from error


def write(state: State, path: Path) -> None:
    """Write the state, client secrets included, in one step, as ``{records: {kind: [fields, ...]}}``."""
    waiting = path.with_name(f"{path.name}.part")
    waiting.touch(mode=0o600)
    content = {"records": {kind: _plain(state.rows(kind)) for kind in KINDS}}
    waiting.write_text(yaml.safe_dump(content, sort_keys=False, allow_unicode=True), encoding="utf-8")
    os.replace(waiting, path)  # noqa: PTH105 - replaces an older snapshot on every system


def _plain(value: Any) -> Any:
    match value:
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
    return value
