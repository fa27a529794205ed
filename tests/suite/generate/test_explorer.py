"""Generated requests: what is sent, what is found, and how the smallest example is shown."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from conformance.claims.openapi import Operation
from conformance.claims.requirements import load_claims
from conformance.errors import NotJudged, Violation
from conformance.exchange.model import ABSENT, Request
from conformance.generate import schemathesis_adapter
from conformance.generate.drawn import Drawn, drawn_from
from conformance.generate.explorer import SHRINKS, Explorer
from conformance.generate.prepared import POOL, pool_of

IDS = {
    "reality_data_id": "11111111-1111-4111-8111-111111111111",
    "itwin_id": "22222222-2222-4222-8222-222222222222",
    "destination_itwin_id": "33333333-3333-4333-8333-333333333333",
    "repository_id": "44444444-4444-4444-8444-444444444444",
}


def _operation(name: str) -> Operation:
    return load_claims().operations[name]


def _explorer(name: str, send: Callable[[Request], None], budget: int = 40) -> Explorer:
    return Explorer(_operation(name), IDS, send, seed=7, budget=budget)


@pytest.mark.parametrize("name", ["createRepositoryResource", "moveRealityData", "getITwinAccount"])
@pytest.mark.parametrize("valid", [True, False])
def test_no_more_requests_are_sent_than_the_budget_allows(name: str, *, valid: bool) -> None:
    """Without a finding the explorer stays within its budget, and sends no request twice."""
    sent: list[tuple[str, bytes | None]] = []
    _explorer(name, lambda request: sent.append((request.path, request.body()))).run(valid=valid)
    assert 0 < len(sent) <= 40
    assert len(set(sent)) == len(sent)


def test_valid_requests_follow_the_documented_schema() -> None:
    """A valid body of a resource has an id and a displayName of at most 200 characters and nothing else."""
    bodies: list[dict[str, str]] = []
    _explorer("createRepositoryResource", lambda request: bodies.append(request.json)).run(valid=True)
    for body in bodies:
        assert set(body) == {"id", "displayName"}
        assert all(1 <= len(value) <= 200 for value in body.values())


def test_real_ids_stand_in_the_paths_of_most_invalid_bodies() -> None:
    """A request whose body is invalid is about things that exist, else it would end at 404."""
    paths: list[str] = []
    _explorer("createRepositoryResource", lambda request: paths.append(request.path)).run(valid=False)
    one = [path for path in paths if IDS["itwin_id"] in path or IDS["repository_id"] in path]
    both = [path for path in one if IDS["itwin_id"] in path and IDS["repository_id"] in path]
    assert len(one) > len(paths) // 2
    assert len(both) > len(paths) // 3


def test_the_first_requests_break_each_part_once() -> None:
    """However small the budget: each parameter among real ones, and the body about what is there."""
    paths: list[str] = []
    _explorer("associateRealityData", lambda request: paths.append(request.path), budget=2).run(valid=False)
    found = [(IDS["reality_data_id"] in path, IDS["destination_itwin_id"] in path) for path in paths]
    assert found == [(False, True), (True, False)]
    sent: list[Request] = []
    _explorer("moveRealityData", sent.append, budget=2).run(valid=False)
    assert IDS["reality_data_id"] not in sent[0].path
    assert sent[0].json == {"iTwinId": IDS["destination_itwin_id"]}
    assert IDS["reality_data_id"] in sent[1].path


def test_a_finding_tells_its_smallest_example_and_its_seed() -> None:
    """What was violated comes back with the smallest request that violates it."""
    sent = []

    def send(request: Request) -> None:
        sent.append(request)
        if len(json.dumps(request.json)) > 60:
            raise Violation("a short body", "a long one", ("x0001",))

    with pytest.raises(Violation) as found:
        _explorer("createRepositoryResource", send).run(valid=True)
    assert found.value.expected == "a short body"
    assert "seed 7" in found.value.actual
    assert "POST /itwins/" in found.value.actual
    assert found.value.evidence == ("x0001",)
    assert len(sent) <= 40 + SHRINKS


def test_a_request_that_nobody_could_judge_ends_the_search() -> None:
    """Where nobody can judge, nothing more is sent, and that is what the scenario hears."""
    sent = []

    def send(request: Request) -> None:
        sent.append(request)
        raise NotJudged("throttled")

    with pytest.raises(NotJudged, match="throttled"):
        _explorer("moveRealityData", send).run(valid=True)
    assert len(sent) == 1


def _small(name: str, send: Callable[[Request], None], seed: int = 7, budget: int = 6) -> Explorer:
    return Explorer(_operation(name), IDS, send, seed=seed, budget=budget, is_small=True)


def _sent(name: str, seed: int, *, valid: bool) -> list[tuple[str, bytes | None]]:
    found: list[tuple[str, bytes | None]] = []
    _small(name, lambda request: found.append((request.path, request.body())), seed).run(valid=valid)
    return found


@pytest.mark.parametrize("name", ["createRepositoryResource", "moveRealityData", "getITwinAccount"])
@pytest.mark.parametrize("valid", [True, False])
def test_a_small_run_takes_what_was_drawn_before(
    monkeypatch: pytest.MonkeyPatch, name: str, *, valid: bool
) -> None:
    """The same seed sends the same requests, another one others, and nothing is drawn twice."""
    first = _sent(name, 7, valid=valid)
    assert 0 < len(first) <= 6
    assert len(set(first)) == len(first)
    monkeypatch.setattr(schemathesis_adapter, "schema_operation", None)
    assert _sent(name, 7, valid=valid) == first
    others = [_sent(name, seed, valid=valid) for seed in range(8, 12)]
    assert any(other != first for other in others)


def test_what_a_small_run_finds_is_made_smaller() -> None:
    """A request that was drawn before is not the smallest: what violates is searched for a smaller one."""
    sent = []

    def send(request: Request) -> None:
        sent.append(request)
        if isinstance(request.json, dict) and len(request.json.get("displayName", "")) > 1:
            raise Violation("a short name", f"{len(json.dumps(request.json))}", ("x0001",))

    with pytest.raises(Violation) as found:
        _small("createRepositoryResource", send).run(valid=True)
    first = next(each for each in sent if len(each.json.get("displayName", "")) > 1)
    assert int(found.value.actual.split()[0]) <= len(json.dumps(first.json))
    assert len(sent) <= 6 + SHRINKS


@pytest.mark.parametrize("valid", [True, False])
def test_what_is_drawn_before_breaks_or_follows_the_schema(*, valid: bool) -> None:
    """Each request of the pool says which of its parts break the schema, and is the same from JSON."""
    for operation in load_claims().operations.values():
        pool = pool_of(operation, valid=valid)
        assert len(pool) == POOL or operation.body is None
        assert all((each.bad_path or each.bad_body) != valid for each in pool)
        assert [drawn_from(json.loads(json.dumps(each.to_json()))) for each in pool] == pool


@pytest.mark.parametrize("body", [ABSENT, None, b"", b"\xff", {"a": "\ud800"}, [1.5]], ids=repr)
def test_a_drawn_request_is_the_same_from_json(body: object) -> None:
    """Bytes, lone surrogates and the absence of a body outlive the file."""
    drawn = Drawn({"id": "a b"}, body, bad_path=True, part="id")
    assert drawn_from(json.loads(json.dumps(drawn.to_json()))) == drawn
