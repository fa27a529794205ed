"""Where the command line writes: a pipe whose reader has gone, a full disk, a terminal of ASCII only."""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
from collections.abc import Mapping
from typing import Final, TextIO

SPELLINGS: Final = {"…": "...", "→": "->", "·": ".", "“": '"', "”": '"', "✗": "x", "○": "o", "●": "*"} | {
    "\N{MULTIPLICATION SIGN}": "x",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{EN DASH}": "-",
    "\N{MINUS SIGN}": "-",
}
"""How a terminal that has only ASCII shows what this suite writes itself."""
UNCHOSEN: Final = frozenset({"", "C", "POSIX", "C.UTF-8", "C.utf8", "UTF-8"})
"""What ``LC_CTYPE`` is where nobody chose it: Python itself sets one of these under ``LANG=C``."""
READER_GONE: Final = frozenset({errno.EPIPE, errno.EINVAL if os.name == "nt" else errno.EPIPE})
NARROWEST: Final = 20
"""A terminal with fewer columns than this is none that anybody reads: its width is not known."""


class _Output(io.FileIO):
    """A file of the process that goes on in silence when nobody reads it any more.

    What the process was called for, its exit code included, does not depend on its reader.
    """

    def write(self, data: object) -> int:
        """Write, or drop this and all that follows where it cannot be written: said once, or not at all."""
        try:
            return super().write(data)  # type: ignore[arg-type] # whatever a buffer hands over
        except OSError as error:
            nothing = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nothing, self.fileno())
            os.close(nothing)
            if error.errno not in READER_GONE:
                raise
        return super().write(data)  # type: ignore[arg-type] # the same


def prepare_streams() -> None:
    """Make output and errors of this process robust; call it once, before anything is written."""
    codecs.register_error("spelled", _spelled)
    sys.stdout, sys.stderr = _prepared(sys.stdout), _prepared(sys.stderr)
    columns = os.environ.get("COLUMNS", "")
    if columns and not (columns.isdecimal() and int(columns) >= NARROWEST):
        del os.environ["COLUMNS"]


def _prepared(stream: TextIO) -> TextIO:
    if not isinstance(stream, io.TextIOWrapper):
        return stream  # a test, a notebook, or closed by the caller
    stream.reconfigure(encoding="ascii" if _is_c(os.environ) else None, errors="spelled")
    if stream.isatty() or stream not in {sys.__stdout__, sys.__stderr__}:
        return stream
    buffer = io.BufferedWriter(_Output(stream.fileno(), "w", closefd=False))
    return io.TextIOWrapper(buffer, stream.encoding, "spelled", line_buffering=stream is sys.__stderr__)


def _is_c(environ: Mapping[str, str]) -> bool:
    """Tell whether the locale is the plain one, in which only ASCII can be shown."""
    every = environ.get("LC_ALL", "")
    unchosen = bool(every) or environ.get("LC_CTYPE", "") in UNCHOSEN
    return (every or environ.get("LANG", "")) in {"C", "POSIX"} and unchosen


def _spelled(error: UnicodeError) -> tuple[str | bytes, int]:
    """Spell what the encoding lacks: in ASCII where we wrote it, as an escape where a server may have."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    wrong = error.object[error.start : error.end]
    escaped = (SPELLINGS.get(char) or char.encode("ascii", "backslashreplace").decode() for char in wrong)
    return "".join(escaped), error.end
