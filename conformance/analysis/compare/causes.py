"""Whose change was it: what differs between two runs' provenance, and which of it can explain a move."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from conformance.analysis.compare.model import Cause, Kind
from conformance.results.model import Environment, Provenance, RunReport
from conformance.results.verdicts import JUDGED, VIOLATED, Outcome, Verdict
from conformance.targets.urls import is_loopback

SETTINGS: Final = ("profile", "read_only", "selected", "base_url")
RECORDED: Final = ("suite", "specs", "contract", "target", "requirement_hashes", "environment")
CLOCK: Final = 30.0
"""Seconds by which a clock may be off without anybody noticing."""
_SEED: Final = re.compile(r"\bseed\b", re.IGNORECASE)

Row = Verdict | None
"""One verdict of a run; None where the run has none on this requirement and operation."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Two runs, and what differs between their provenance.

    `causes` hold what may touch every verdict alike; `rows` the ids of the requirements whose own row was
    added, removed or edited. `unknown` names what could explain a move and is not recorded by both runs.
    """

    old: RunReport
    new: RunReport
    causes: frozenset[Cause]
    rows: frozenset[str]
    unknown: tuple[str, ...]


def changes_between(old: RunReport, new: RunReport) -> Changes:
    """Return what differs between the two runs, apart from their verdicts."""
    was, now = old.provenance, new.provenance
    causes: set[Cause] = set()
    if _differ(was, now, "specs"):
        causes.add(Cause.SPEC)
    if _differ(was, now, "suite") or _differ(was, now, "contract"):
        causes.add(Cause.SUITE)
    if was.waivers != now.waivers:  # an empty hash is a file without waivers
        causes.add(Cause.WAIVER)
    if _differ(was, now, "target") or any(_setting(old, key) != _setting(new, key) for key in SETTINGS):
        causes.add(Cause.CONFIGURATION)
    if environment_differences(was.environment, now.environment):
        causes.add(Cause.ENVIRONMENT)
    if old.credentials is not None and new.credentials is not None and old.credentials != new.credentials:
        causes.add(Cause.CREDENTIALS)
    if old.limits is not None and new.limits is not None and old.limits != new.limits:
        causes.add(Cause.BUDGET)
    if _differ(was, now, "target_identity"):
        causes.add(Cause.TARGET)
    return Changes(old, new, frozenset(causes), _rows_changed(was, now), tuple(_unknown(old, new)))


def _unknown(old: RunReport, new: RunReport) -> Iterator[str]:
    """Yield what one of the runs did not record: whether that changed cannot be told."""
    for run, other in ((old, new), (new, old)):
        for key in RECORDED:
            if not _recorded(run.provenance, key) and _recorded(other.provenance, key):
                yield key
    if None in (old.credentials, new.credentials):
        yield "credentials"
    if None in (old.limits, new.limits):
        yield "limits"
    if None in (old.provenance.environment.proxy, new.provenance.environment.proxy):
        yield "proxy"
    if None in (old.provenance.environment.ca, new.provenance.environment.ca):
        yield "certificates"


def environment_differences(was: Environment, now: Environment) -> dict[str, tuple[str, str]]:
    """Return what both recorded of the environment and what differs, as it was and as it is, by name."""
    found: dict[str, tuple[object, object]] = {
        "python": (was.python, now.python),
        "platform": (was.platform, now.platform),
        "proxy": (was.proxy, now.proxy),
        "certificates": (was.ca, now.ca),
    }
    if was.packages and now.packages:
        for name in sorted(was.packages.keys() | now.packages.keys()):
            found[name] = (was.packages.get(name, ""), now.packages.get(name, ""))
    clocks = (was.clock_ahead, now.clock_ahead)
    if clocks[0] is not None and clocks[1] is not None and abs(clocks[0] - clocks[1]) > CLOCK:
        found["clock"] = (f"{clocks[0]:+.0f} s", f"{clocks[1]:+.0f} s")
    if not was.python or not now.python:
        return {}
    return {
        name: (str(old or "none"), str(new or "none"))
        for name, (old, new) in found.items()
        if None not in (old, new) and old != new
    }


def _rows_changed(was: Provenance, now: Provenance) -> frozenset[str]:
    """Return the ids of the requirements that were added, removed or edited."""
    hashes, hashes_now = was.requirement_hashes, now.requirement_hashes
    if not hashes or not hashes_now:
        return frozenset()
    return frozenset(i for i in hashes.keys() | hashes_now.keys() if hashes.get(i) != hashes_now.get(i))


def _recorded(provenance: Provenance, key: str) -> bool:
    return getattr(provenance, key) not in ("", {}, type(provenance).model_fields[key].default)


def _differ(was: Provenance, now: Provenance, key: str) -> bool:
    """Tell whether both recorded it and it differs: what one of them does not know is no change."""
    return _recorded(was, key) and _recorded(now, key) and getattr(was, key) != getattr(now, key)


def _setting(run: RunReport, key: str) -> object:
    value = getattr(run, key)
    if key == "selected":
        return sorted(value)
    if key == "base_url" and is_loopback(urlsplit(str(value)).hostname or ""):
        return ""  # the emulator takes whatever port is free: no change of configuration
    return value


def causes_of(
    kind: Kind, before: Row, after: Row, changes: Changes, pair: tuple[str, str]
) -> tuple[Cause, ...]:
    """Return what can explain the move, most specific first; the target where nothing else can."""
    if kind is Kind.STILL:
        return ()
    violated_before = before is not None and before.outcome in VIOLATED
    if kind is Kind.EXPIRED or (kind is Kind.WAIVED and violated_before):
        return (Cause.WAIVER,)
    found = set(changes.causes)
    if kind is not Kind.WAIVED:
        found.discard(Cause.WAIVER)  # a waiver changes what is red, never what is seen
    if not _budget_matters(before, after):
        found.discard(Cause.BUDGET)
    if pair[0] in changes.rows or _level_changed(before, after):
        found.add(Cause.REQUIREMENT)
    if _cut_off(before, changes.old) or _cut_off(after, changes.new):
        found.add(Cause.CUT_OFF)
    if _seed_matters(before, after) and changes.old.seed != changes.new.seed:
        found.add(Cause.SEED)
    if before is not None and after is not None:
        found.add(Cause.TARGET)
    if changes.unknown:
        found.add(Cause.UNKNOWN)
    return _in_order(found, changes)


def _in_order(found: set[Cause], changes: Changes) -> tuple[Cause, ...]:
    """Return the candidates, the most specific first; the target where there is no other."""
    order = list(Cause)
    if Cause.TARGET in changes.causes:  # the target itself says that it is another one: no mere suspicion
        order.remove(Cause.TARGET)
        order.insert(order.index(Cause.CONFIGURATION), Cause.TARGET)
    return tuple(sorted(found or {Cause.TARGET}, key=order.index))


def _budget_matters(before: Row, after: Row) -> bool:
    """Tell whether what may be sent can explain it: whether something is judged, or found chance."""
    judged = all(row is not None and row.outcome in JUDGED for row in (before, after))
    return not judged or _seed_matters(before, after)


def _level_changed(before: Row, after: Row) -> bool:
    return before is not None and after is not None and before.level != after.level


def _cut_off(row: Row, run: RunReport) -> bool:
    """Tell whether there is no verdict because the run ended early."""
    return (row is None or row.outcome is Outcome.CANNOT_JUDGE) and not run.complete


def _seed_matters(before: Row, after: Row) -> bool:
    """Tell whether the violation was found by generated requests: such a verdict names its seed."""
    violated = [row for row in (before, after) if row and row.outcome in VIOLATED]
    return any(_SEED.search(text) for row in violated for text in (row.reason, row.actual))
