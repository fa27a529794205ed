"""What a server wants and its definition does not say is learned from its refusals and its lists."""

from __future__ import annotations

from pathlib import Path

from conformance.results.verdicts import VIOLATED, Outcome
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.shelf_api import ShelfApi
from tests.suite.run.derived.small_server import served
from tests.suite.run.derived.targets import target_of


def test_every_operation_of_a_terse_definition_succeeds(tmp_path: Path) -> None:
    """Alternatives, empty lists, names of other lists, flags, slashes, ids of a list: nothing is left."""
    api = ShelfApi()
    with served(api) as address:
        run = judged(added(tmp_path, api.definition()), target_of(api, address), tmp_path / "run")
    found = verdicts(run)
    succeeded = {n: v.reason for n, v in found.items() if n.endswith("documented-status")}
    passed = {n for n in succeeded if found[n].outcome is Outcome.PASS}
    assert succeeded.keys() - passed == set(), succeeded
    assert [n for n, v in found.items() if v.outcome in VIOLATED and "status" in n] == []
    assert run.log.leaks == []
    assert api.shelves == {}
