"""Makes standard output ready for whatever it goes to: an old terminal, a pipe, a log."""

from __future__ import annotations

import codecs
import io
import sys
from collections.abc import MutableMapping
from typing import Final

PLAIN: Final = str.maketrans(
    {
        "…": "...",
        "→": "->",
        "·": ".",
        "“": '"',
        "”": '"',
        "\N{MULTIPLICATION SIGN}": "x",
        "\N{RIGHT SINGLE QUOTATION MARK}": "'",
        "\N{EN DASH}": "-",
        "\N{MINUS SIGN}": "-",
    }
)
"""What we print ourselves, in ASCII; what a server sent and an encoding cannot say is spelled out."""

ERRORS: Final = "conformance.plain"
_COERCED: Final = frozenset({"", "C", "POSIX", "C.UTF-8", "C.utf8", "UTF-8"})
"""What ``LC_CTYPE`` is where nobody chose it: Python itself sets one of these under ``LANG=C``."""


def prepare_streams(environ: MutableMapping[str, str]) -> None:
    """Let standard output and error print anything in their encoding, in ASCII where the locale is C.

    A ``COLUMNS`` that is no width is dropped, as libraries would print nothing in no column at all.
    """
    codecs.register_error(ERRORS, _plain)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="ascii" if _is_c(environ) else None, errors=ERRORS)
    columns = environ.get("COLUMNS", "")
    if columns and not (columns.isdecimal() and int(columns)):
        del environ["COLUMNS"]


def _is_c(environ: MutableMapping[str, str]) -> bool:
    named = environ.get("LC_ALL") or environ.get("LANG", "")
    return named in {"C", "POSIX"} and (
        bool(environ.get("LC_ALL")) or environ.get("LC_CTYPE", "") in _COERCED
    )


def _plain(error: UnicodeError) -> tuple[str, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    text = error.object[error.start : error.end].translate(PLAIN)
    return text.encode("ascii", "backslashreplace").decode("ascii"), error.end
