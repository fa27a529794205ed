"""How operations behave otherwise, also where no verdict moved: other statuses, another latency, causes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from conformance.results.model import RunReport

OLDER: Final = frozenset({"1.0", "1.1"})
"""Versions of the schema that know no causes."""
RATIO: Final = 3.0
LEAST: Final = 100.0
"""Milliseconds and times by which a median has to differ: less is the machine's mood."""
SPARE: Final = 0.05
"""What a status has to make up of an operation's responses in one run, where it never comes in the other."""


def behaviour_between(old: RunReport, new: RunReport) -> tuple[str, ...]:
    """Return a line for each operation that behaved otherwise; none where a run did not record it.

    A status that never came before, or comes no more, counts; generated requests that a seed makes differ
    from run to run, so a rare one counts only where it is a crash.
    """
    return (*_statuses(old, new), *_latencies(old, new))


def causes_between(old: RunReport, new: RunReport) -> tuple[str, ...]:
    """Return a line for each cause that is new or gone; none where a run knew no causes."""
    if any(run.schema_version in OLDER for run in (old, new)):
        return ()
    was, now = ({cause.key: cause.sentence for cause in run.causes} for run in (old, new))
    return (
        *(f"new cause: {now[key]} ({key})" for key in now if key not in was),
        *(f"gone: {was[key]} ({key})" for key in was if key not in now),
    )


def _statuses(old: RunReport, new: RunReport) -> Iterator[str]:
    was, now = old.requests.statuses, new.requests.statuses
    for name in sorted(was.keys() & now.keys()):
        came = [status for status in now[name] if status not in was[name] and _counts(status, now[name])]
        gone = [status for status in was[name] if status not in now[name] and _counts(status, was[name])]
        words = [f"{_said(status)} came {_times(now[name][status])}, never before" for status in came]
        words += [f"{_said(status)} came no more ({_times(was[name][status])} before)" for status in gone]
        if words:
            yield f"{name}: {'; '.join(words)}"


def _latencies(old: RunReport, new: RunReport) -> Iterator[str]:
    was, now = old.requests.latency_ms, new.requests.latency_ms
    for name in sorted(was.keys() & now.keys()):
        low, high = sorted((was[name], now[name]))
        if high - low >= LEAST and high >= RATIO * low:
            yield f"{name}: the median of its responses went from {was[name]:.0f} to {now[name]:.0f} ms"


def _counts(status: str, statuses: dict[str, int]) -> bool:
    rare = statuses[status] < SPARE * sum(statuses.values())
    return not rare or status == "none" or status.startswith("5")


def _said(status: str) -> str:
    return "no response" if status == "none" else status


def _times(number: int) -> str:
    return "once" if number == 1 else f"{number} times"
