"""Generated requests: what follows the documented schema is answered, what breaks it is refused."""

from __future__ import annotations

from typing import TYPE_CHECKING

from conformance.checks import expect
from conformance.generate.explorer import UNDOCUMENTED_REFUSALS, Explorer
from conformance.run.pytest_plugin import Judge, phase, verifies

from ..budget import is_small, share_of_budget

if TYPE_CHECKING:
    from conformance.exchange.model import Request
    from conformance.run.run import Run
    from tests.contract.actors import Actor
    from tests.contract.ids import ExampleIds

REFUSALS = (*UNDOCUMENTED_REFUSALS, 403, 404, 422)


@phase("generated")
@verifies("platform.input.invalid-refused")
def test_what_breaks_the_schema_is_refused(
    owner: Actor, ids: ExampleIds, run: Run, judge: Judge, operation: str
) -> None:
    """A generated request that breaks the documented schema in one place is refused, and as documented."""

    def send(request: Request) -> None:
        expect.refused(owner.client.send(request, owner.role), *REFUSALS)

    with judge("platform.input.invalid-refused"):
        budget = share_of_budget(run, quick=6 if owner.operations[operation].body else 4, nightly=250)
        explorer = Explorer(
            owner.operations[operation], ids.generated(), send, run.seed, budget, is_small=is_small(run)
        )
        explorer.run(valid=False)


@phase("generated")
@verifies("platform.input.valid-answered")
def test_what_follows_the_schema_is_answered(
    owner: Actor, ids: ExampleIds, run: Run, judge: Judge, operation: str
) -> None:
    """A generated request that follows the documented schema is answered as documented, whatever its text."""
    spec = owner.operations[operation]

    def send(request: Request) -> None:
        response = owner.client.send(request, owner.role)
        statuses = set(spec.responses) - {401, 429} | (set() if spec.safe else request.tolerated)
        expect.status(response, *sorted(statuses))

    with judge("platform.input.valid-answered"):
        budget = share_of_budget(run, quick=3, nightly=120)
        Explorer(spec, ids.generated(), send, run.seed, budget, is_small=is_small(run)).run(valid=True)
