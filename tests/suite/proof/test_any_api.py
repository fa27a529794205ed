"""A proxy before a right server that nobody wrote for it shows each rule fail, and leaves nothing behind."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from conformance.claims.folders import specs_dir
from conformance.claims.rules import load_rules
from conformance.proof.mutations.execute import Prover
from tests.suite.run.derived.board_api import BoardApi
from tests.suite.run.derived.judged import added
from tests.suite.run.derived.small_server import served
from tests.suite.run.derived.targets import target_of
from tests.suite.run.derived.vault_api import VaultApi


@pytest.mark.parametrize("make", [BoardApi, VaultApi], ids=["boards", "vault"])
def test_each_rule_that_holds_is_seen_to_fail(tmp_path: Path, make: type[Any]) -> None:
    """No requirement survives a mutation that touches what it rests on, and each rule falls to its own."""
    api = make()
    catalogue = added(
        tmp_path, api.definition(), {"unique": ["createBoard.name"]} if make is BoardApi else {}
    )
    with served(api) as address:
        prover = Prover(
            catalogue.added["small"], target_of(api, address), catalogue, load_rules(specs_dir()), seed=1
        )
        proofs = list(prover.prove())
    held = [proof for proof in proofs if proof.mutation and proof.held]
    assert len(held) > 12
    assert {proof.rule: proof.missed for proof in held if proof.missed} == {}
    assert [proof.rule for proof in held if not proof.seen] == []
    kinds = [vars(api).get(kind, {}) for kind in ("things", "buckets", "records")]
    assert [each for kind in kinds for each in kind.values() if not each.get("deleted")] == []
