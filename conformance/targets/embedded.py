"""The built-in emulator as a target."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from conformance.targets.load import parse_target
from conformance.targets.model import Target
from conformance.targets.variables import parse_env


@contextmanager
def embedded_target(**options: Any) -> Iterator[Target]:
    """Open the built-in emulator on a free port of this machine, as a target, until the block ends.

    `options` are those of `conformance.emulator.serving.running`.
    """
    from conformance.emulator.serving import running

    with running(**options) as served:
        texts = served.targets()
        variables = parse_env(texts.env, "the emulator's secrets")
        yield parse_target(tomllib.loads(texts.toml), "emulator", variables, "the emulator")
