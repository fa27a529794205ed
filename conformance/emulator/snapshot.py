"""Save the state of an emulator as a seed file, from which another one begins as this one was."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml

from conformance.emulator.errors import SnapshotError
from conformance.emulator.instance import Emulator
from conformance.emulator.state import KINDS


def check_writable(path: Path) -> None:
    """Raise :class:`SnapshotError` if the file cannot be written; nobody but its owner can read it."""
    try:
        path.touch(mode=0o600)
        path.chmod(0o600)
    except OSError as error:
        raise SnapshotError(f"cannot write the snapshot {path}: {error}") from error


def write(emulator: Emulator, path: Path) -> None:
    """Write the state, client secrets included, in one step."""
    waiting = path.with_name(f"{path.name}.part")
    waiting.touch(mode=0o600)
    waiting.write_text(
        yaml.safe_dump(content(emulator), sort_keys=False, allow_unicode=True), encoding="utf-8"
    )
    os.replace(waiting, path)  # noqa: PTH105 - replaces an older snapshot on every system


def content(emulator: Emulator) -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the state as ``{records: {kind: [fields, ...]}}``."""
    return {"records": {kind: _rows(emulator, kind) for kind in KINDS}}


def _rows(emulator: Emulator, kind: str) -> list[dict[str, Any]]:
    return [
        {name: _plain(value) for name, value in vars(record).items()}
        for record in getattr(emulator.state, kind)
    ]


def _plain(value: Any) -> Any:
    match value:
        case tuple() | list():
            return [_plain(each) for each in value]
        case dict():
            return {key: _plain(each) for key, each in value.items()}
    return value
