"""A PASS is proven: by a request of its operation that succeeded, whatever was refused besides."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.checks.positive_controls import without_unproven
from conformance.claims.level import Level
from conformance.claims.openapi import Operation
from conformance.emulator.defects.changes import wrap
from conformance.emulator.defects.defect import Defect
from conformance.emulator.defects.operations import EVERY
from conformance.emulator.kernel.call import Call
from conformance.emulator.kernel.pipeline import Handler
from conformance.emulator.kernel.responses import Response, refuse
from conformance.exchange.model import Exchange, Request
from conformance.results.verdicts import Outcome, Verdict
from tests.suite.contract.runs import emulator, judged

pytestmark = pytest.mark.xdist_group("proven passes")

Document = dict[str, Any]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Document, dict[str, Document]]:
    """Return the document of a whole healthy run and its exchanges by id."""
    folder = tmp_path_factory.mktemp("whole")
    with emulator() as (_, target):
        run, document = judged(target, folder)
    run.client.close()
    lines = (folder / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    return document, {record["id"]: record for record in map(json.loads, lines)}


def passes(document: Document) -> Iterator[Document]:
    """Yield the verdicts that say PASS."""
    return (verdict for verdict in document["verdicts"] if verdict["verdict"] == "PASS")


def test_every_pass_of_a_whole_run_names_a_success_of_its_operation(
    whole: tuple[Document, dict[str, Document]],
) -> None:
    """No PASS rests on refusals, prerequisites or unfilled paths alone, and none on nothing."""
    document, exchanges = whole
    assert document["exit_code"] == 0
    assert document["requests"]["total"] <= 500
    assert sum(1 for _ in passes(document)) > 250
    for verdict in passes(document):
        evidence = [exchanges[name] for name in verdict["evidence"]]
        own = [each["response"] for each in evidence if each["operation"] == verdict["operation"]]
        assert any(response and 200 <= response["status"] < 300 for response in own), (
            f"{verdict['requirement']}@{verdict['operation']}: {verdict['reason']}"
        )
        assert not any("{" in each["request"]["url"] for each in evidence)


def test_the_evidence_of_a_refusal_is_the_refusal_and_its_control(
    whole: tuple[Document, dict[str, Document]],
) -> None:
    """Who reads the evidence of a refused token sees the refusal and, before it, a success."""
    document, exchanges = whole
    for verdict in passes(document):
        if verdict["requirement"] == "platform.auth.wrong-scope":
            control, *refused = (exchanges[name]["response"]["status"] for name in verdict["evidence"])
            assert control < 300
            assert refused == [401]


REFUSALS: Final = {
    "401": lambda: refuse(401, "Unauthorized", "Access denied."),
    "403": lambda: refuse(403, "InsufficientPermissions", "Not allowed."),
    "404": lambda: refuse(404, "RealityDataNotFound", "Not found."),
}


@pytest.mark.parametrize("status", REFUSALS)
def test_a_target_that_refuses_everything_passes_nothing(status: str, tmp_path: Path) -> None:
    """Where an operation is never carried out no refusal of it proves anything."""

    def closed(call: Call, inner: Handler) -> Response | None:
        refusal = inner(call)
        assert refusal is None or isinstance(refusal, Response)
        return refusal or REFUSALS[status]()

    planted = Defect("refuses-everything", "A defect of this test alone.", (), wrap(EVERY, "client", closed))
    with emulator(planted) as (_, target):
        _, document = judged(target, tmp_path)
    assert list(passes(document)) == []
    assert document["exit_code"] in {1, 3}


OPERATION: Final = Operation("getThing", "things", "GET", "/things", "", (), {}, (), None)
REFUSED: Final = Exchange("x1", "owner", Request("GET", "/things", OPERATION), "", {}, None, 0.0, 0.0, 404)
NOT_OURS: Final = replace(REFUSED.request, headers={"Authorization": None})
EXCHANGES: Final = {
    "x1": REFUSED,
    "x2": replace(REFUSED, id="x2", status=200, request=NOT_OURS),
    "x3": replace(REFUSED, id="x3", status=200, request=Request("GET", "/others")),
    "x4": replace(REFUSED, id="x4", status=200),
}


@pytest.mark.parametrize(
    ("verdict", "evidence", "is_check", "wanted"),
    [
        (Outcome.PASS, ("x1",), False, Outcome.CANNOT_JUDGE),
        (Outcome.PASS, ("x1", "x2", "x3"), False, Outcome.CANNOT_JUDGE),
        (Outcome.PASS, (), False, Outcome.CANNOT_JUDGE),
        (Outcome.PASS, ("x1", "x4"), False, None),
        (Outcome.PASS, ("x1",), True, ("x4", "x1")),
        (Outcome.PASS, ("s1-x1",), False, None),
        (Outcome.FAIL, ("x1",), False, None),
        (Outcome.OBSERVED, ("x1",), False, None),
    ],
)
def test_a_pass_that_rests_on_refusals_alone_is_taken_back(
    verdict: Outcome,
    evidence: tuple[str, ...],
    is_check: bool,  # noqa: FBT001 - a parameter of the test
    wanted: object,
) -> None:
    """A scenario brings its own control, a check of every response gets one; nothing else changes."""
    given = Verdict("things.get", "getThing", Level.MUST, verdict, evidence=evidence)
    changed = list(without_unproven([given], EXCHANGES, {"things.get"} if is_check else ()))
    seen = [each.evidence if is_check else each.outcome for each in changed]
    assert seen == ([] if wanted is None else [wanted])


def test_a_check_of_an_operation_that_never_succeeded_proves_nothing() -> None:
    """Responses of one operation are no success of another, whoever judges."""
    given = Verdict("things.get", "getThing", Level.MUST, Outcome.PASS, evidence=("x1",))
    (changed,) = without_unproven([given], {"x1": REFUSED}, {"things.get"})
    assert changed.outcome is Outcome.CANNOT_JUDGE
    assert "getThing" in changed.reason
