"""What Hypothesis is told before it draws anything, whoever asks it first."""

from __future__ import annotations

import contextlib
import gzip
import json
import re
import sys
from functools import cache

from hypothesis.configuration import set_hypothesis_home_dir
from hypothesis.internal.charmap import charmap_file
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

from conformance.claims.folders import cache_dir


@cache
def set_up_hypothesis() -> None:
    """Keep its tables in the user's cache folder; what it draws does not depend on how it was started."""
    set_hypothesis_home_dir(cache_dir() / "hypothesis")
    _tell_what_utf_8_is()
    _keep_our_words_out()


def _tell_what_utf_8_is() -> None:
    """Write down for Hypothesis what UTF-8 can encode: it would try every character, at 200 MB of memory."""
    file = charmap_file("codec-v2-utf-8")
    with contextlib.suppress(OSError):
        if not file.exists():
            file.parent.mkdir(parents=True, exist_ok=True)
            everything_but_surrogates = [[0, 0xD7FF], [0xE000, sys.maxunicode]]
            file.write_bytes(gzip.compress(json.dumps([everything_but_surrogates, []]).encode()))


def _keep_our_words_out() -> None:
    """Let Hypothesis draw no words from this suite's sources: what it finds depends on the command."""
    vars(providers)["_get_local_constants"] = Constants


def text_of_pattern(pattern: str) -> str:
    """Return a text that a regular expression finds, the same each time; "" where none can be made."""
    from hypothesis import HealthCheck, Phase, given, settings, strategies
    from hypothesis.errors import HypothesisException

    set_up_hypothesis()
    found: list[str] = []

    @settings(
        max_examples=1,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(strategies.from_regex(pattern))
    def draw(text: str) -> None:
        found.append(text.rstrip("\n"))

    with contextlib.suppress(HypothesisException, re.error, ValueError, OverflowError):
        draw()
    return found[-1] if found else ""
