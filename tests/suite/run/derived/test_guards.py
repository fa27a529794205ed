"""What a run does to a stranger's API: nothing that it did not make is changed, and nothing of it stays."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from conformance.ledger.journal import load_ledger
from conformance.results.verdicts import VIOLATED, Outcome, Verdict
from conformance.run.derived.guard import ACTS, GRAVE, Guard
from conformance.run.derived.judging import judge_derived
from conformance.run.open import new_run
from conformance.run.options import Options
from conformance.targets.model import Target
from tests.suite.run.derived.board_api import BoardApi
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served
from tests.suite.run.derived.targets import target_of
from tests.suite.run.derived.vault_api import VaultApi


@pytest.fixture
def boards() -> Iterator[tuple[BoardApi, Target]]:
    """Serve boards, one of which is somebody's own."""
    api = BoardApi()
    api.things[1000] = {"id": 1000, "kind": "board", "tenant": "owner", "board": None, "name": "mine"}
    with served(api) as address:
        yield api, target_of(api, address)


def reasons(found: dict[str, Verdict], operation: str) -> str:
    """Return why an operation was not judged."""
    return "\n".join(v.reason for v in found.values() if v.operation == operation)


def test_what_somebody_else_made_is_as_it_was(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """No write is about a thing that the run did not make, and all that it made is gone."""
    api, target = boards
    judged(added(tmp_path, api.definition()), target, tmp_path / "run")
    assert api.things[1000]["name"] == "mine"
    writes = [c for c in api.calls if c.method != "GET"]
    assert not [c for c in writes if "1000" in c.parts]
    assert [t["id"] for t in api.things.values() if not t.get("deleted")] == [1000]


def test_an_api_that_is_elsewhere_is_no_broken_one(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """Where every operation answers 404 the address is wrong: said once, and nothing is red."""
    api, target = boards
    elsewhere = target.model_copy(update={"base_url": f"{target.base_url}/api"})
    run = judged(added(tmp_path, api.definition()), elsewhere, tmp_path / "run")
    assert "operations that were tried answers 404: nothing of small is at" in run.log.stopped
    assert f"{target.base_url}/api; check base_url (the base path of the definition is /)" in run.log.stopped
    assert set(verdicts(run).values()) == {None}
    assert len(api.calls) < 20


def test_a_grave_write_is_never_sent_and_another_one_last(
    boards: tuple[BoardApi, Target], tmp_path: Path
) -> None:
    """What its name calls maintenance is not sent; `POST /tidy` is, after what is about our own things."""
    api, target = boards
    found = verdicts(judged(added(tmp_path, api.definition()), target, tmp_path / "run"))
    assert "allow it with writes:" in reasons(found, "enterMaintenance")
    assert not [c for c in api.calls if "maintenance" in c.parts]
    assert found["small.tidy.documented-status"].outcome is Outcome.PASS
    first = next(n for n, c in enumerate(api.calls) if c.parts == ("tidy",))
    assert first > len(api.calls) / 2


def test_the_override_allows_and_forbids(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """`writes:` lets a write be sent at once, `never:` takes an operation out of the requirements."""
    api, target = boards
    override = {"writes": ["POST /tidy"], "never": ["POST /admin/maintenance"]}
    run = judged(added(tmp_path, api.definition(), override), target, tmp_path / "run")
    first = next(n for n, c in enumerate(api.calls) if c.parts == ("tidy",))
    assert first < len(api.calls) / 2
    assert not [name for name in verdicts(run) if ".enterMaintenance." in name]


def test_a_poisoned_target_is_noticed_and_the_request_named(
    boards: tuple[BoardApi, Target], tmp_path: Path
) -> None:
    """A write after which reads fail ends the judging: nothing after it is violated."""
    api, target = boards
    api.broken = "poisonous"
    run = judged(added(tmp_path, api.definition()), target, tmp_path / "run")
    assert "POST /tidy" in run.log.stopped
    assert "never:" in run.log.stopped
    assert not [n for n, v in verdicts(run).items() if v.outcome in VIOLATED]


def test_a_read_only_run_writes_nothing(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """Only reads are sent, of what is there."""
    api, target = boards
    found = verdicts(
        judged(
            added(tmp_path, api.definition()), target.model_copy(update={"writes": "none"}), tmp_path / "run"
        )
    )
    assert {c.method for c in api.calls} == {"GET"}
    assert found["small.getBoard.documented-status"].outcome is Outcome.PASS


def test_a_host_that_is_not_this_machine_gets_no_write_about_nothing(tmp_path: Path) -> None:
    """There `POST /tidy` needs the override."""
    catalogue = added(tmp_path, BoardApi().definition())
    api = catalogue.added["small"]
    tidy = next(e for e in api.endpoints if e.id == "tidy")
    guard = Guard(api, writes=True, is_loopback=False, creates=lambda _: False, late=True)
    assert "allow it with writes:" in guard.why_not(tidy, {})


@pytest.mark.parametrize("api", [BoardApi(), VaultApi()], ids=["boards", "vault"])
def test_a_killed_run_is_undone_from_its_ledger(api: Any, tmp_path: Path) -> None:
    """What stands in the ledger of a run that ended without a word is all that there is."""
    with served(api) as address:
        target = target_of(api, address)
        run = new_run(
            Options(seed=1, only=("small",), report_dir=tmp_path / "run"),
            target,
            added(tmp_path, api.definition()),
        )
        judge_derived(run)
        run.client.close()
        left = load_ledger(tmp_path / "run" / "ledger.ndjson")
        again = new_run(Options(seed=1, only=("small",), report_dir=tmp_path / "2"), target, run.catalogue)
        again.client.ledger.inherit(left)
        assert again.client.undo() == []
        again.client.close()
    rest = [t for t in getattr(api, "things", {}).values() if not t.get("deleted")]
    assert rest == []
    assert getattr(api, "buckets", {}) == {}


def test_the_requests_of_an_operation_are_few(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """A quick run sends at most twelve requests an operation, the undo among them."""
    api, target = boards
    catalogue = added(tmp_path, api.definition())
    judged(catalogue, target, tmp_path / "run", profile="quick")
    assert len(api.calls) <= max(120, 12 * len(catalogue.operations))


def test_no_pass_rests_on_a_refusal_alone(boards: tuple[BoardApi, Target], tmp_path: Path) -> None:
    """Each PASS has a success among its evidence, and no path was sent with an unfilled parameter."""
    api, target = boards
    run = judged(added(tmp_path, api.definition()), target, tmp_path / "run")
    lines = (tmp_path / "run" / "exchanges.ndjson").read_text(encoding="utf-8").splitlines()
    statuses = {x["id"]: x["response"]["status"] for x in map(json.loads, lines) if x["response"]}
    for name, verdict in verdicts(run).items():
        if verdict.outcome is Outcome.PASS:
            assert any(200 <= statuses[x] < 300 for x in verdict.evidence), name
    assert not [
        x
        for x in lines
        if "%7B" in json.loads(x)["request"]["url"] or "/{" in json.loads(x)["request"]["url"]
    ]


def test_what_no_read_confirms_is_judged_by_nobody(tmp_path: Path) -> None:
    """Where reads show nothing of what was created, its dependents are not judged, and nothing is red."""
    api = BoardApi()
    whole = api.answer

    def answer(call: Call) -> Answer:
        is_read = call.method == "GET" and len(call.parts) == 2
        return Answer(403, {"error": "no"}) if is_read else whole(call)

    api.answer = answer  # type: ignore[method-assign] # every read of a board fails
    with served(api) as address:
        found = verdicts(judged(added(tmp_path, api.definition()), target_of(api, address), tmp_path / "run"))
    assert not [n for n, v in found.items() if v.outcome in VIOLATED]
    assert found["small.deleteBoard.unknown-id"].outcome is Outcome.CANNOT_JUDGE


def test_undo_is_by_the_same_item_and_never_of_a_search(tmp_path: Path) -> None:
    """A POST that lists is no creation: nothing that it names is deleted."""
    api = BoardApi()
    api.things[1000] = {"id": 1000, "kind": "board", "tenant": "owner", "board": None, "name": "mine"}
    definition = api.definition()
    definition["paths"]["/boards/filter"] = {
        "post": definition["paths"]["/boards"]["get"] | {"operationId": "filter"}
    }
    del definition["paths"]["/boards"]
    with served(api) as address:
        whole = api.answer

        def answer(call: Call) -> Answer:
            if call.parts == ("boards", "filter"):
                return whole(Call("GET", ("boards",), call.query, call.headers))
            return whole(call)

        api.answer = answer  # type: ignore[method-assign] # lists by POST
        run = judged(added(tmp_path, definition), target_of(api, address), tmp_path / "run")
    assert not api.things[1000].get("deleted")
    assert not [c for c in api.calls if c.method == "DELETE" and len(c.parts) == 2]
    assert run.log.leaks == []


def test_what_shuts_out_or_acts_by_its_name_is_known() -> None:
    """How one signs in is grave, signing in is not; a GET acts where the end of its path is a verb."""
    grave = ["/jwt/settings", "/auth/config", "/session-policy", "/login_options", "/users/password"]
    assert [path for path in grave if not GRAVE.search(path)] == []
    assert [
        p for p in ["/tokens", "/auth/login", "/sessions", "/settings", "/author/options"] if GRAVE.search(p)
    ] == []
    assert [end for end in ["restart", "logout", "shut-down", "reset_all"] if not ACTS.fullmatch(end)] == []
    assert [end for end in ["started", "resets", "stops", "delete-log", "users"] if ACTS.fullmatch(end)] == []
