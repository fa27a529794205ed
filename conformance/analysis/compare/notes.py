"""What a reader of a comparison has to know beside its moves: what else changed, and what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.analysis.compare.causes import Changes, environment_differences
from conformance.analysis.compare.model import Cause
from conformance.results.model import RunReport

SHOWN: Final = 5
"""How many ids a note names before it only counts."""


def same_ground(old: RunReport, new: RunReport) -> bool:
    """Tell whether the two runs judged the same target, and each of them has a verdict."""
    return old.target == new.target and bool(old.verdicts) and bool(new.verdicts)


def notes_on(old: RunReport, new: RunReport, changes: Changes) -> tuple[str, ...]:
    """Return the notes, what forbids a comparison first."""
    return (*_doubts(old, new), *_changed(old, new, changes), *_unknown(changes))


def _doubts(old: RunReport, new: RunReport) -> Iterator[str]:
    if old.target != new.target:
        yield f"the runs judged different targets: {old.target} and {new.target}"
    for run in (old, new):
        if not run.verdicts:
            yield f"run {run.run_id} has no verdict at all"
    if old.run_id == new.run_id:
        yield f"both are the same run, {old.run_id}"
    elif old.started > new.started:
        yield "OLD was started after NEW: are they swapped?"
    for run in (old, new):
        if not run.complete:
            yield f"run {run.run_id} was cut off: {run.stopped or 'no reason recorded'}"


def _changed(old: RunReport, new: RunReport, changes: Changes) -> Iterator[str]:
    was, now = old.provenance, new.provenance
    if Cause.SUITE in changes.causes:
        same = was.suite == now.suite
        what = "same version, other scenarios" if same else f"{was.suite} → {now.suite}"
        yield f"the suite changed: {what}"
    if changes.rows:
        ids = sorted(changes.rows)
        more = f" and {len(ids) - SHOWN} more" if len(ids) > SHOWN else ""
        yield f"requirements changed: {', '.join(ids[:SHOWN])}{more}"
    if Cause.SPEC in changes.causes:
        yield "the specs changed"
    if Cause.WAIVER in changes.causes:
        yield "the waivers changed"
    if Cause.CONFIGURATION in changes.causes:
        yield "the configuration changed: " + ", ".join(_settings(old, new))
    if Cause.ENVIRONMENT in changes.causes:
        changed = environment_differences(was.environment, now.environment)
        words = (f"{name} {before} → {after}" for name, (before, after) in changed.items())
        yield "the environment changed: " + ", ".join(words)
    if Cause.CREDENTIALS in changes.causes:
        differences = _differences(old.credentials or {}, new.credentials or {})
        yield "what became of the credentials changed: " + ", ".join(differences)
    if Cause.BUDGET in changes.causes and old.limits and new.limits:
        differences = _differences(old.limits.model_dump(), new.limits.model_dump())
        yield "the limits changed: " + ", ".join(differences)
    if Cause.TARGET in changes.causes:
        differences = _differences(was.target_identity, now.target_identity)
        yield "the target says that it changed: " + ", ".join(differences)


def _settings(old: RunReport, new: RunReport) -> Iterator[str]:
    for key in ("profile", "read_only", "selected"):
        was, now = getattr(old, key), getattr(new, key)
        if was != now:
            yield f"{key} {_plain(was)} → {_plain(now)}"
    if old.provenance.target != new.provenance.target:
        yield "the target's own settings"
    elif old.base_url != new.base_url:
        yield f"base_url {old.base_url} → {new.base_url}"


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) or "everything" if isinstance(value, tuple) else str(value or "no")


def _differences(was: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) == now.get(key):
            continue
        if isinstance(was.get(key), Mapping) and isinstance(now.get(key), Mapping):
            yield from _differences(was[key], now[key])
        else:
            yield f"{key} {was.get(key) or 'none'} → {now.get(key) or 'none'}"


def _unknown(changes: Changes) -> Iterator[str]:
    for key in changes.unknown:
        yield f"not both of the runs recorded {key.replace('_', ' ')}: whether that changed cannot be told"
