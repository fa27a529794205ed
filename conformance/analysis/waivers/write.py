"""Writes a row into a waivers file and leaves every other byte of it alone."""

from __future__ import annotations

import json
import os
import re
import tempfile
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

import yaml

from conformance.analysis.waivers.load import Known, load, parse
from conformance.analysis.waivers.model import Waiver
from conformance.errors import UsageError

KEYS: Final = (
    "requirement",
    "operation",
    "target",
    "reason",
    "defect",
    "owner",
    "first_seen",
    "expires",
    "kind",
)
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 ._/-]*[A-Za-z0-9]")
_EMPTY: Final = re.compile(r"^waivers:[ \t]*(?:\[\s*\]|~|null)?[ \t]*(#.*)?$", re.MULTILINE)


def add(file: Path, waiver: Waiver, *, today: date, known: Known | None = None) -> Waiver:
    """Append the waiver to the file, which is made where there is none; return it as it stands there.

    Whatever is wrong with the row, or with the file before it, is a `UsageError`, and the file is untouched.
    """
    old = load(file, today=today, known=known) if file.exists() else ()
    text = _as_written(file) if file.exists() else "waivers: []\n"
    written = _with_row(text, waiver, str(file))
    new = parse(written, str(file), today=today, known=known)
    if new[:-1] != old or replace(new[-1], row=0, line=0) != replace(waiver, row=0, line=0):
        raise UsageError(f"{file}: the row does not fit into the file as it is written; add it by hand")
    _replace(file, written)
    return new[-1]


def _as_written(file: Path) -> str:
    try:
        return file.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        raise UsageError(
            f"{file}: a row is added to UTF-8 text only, so that the rest stays as it is; save it as UTF-8"
        ) from error


def _with_row(text: str, waiver: Waiver, name: str) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    sequence = _sequence(text)
    if sequence is None or not sequence.value:
        head = _EMPTY.sub(lambda match: f"waivers:{'  ' + match[1] if match[1] else ''}", text, count=1)
        if head == text and not re.search(r"^waivers:\s*$", text, re.MULTILINE):
            raise UsageError(f"{name}: the empty list is written in an unusual way; write waivers: []")
        indent = 2
    elif sequence.flow_style:
        raise UsageError(f"{name}: the rows stand in [ ]; write each as a block that begins with a dash")
    else:
        head, indent = text, sequence.start_mark.column
    if not head.endswith(("\n", "\r")):
        head += newline
    return head + _row(waiver, indent, newline)


def _sequence(text: str) -> yaml.SequenceNode | None:
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    if isinstance(root, yaml.MappingNode):
        for key, value in root.value:
            if key.value == "waivers" and isinstance(value, yaml.SequenceNode):
                return value
    return None


def _row(waiver: Waiver, indent: int, newline: str) -> str:
    lines = [f"{key}: {_scalar(getattr(waiver, key))}" for key in KEYS]
    first, *rest = lines
    pad = " " * indent
    return "".join([f"{pad}- {first}{newline}", *(f"{pad}  {line}{newline}" for line in rest)])


def _scalar(value: str | date) -> str:
    """Return the value as YAML: bare where it is plain words, else quoted as JSON, which is YAML too."""
    if isinstance(value, date):
        return value.isoformat()
    plain = _PLAIN.fullmatch(value) and isinstance(yaml.safe_load(value), str)
    return value if plain else json.dumps(value, ensure_ascii=False)


def _replace(file: Path, text: str) -> None:
    """Write the file whole or not at all; its permissions stay."""
    try:
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as out:
            out.write(text)
        Path(name).chmod(file.stat().st_mode & 0o777 if file.exists() else 0o644)
        Path(name).replace(file)
    except OSError as error:
        Path(name).unlink(missing_ok=True)
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error
