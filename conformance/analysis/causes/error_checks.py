"""Reads what the checks of an error's code and of its details say."""

from __future__ import annotations

import re
from typing import Final

from conformance.analysis.causes.kinds import Kind
from conformance.analysis.causes.sign import Deviation

_DETAILS: Final = (
    (re.compile(r"/error/details is \[\]"), "absent"),
    (re.compile(r"/error/details is .*, no list"), "no array"),
    (re.compile(r"/error/details/\d+/message is .*"), "without message"),
    (re.compile(r"/error/details/\d+(/\w+)? is .*"), r"*\1 is no such thing"),
    (re.compile(r"the detail of .* has the code (?:'(.*)'|.*), not (\w+)"), r"code \2>\1"),
    (re.compile(r"no detail names (.*?), but (?:\['([^']*)'.*|.*)"), r"target \1>\2"),
    (re.compile(r"a detail names .*, which is valid"), "on what is valid"),
)
"""What is said of details, and how the deviation is called."""


def details_deviation(said: str) -> Deviation:
    """Return the deviation that the first sentence about details tells of."""
    first = said.partition("; ")[0]
    for pattern, called in _DETAILS:
        found = pattern.fullmatch(first)
        if found:
            return Deviation(Kind.DETAILS, found.expand(called))
    return Deviation(Kind.DETAILS, "otherwise")


def code_deviation(said: str) -> Deviation:
    """Return the deviation that a sentence about an error's code tells of."""
    found = re.fullmatch(r"code '(.*)', not (\w+)", said)
    return Deviation(Kind.CODE, f"{found[2]}>{found[1]}" if found else "empty")
