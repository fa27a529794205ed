"""How to run: everything of the command line but the target itself."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from conformance.errors import UsageError
from conformance.run.sharding import Shard
from conformance.targets.model import Target

PROFILES: Final = ("quick", "nightly", "release")
QUICK_REQUESTS: Final = 500
"""What a quick run may cost: one minute of the smallest published tier."""


@dataclass(frozen=True)
class Options:
    """How to run; None where the target or the suite decides."""

    profile: str = "quick"
    report_dir: Path | None = None
    only: tuple[str, ...] = ()
    seed: int | None = None
    workers: int = 1
    max_requests: int | None = None
    max_writes: int | None = None
    rate: float | None = None
    strict: bool = False
    read_only: bool = False
    waivers: Path | None = None
    baseline: Path | None = None
    min_judged: float = 0.0
    shard: Shard | None = None
    min_coverage: float = 0.0
    elsewhere: bool = False
    """The target only seems to be on this machine: a proxy stands before it."""
    wanted: frozenset[tuple[str, str]] = frozenset()
    """What a run looks for, if for anything: it ends once all of it is violated, and nothing is undone."""


def limited(target: Target, options: Options) -> Target:
    """Return the target with what the command line says about limits; it may only narrow them."""
    changes: dict[str, Any] = {}
    for key in ("max_requests", "max_writes", "rate"):
        asked, own = getattr(options, key), getattr(target, key)
        if asked is not None:
            changes[key] = asked if own is None else min(asked, own)
    if options.shard is not None:
        changes |= _part_of_limits(target.model_copy(update=changes), options.shard)
    if options.profile == "quick" and "max_requests" not in changes and target.max_requests is None:
        changes["max_requests"] = QUICK_REQUESTS
    return target.model_copy(update=changes) if changes else target


def _part_of_limits(target: Target, shard: Shard) -> dict[str, Any]:
    """Return the shard's part of what limits the target: no shard knows what the others spend."""
    parts: dict[str, Any] = {
        key: shard.part_of(whole)
        for key in ("max_requests", "max_writes")
        if (whole := getattr(target, key)) is not None
    }
    if parts.get("max_requests") == 0:
        raise UsageError(f"--shard {shard}: {target.max_requests} requests are too few for so many shards")
    return parts if target.rate is None else {**parts, "rate": target.rate / shard.of}
