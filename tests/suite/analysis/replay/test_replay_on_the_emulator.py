"""A violation on the emulator is sent again over real HTTP: there with the defect, gone without."""

import json
from pathlib import Path

import pytest

from conformance.cli.replay import replay
from conformance.client import Budget, Client
from conformance.exchange.model import Exchange, Request, Undo
from conformance.exchange.recorder import Recorder
from conformance.exchange.redaction import Redactor
from conformance.ledger.journal import Ledger
from conformance.results.run_json import write_run
from conformance.targets import opened
from conformance.targets.embedded import embedded_target
from conformance.targets.model import Target
from tests.suite.analysis.runs import folder_of, run, verdict
from tests.suite.cli.verbs import call

DEFECT = "resource-name-not-unique"
VIOLATION = "itwins.resource.duplicate-name-conflicts@createRepositoryResource"


def scenario(target: Target, folder: Path) -> list[Exchange]:
    """Create two resources of one name in a new repository, undo all, and record every exchange."""
    recorder = Recorder(Redactor(), str(folder / "exchanges.ndjson"))
    client = Client(target, recorder, Budget(), Ledger(None, target.base_url))
    client.collect_into([], "a name is taken by the first create")
    site = client.send(
        Request(
            "POST",
            "/itwins/",
            json={"class": "Endeavor", "subClass": "Project", "displayName": "site", "number": "site-0001"},
            undo=Undo("iTwin", "/itwins/{id}", "/iTwin/id"),
            purpose="setup",
        )
    )
    repositories = f"/itwins/{site.at('/iTwin/id')}/repositories"
    repository = client.send(
        Request(
            "POST",
            repositories,
            json={
                "class": "GeographicInformationSystem",
                "subClass": "WebMapService",
                "uri": "https://example.com/service",
                "displayName": "repository",
            },
            undo=Undo("repository", f"{repositories}/{{id}}", "/repository/id"),
            purpose="setup",
        )
    )
    resources = f"{repositories}/{repository.at('/repository/id')}/resources"
    found = [
        client.send(Request("POST", resources, json={"id": name, "displayName": "the same name"}))
        for name in ("first-zone", "second-zone")
    ]
    assert client.undo() == []
    client.close()
    return found


@pytest.fixture
def reports(tmp_path: Path) -> Path:
    """Return the report folders of one run that found the defect."""
    with embedded_target(defects=[DEFECT]) as target:
        folder = folder_of(tmp_path, run(target="emulator", base_url=target.base_url))
        found = scenario(target, folder)
        row = verdict(VIOLATION, expected="status 409", actual=found[1].summary(), evidence=[found[1].id])
        write_run(folder, run(row, target="emulator", base_url=target.base_url))
    assert [response.status for response in found] == [201, 201]
    return tmp_path


def test_the_violation_is_there_as_long_as_the_defect_is_there(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator is started again with the same defect, and the second create succeeds again."""
    monkeypatch.setattr(opened, "embedded_target", lambda: embedded_target(defects=[DEFECT]))
    monkeypatch.chdir(reports)
    said = call(replay, VIOLATION, "--reports", reports)
    assert said.code == 1, said.out
    assert "still violated" in said.out
    assert "every response of the evidence is as recorded" in said.out
    assert "left behind" not in said.out


def test_the_violation_is_gone_with_the_defect(reports: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The healthy emulator refuses the second create, and the response says so."""
    monkeypatch.chdir(reports)
    document = json.loads(call(replay, VIOLATION, "--reports", reports, "--json").out)
    assert document["outcome"] == "not violated any more"
    assert "status 201 then, 409 now" in document["reason"]
    assert [one["recorded"][:3] for one in document["exchanges"]] == ["201", "201", "201", "201"]
    assert document["left_behind"] == []


def test_the_way_to_the_violation_is_printed_and_not_sent(
    reports: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever has only a shell gets the lines; no target is asked for them."""
    monkeypatch.chdir(reports)
    monkeypatch.setattr(opened, "embedded_target", lambda: pytest.fail("a target was opened"))
    said = call(replay, VIOLATION, "--reports", reports, "--script")
    assert (said.code, said.out.count("curl -sS")) == (0, 6), said.out
    assert "jq -r .repository.id" in said.out


def test_replay_without_a_run_says_where_to_look(tmp_path: Path) -> None:
    """An empty folder of reports has no violation to send."""
    said = call(replay, VIOLATION, "--reports", tmp_path)
    assert (said.code, "--run" in said.err) == (2, True)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('writes = "none"', "emulator is read-only, and x0002 writes"),
        ("", "emulator has no role owner, as which x0002 was sent"),
    ],
)
def test_a_target_that_may_not_be_written_to_is_not(
    reports: Path, monkeypatch: pytest.MonkeyPatch, change: str, words: str
) -> None:
    """A read-only target, or one without the role, answers that nothing can be said."""
    monkeypatch.chdir(reports)
    role = "reader" if not change else "owner"
    (reports / "targets.toml").write_text(
        f'[targets.emulator]\nbase_url = "http://127.0.0.1:9"\n{change}\n'
        f'[targets.emulator.roles.{role}]\ntoken = "${{SOME_TOKEN}}"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("SOME_TOKEN", "a-made-up-token")
    said = call(replay, VIOLATION, "--reports", reports)
    assert (said.code, words in said.out) == (3, True), said.out + said.err
