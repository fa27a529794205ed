"""Text files as other programs write them: one reader for every encoding and line end, one for YAML."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError

MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
"""Byte order marks; Windows PowerShell writes UTF-16, and many editors there a mark before UTF-8."""
SAMPLE: Final = 64
FILE_END: Final = "\0\x1a"
"""What some programs write behind the last line: padding, and the end-of-file mark of DOS."""
_MARK_AT_LINE: Final = re.compile("^\ufeff", re.MULTILINE)


def read_text(file: Path, cure: str = "") -> str:
    """Return the text of a file with a newline at each line's end, or raise `UsageError` with place and cure.

    `cure` is what to do about a file that cannot be opened.
    """
    return decoded(read_bytes(file, cure), str(file))


def read_bytes(file: Path, cure: str = "") -> bytes:
    """Return what a file holds, or raise `UsageError` with `cure`."""
    try:
        return file.read_bytes()
    except OSError as error:
        advice = f"; {cure}" if cure else ""
        raise UsageError(f"{file}: cannot be read: {error.strerror or error}{advice}") from error


def decoded(content: bytes, name: str) -> str:
    """Return bytes as text in whatever Unicode encoding they are; `name` stands before a complaint."""
    encoding = next((known for mark, known in MARKS if content.startswith(mark)), _unmarked(content))
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        place = _place(content[: error.start].decode(encoding, errors="replace"))
        raise UsageError(
            f"{name}:{place}: is not {encoding.upper()} text (byte {error.start}); save the file as UTF-8"
        ) from error
    text = _MARK_AT_LINE.sub("", text).rstrip(FILE_END).replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        place = _place(text[: text.index("\0")])
        raise UsageError(f"{name}:{place}: holds a NUL character; save the file as UTF-8 text")
    return text


def _unmarked(content: bytes) -> str:
    """Return the encoding of bytes without a mark: UTF-16 where every other byte of the beginning is zero."""
    sample = content[:SAMPLE]
    for encoding, zeros in (("utf-16-le", sample[1::2]), ("utf-16-be", sample[::2])):
        if zeros and not any(zeros) and any(sample):
            return encoding
    return "utf-8"


def _place(before: str) -> str:
    lines = re.split(r"\r\n|\r|\n", before.removeprefix("\ufeff"))
    return f"{len(lines)}:{len(lines[-1]) + 1}"


def read_yaml(file: Path) -> dict[str, Any]:
    """Return a YAML file's mapping; a broken file is a `UsageError` that names line and column."""
    return mapping_of(read_bytes(file), str(file))


def mapping_of(content: bytes, name: str) -> dict[str, Any]:
    """Return the mapping of a YAML file's bytes; `name` stands before a complaint."""
    import yaml

    text = decoded(content, name)
    with yaml_errors(name, text):
        mapping = yaml.safe_load(text)
    if not isinstance(mapping, dict):
        raise UsageError(f"{name}: expected a mapping at the top, found {type(mapping).__name__}")
    return mapping


@contextmanager
def yaml_errors(name: str, text: str = "") -> Iterator[None]:
    """Turn what PyYAML raises about a text into a `UsageError` with line and column."""
    import yaml

    try:
        yield
    except yaml.reader.ReaderError as error:
        place = _place(text[: error.position])
        raise UsageError(f"{name}:{place}: not valid YAML: {error.reason}") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f":{mark.line + 1}:{mark.column + 1}" if mark else ""
        raise UsageError(f"{name}{where}: not valid YAML: {getattr(error, 'problem', error)}") from error
    except ValueError as error:  # a day that no calendar has, a number of more digits than Python reads
        raise UsageError(f"{name}: not valid YAML: {error}") from error
    except RecursionError as error:
        raise UsageError(f"{name}: not valid YAML: it is nested too deeply, or holds itself") from error
