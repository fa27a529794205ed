"""What a run has sent so far, looked up in its record."""

from __future__ import annotations

from conformance.checks.statuses import SUCCESS
from conformance.exchange.model import Exchange
from conformance.run.run import Run


def refusals(run: Run, operation: str, *statuses: int) -> list[Exchange]:
    """Return the requests of an operation that were refused with one of these statuses, oldest first."""
    return [x for x in run.client.recorder.exchanges.of(operation) if x.status in statuses]


def refused_ids(run: Run, *statuses: int, repository: str = "") -> set[str]:
    """Return the ids of resources that were refused, with one of these statuses if any, and never created.

    `repository` is the id of one repository; without it requests about all of them count.
    """
    found: dict[str, set[int | None]] = {}
    for exchange in run.client.recorder:
        sent, params = exchange.request.json, exchange.request.params
        here = not repository or params.get("repositoryId") == repository
        if here and isinstance(sent, dict) and isinstance(sent.get("id"), str):
            found.setdefault(sent["id"], set()).add(None if exchange.no_answer else exchange.status)
    # What was not answered may have been created.
    refused = {name: seen for name, seen in found.items() if not seen & {*SUCCESS, None}}
    return {name for name, seen in refused.items() if not statuses or seen & set(statuses)}
