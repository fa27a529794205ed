"""Looks at a target before a run and says what will be judged and what not; writes nothing to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from conformance.claims.requirements import Catalogue, select
from conformance.client import Budget, Client
from conformance.client.auth.login import logged_in
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.run.doctor.fixtures import Fixtures
from conformance.run.doctor.model import Diagnosis, Observation, Outlook, State
from conformance.run.doctor.network import base_url, clock, hosts, limits
from conformance.run.doctor.roles import organizations, ready_tokens
from conformance.targets.model import Target
from conformance.targets.opened import how_to_look_up

__all__ = ["Diagnosis", "Observation", "Outlook", "State", "diagnose"]


def diagnose(
    target: Target, catalogue: Catalogue, only: Sequence[str] = (), *, read_only: bool = False
) -> Diagnosis:
    """Look at everything that can be seen by reading; requests are reads and token calls only."""
    target = logged_in(target)
    client = Client(
        target, Recorder(Redactor()), Budget(target.rate, target.max_requests), Ledger(), read_only=True
    )
    try:
        observations = _look(client)
    finally:
        client.close()
    outlook, applicable = _outlook(target, catalogue, only, writes=not read_only and target.mode != "none")
    return Diagnosis(
        target.name,
        target.base_url,
        tuple(observations),
        outlook,
        applicable,
        dict(client.counts.per_purpose),
    )


def _look(client: Client) -> list[Observation]:
    lookups = how_to_look_up()
    seen = list(hosts(client.target))
    answers, response = base_url(client)
    seen.append(answers)
    if response is not None:
        seen.append(clock(response))
    own = organizations(client, lookups, seen)
    seen += ready_tokens(client)
    fixtures = Fixtures(client, lookups, own)
    if response is not None and own:
        seen += [*fixtures.check(), *fixtures.permissions()]
    return seen + list(limits(client))


def _outlook(
    target: Target, catalogue: Catalogue, only: Sequence[str], *, writes: bool
) -> tuple[tuple[Outlook, ...], int]:
    """Return what a run would find not applicable, by reason, and how many verdicts it would judge."""
    reasons: dict[str, list[str]] = defaultdict(list)
    applicable = 0
    for requirement, operation in select(catalogue, tuple(only)):
        needs = catalogue.rows[requirement].needs
        lacking = next(filter(None, (target.lacks(need, writes=writes) for need in needs)), "")
        if not lacking and not writes and not catalogue.operations[operation].safe:
            lacking = "nothing may be written: set writes, or leave --read-only out"
        if lacking:
            reasons[lacking].append(requirement)
        else:
            applicable += 1
    groups = sorted(reasons.items(), key=lambda item: -len(item[1]))
    return tuple(Outlook(len(ids), tuple(sorted(set(ids))), why) for why, ids in groups), applicable
