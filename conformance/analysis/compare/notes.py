"""What a reader of a comparison has to know beside its moves: what else changed, and what it cannot say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from conformance.analysis.compare.causes import Changes, identity
from conformance.analysis.compare.model import Cause, JsonObject

SHOWN: Final = 5
"""How many ids a note names before it only counts."""


def same_ground(old: JsonObject, new: JsonObject) -> bool:
    """Tell whether the two runs judged the same target, and each of them has a verdict."""
    return old.get("target") == new.get("target") and bool(old.get("verdicts")) and bool(new.get("verdicts"))


def notes_on(old: JsonObject, new: JsonObject, changes: Changes) -> tuple[str, ...]:
    """Return the notes, what forbids a comparison first."""
    return (*_doubts(old, new), *_changed(old, new, changes), *_unknown(changes))


def _doubts(old: JsonObject, new: JsonObject) -> Iterator[str]:
    if old.get("target") != new.get("target"):
        yield f"the runs judged different targets: {old.get('target')} and {new.get('target')}"
    for run in (old, new):
        if not run.get("verdicts"):
            yield f"run {run.get('run_id')} has no verdict at all"
    if old.get("run_id") == new.get("run_id"):
        yield f"both are the same run, {old.get('run_id')}"
    elif str(old.get("started", "")) > str(new.get("started", "")):
        yield "OLD was started after NEW: are they swapped?"
    for run in (old, new):
        if run.get("complete") is False:
            yield f"run {run.get('run_id')} was cut off: {run.get('stopped') or 'no reason recorded'}"


def _changed(old: JsonObject, new: JsonObject, changes: Changes) -> Iterator[str]:
    was, now = identity(old), identity(new)
    if Cause.SUITE in changes.causes:
        same = was.get("suite") == now.get("suite")
        what = "same version, other scenarios" if same else f"{was.get('suite')} → {now.get('suite')}"
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
        yield "the environment changed: " + ", ".join(_differences(was["environment"], now["environment"]))
    if Cause.TARGET in changes.causes:
        differences = _differences(was["target_identity"], now["target_identity"])
        yield "the target says that it changed: " + ", ".join(differences)


def _settings(old: JsonObject, new: JsonObject) -> Iterator[str]:
    for key in ("profile", "read_only", "selected"):
        if (old.get(key) or None) != (new.get(key) or None):
            yield f"{key} {_plain(old.get(key))} → {_plain(new.get(key))}"
    if identity(old).get("target") != identity(new).get("target"):
        yield "the target's own settings"
    elif old.get("base_url") != new.get("base_url"):
        yield f"base_url {old.get('base_url')} → {new.get('base_url')}"


def _plain(value: Any) -> str:
    return " ".join(map(str, value)) or "everything" if isinstance(value, list) else str(value or "no")


def _differences(was: Any, now: Any, prefix: str = "") -> Iterator[str]:
    if not isinstance(was, Mapping) or not isinstance(now, Mapping):
        yield f"{prefix or 'it'} {was} → {now}"
        return
    for key in sorted(was.keys() | now.keys()):
        if was.get(key) == now.get(key):
            continue
        if isinstance(was.get(key), Mapping) and isinstance(now.get(key), Mapping):
            yield from _differences(was[key], now[key])
        else:
            yield f"{key} {was.get(key, 'none')} → {now.get(key, 'none')}"


def _unknown(changes: Changes) -> Iterator[str]:
    for key in changes.unknown:
        yield f"only one of the runs recorded {key.replace('_', ' ')}: whether that changed cannot be told"
