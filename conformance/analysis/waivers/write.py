"""Writes a row into a waivers file and leaves every other byte of it alone."""

from __future__ import annotations

import io
import os
import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import DoubleQuotedScalarString
from yaml import safe_load

from conformance.analysis.waivers.load import Known, load, parse
from conformance.analysis.waivers.model import Waiver
from conformance.errors import UsageError

KEYS: Final = (
    "target",
    "reason",
    "defect",
    "owner",
    "first_seen",
    "expires",
    "kind",
)
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9 ._/-]*[A-Za-z0-9]")
INDENT: Final = 2
LONGEST_LINE: Final = 4096


def add(file: Path, *waivers: Waiver, today: date, known: Known | None = None) -> Waiver:
    """Append a row to the file, which is made where there is none; return it as it stands there.

    Several waivers are of one cause, and make one row. Whatever is wrong with the row, or with the file
    before it, is a `UsageError`, and the file is untouched.
    """
    old = load(file, today=today, known=known) if file.exists() else ()
    text = _as_written(file) if file.exists() else "waivers: []\n"
    written = _with_row(text, waivers, str(file))
    new = parse(written, str(file), today=today, known=known)
    added = tuple(replace(one, row=0, line=0) for one in new[len(old) :])
    if new[: len(old)] != old or added != tuple(replace(one, row=0, line=0) for one in waivers):
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


def _with_row(text: str, waivers: Sequence[Waiver], name: str) -> str:
    """Return the text with the row added; comments, quotes, folds, indentation and line ends stay."""
    newline = "\r\n" if "\r\n" in text else "\n"
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = LONGEST_LINE
    document = yaml.load(text.replace("\r\n", "\n"))
    rows = document.get("waivers")
    if rows and rows.fa.flow_style():
        raise UsageError(f"{name}: the rows stand in [ ]; write each as a block that begins with a dash")
    if document.fa.flow_style():
        raise UsageError(f"{name}: the empty list is written in an unusual way; write waivers: []")
    if not rows:
        rows = document["waivers"] = CommentedSeq()
    dash = rows.lc.col if rows else INDENT
    step = rows[-1].lc.col - dash if rows else INDENT
    yaml.indent(mapping=step, sequence=dash + step, offset=dash)
    rows.append(CommentedMap([*_named(waivers), *((key, _value(getattr(waivers[0], key))) for key in KEYS)]))
    out = io.StringIO()
    yaml.dump(document, out)
    return out.getvalue().replace("\n", newline)


def _named(waivers: Sequence[Waiver]) -> list[tuple[str, object]]:
    """Return what a row is about: one violation, or a cause and each violation that it explains."""
    first = waivers[0]
    if first.cause:
        covers = CommentedSeq(_value("@".join(waiver.pair)) for waiver in waivers)
        return [("cause", _value(first.cause)), ("covers", covers)]
    return [("requirement", _value(first.requirement)), ("operation", _value(first.operation))]


def _value(value: str | date) -> str | date:
    """Return a value as the file has it: bare where it is plain words or a day, else in double quotes.

    Our reader is of YAML 1.1, for which words such as yes are no text.
    """
    if isinstance(value, str) and not (_PLAIN.fullmatch(value) and isinstance(safe_load(value), str)):
        quoted: str = DoubleQuotedScalarString(value)
        return quoted
    return value


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
