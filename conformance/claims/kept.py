"""What is costly to work out again, kept in the user's cache folder under a hash of what it depends on.

Nothing depends on it: what cannot be read, is broken or belongs to somebody else is worked out anew, and
what cannot be written is not kept.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, Final

from conformance.claims.folders import cache_dir

MOST: Final = 2000
"""Files of one kind that are kept; of more, the oldest go."""
_DATE: Final = "$date"


def kept(kind: str, key: bytes, make: Callable[[], Any]) -> Any:
    """Return the JSON that `make` returns, dates included, or what it returned for the same key before.

    `kind` is a word for a folder; `key` holds all that the value depends on, versions of libraries included.
    """
    name = hashlib.sha256(key).hexdigest()
    file = cache_dir() / kind / f"{name}.json"
    with contextlib.suppress(OSError, ValueError):
        return _read(file)
    value = make()
    with contextlib.suppress(OSError, ValueError, TypeError, RecursionError):
        _write(file, value)
    return value


def _read(file: Path) -> Any:
    """Return the value of a file; `ValueError` where it is not what this user wrote, whole."""
    if hasattr(os, "getuid") and file.stat().st_uid != os.getuid():
        raise ValueError("it belongs to somebody else")
    digest, _, text = file.read_bytes().partition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise ValueError("it is broken")
    return json.loads(text, object_hook=_dated)


def _write(file: Path, value: Any) -> None:
    """Write a value, whole or not at all; one that JSON would change is not written."""
    text = json.dumps(value, default=_as_json, separators=(",", ":")).encode()
    if json.loads(text, object_hook=_dated) != value:
        return
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=file.parent, suffix=".tmp")
    try:
        with os.fdopen(handle, "wb") as new:
            new.write(hashlib.sha256(text).hexdigest().encode() + b"\n" + text)
        Path(name).replace(file)
    finally:
        Path(name).unlink(missing_ok=True)
    for old in sorted(file.parent.glob("*"), key=lambda each: each.stat().st_mtime)[:-MOST]:
        old.unlink(missing_ok=True)


def _as_json(value: Any) -> Any:
    if type(value) is date:
        return {_DATE: value.isoformat()}
    raise TypeError(type(value).__name__)


def _dated(found: dict[str, Any]) -> Any:
    return date.fromisoformat(found[_DATE]) if found.keys() == {_DATE} else found
