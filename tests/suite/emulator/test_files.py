"""Targets, seeds, snapshots, records, and the list of sources."""

from __future__ import annotations

import json
import stat
import tomllib
from pathlib import Path

import pytest
import requests
import yaml

from conformance.emulator import provenance
from conformance.emulator.behaviours import DuplicateBehaviourError, Source, documented
from conformance.emulator.errors import RecordFileError, SeedFileError, SnapshotError, TargetsFileError
from conformance.emulator.serving import Served, running
from conformance.emulator.settings import Settings
from tests.suite.emulator.caller import Caller

SEED = """
organizations: [{name: Acme Corp.}, {name: Other}]
users:
  - {role: owner, organization: Acme Corp.}
  - {role: reader, organization: Acme Corp., permissions: read, quota: [1, 60]}
  - {role: boss, organization: Other, administrator: true, permissions: [itwins_modify]}
itwins:
  - displayName: Bridge
    organization: Acme Corp.
    members: [{user: owner, owner: true}, {user: boss, permissions: all}]
    repositories:
      - class: GeographicInformationSystem
        subClass: WebMapService
        uri: https://example.com/wms
        resources: [{id: flood_zones, displayName: Flood Zones}]
reality_data:
  - {displayName: Mesh, type: 3MX, iTwins: [Bridge], owner: owner}
"""


def test_a_targets_file_names_secrets_and_holds_none(served: Served, tmp_path: Path) -> None:
    """Roles, tokens and fixtures are there; every secret stands in .env, which only its owner reads."""
    path, secrets = tmp_path / "targets.toml", tmp_path / ".env"
    secrets.write_text("KEPT=1\nEMULATOR_OWNER_CLIENT_ID=old\n")
    served.targets().write(path)
    found = tomllib.loads(path.read_text())["targets"]["emulator"]
    assert (found["base_url"], found["token_url"]) == (served.base_url, served.token_url)
    assert found["roles"]["owner"]["client_id"] == "${EMULATOR_OWNER_CLIENT_ID}"
    assert set(found["roles"]) == set(served.credentials)
    assert set(found["tokens"]) == {"expired", "wrong_scope", "other_issuer", "not_yet_valid"}
    assert set(found["fixtures"]) == {
        "foreign_itwin_id",
        "foreign_member_itwin_id",
        "other_data_center_itwin_id",
        "partial_itwin_id",
    }
    values = dict(line.split("=", 1) for line in secrets.read_text().splitlines())
    assert values["KEPT"] == "1"
    assert values["EMULATOR_OWNER_CLIENT_ID"] == served.credentials["owner"].client_id
    assert stat.S_IMODE(secrets.stat().st_mode) == 0o600
    for held in served.credentials.values():
        assert held.client_secret in values.values()
        assert held.client_secret not in path.read_text()
        assert held.client_secret not in repr(served)


def test_a_targets_file_that_cannot_be_written_is_an_error(served: Served, tmp_path: Path) -> None:
    """The error names the file."""
    with pytest.raises(TargetsFileError, match=r"missing.targets\.toml"):
        served.targets().write(tmp_path / "missing" / "targets.toml")


def test_secrets_in_another_encoding_are_never_lost(served: Served, tmp_path: Path) -> None:
    """The file beside is named and stays as it is; a byte order mark is no reason to refuse."""
    secrets = tmp_path / ".env"
    secrets.write_bytes(b"\xff\xfeA\0")
    with pytest.raises(TargetsFileError, match=r"\.env is not UTF-8 text"):
        served.targets().write(tmp_path / "targets.toml")
    assert secrets.read_bytes() == b"\xff\xfeA\0"
    secrets.write_bytes(b"\xef\xbb\xbfKEPT=1\r\n")
    served.targets().write(tmp_path / "targets.toml")
    assert secrets.read_text(encoding="utf-8").startswith("KEPT=1\n")


def test_a_seed_file_makes_the_world(tmp_path: Path) -> None:
    """Organizations, users, permissions, iTwins and data are as the file says."""
    path = tmp_path / "seed.yaml"
    path.write_text(SEED)
    with running(seed_file=path) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.call("GET", "/itwins/").json["iTwins"][0]["id"]
        repositories = owner.call("GET", f"/itwins/{itwin}/repositories").json["repositories"]
        resources = f"/itwins/{itwin}/repositories/{repositories[1]['id']}/resources"
        assert owner.call("GET", f"{resources}/flood_zones").status == 200
        assert owner.as_role("boss").call("DELETE", f"{resources}/flood_zones").status == 204
        data = owner.call("GET", f"/reality-management/reality-data?iTwinId={itwin}").json["realityData"]
        assert [each["displayName"] for each in data] == ["Mesh"]
        reader = owner.as_role("reader")
        assert [reader.account(itwin).status for _ in range(2)] == [200, 429]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("a: [", "cannot read"),
        ("[]", "not a mapping"),
        ("nonsense: 1", "nonsense"),
        ("{}", "no users"),
        ("users: [{role: x, organization: y}]", "'y'"),
        (SEED.replace("permissions: read", "permissions: [fly]"), "fly"),
        (
            SEED.replace("permissions: read", "permission: read"),
            r"\.permission is not known; did you mean permissions",
        ),
        (
            SEED.replace("displayName: Flood", "displayname: Flood"),
            r"itwins\[0\]\.repositories\[0\]\.resources",
        ),
        ("users: [{role: x, zzz: y}]", r"users\[0\]\.zzz is not known; known are role, "),
        ("records: {nonsense: [{}]}", "nonsense"),
        ("records: {users: [{}]}", "makes no sense"),
    ],
)
def test_a_seed_file_that_makes_no_sense_is_an_error(tmp_path: Path, text: str, complaint: str) -> None:
    """The error names the file and what is wrong in it."""
    path = tmp_path / "seed.yaml"
    path.write_text(text)
    with pytest.raises(SeedFileError, match=complaint), running(seed_file=path):
        pass


def test_a_seed_file_keeps_addresses(tmp_path: Path) -> None:
    """A user has the address that the file gives it, and is added to an iTwin by it, in any case."""
    path = tmp_path / "seed.yaml"
    path.write_text(SEED.replace("permissions: read", "permissions: read, email: Reader@acme.example"))
    with running(seed_file=path) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        assert owner.as_role("reader").call("GET", "/users/me").json["user"]["email"] == "Reader@acme.example"
        members = f"/accesscontrol/itwins/{owner.itwin()}/members/users"
        made = owner.call("POST", members, {"members": [{"email": "reader@acme.example", "roleIds": []}]})
        assert [each["email"] for each in made.json["members"]] == ["Reader@acme.example"]


def test_a_snapshot_is_a_seed_file(tmp_path: Path) -> None:
    """An emulator that begins with a snapshot goes on where the other one stopped."""
    path = tmp_path / "snapshot.yaml"
    with running(settings=Settings(snapshot=path)) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.itwin()
        owner.resource(itwin, owner.repository(itwin), {"id": "a", "displayName": "A"})
        data = owner.data(itwin)
        owner.call("POST", f"/itwins/favorites/{itwin}")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert list(yaml.safe_load(path.read_text())) == ["records"]
    with running(seed_file=path) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        assert owner.homes(data) == [itwin]
        assert owner.call("GET", "/itwins/favorites").json["iTwins"][0]["id"] == itwin
        repository = owner.call("GET", f"/itwins/{itwin}/repositories").json["repositories"][1]["id"]
        assert owner.resource(itwin, repository, {"id": "b", "displayName": "A"}).status == 409


def test_a_record_has_a_line_for_each_exchange_and_no_secret(tmp_path: Path) -> None:
    """Method, path, user, body, status and response are written; headers, queries and credentials are not."""
    path = tmp_path / "record.ndjson"
    with running(settings=Settings(record=path)) as served, requests.Session() as session:
        owner = Caller(served, session=session)
        itwin = owner.itwin(displayName="recorded")
        owner.call("GET", f"/itwins/{itwin}/account?note=hidden")
        owner.repository(itwin, authentication={"type": "Basic", "password": "hidden"})
        owner.call("PATCH", f"/itwins/{itwin}", data=b"no json")
    made, read, kept, odd = (json.loads(line) for line in path.read_text().splitlines())
    assert (made["operation"], made["status"], made["body"]["displayName"]) == (
        "createITwin",
        201,
        "recorded",
    )
    assert (read["operation"], read["response"]["iTwin"]["class"]) == ("getITwinAccount", "Account")
    assert kept["body"]["authentication"] == kept["response"]["repository"]["authentication"] == "***"
    assert (odd["status"], odd["body"]) == (422, None)
    assert made["client"] == served.credentials["owner"].client_id
    assert "hidden" not in path.read_text()
    assert "Bearer" not in path.read_text()


def test_files_that_cannot_be_written_are_errors(tmp_path: Path) -> None:
    """Snapshot and record are tried before anything is served."""
    away = tmp_path / "missing" / "file"
    with pytest.raises(SnapshotError, match="file"), running(settings=Settings(snapshot=away)):
        pass
    with pytest.raises(RecordFileError, match="file"), running(settings=Settings(record=away)):
        pass


def test_every_behaviour_has_a_source() -> None:
    """Each is a sentence with an id; a page is named by its file; assumptions are a list of their own."""
    every = provenance.behaviours()
    assert all(each.says.endswith(".") for each in every)
    assert all(each.reference for each in every if each.source is Source.PAGE)
    assert set(provenance.assumptions()) < set(every)
    assert json.loads(provenance.as_json())[0].keys() == {"id", "says", "source", "reference"}
    assert len(provenance.as_text().splitlines()) == len(every)
    with pytest.raises(DuplicateBehaviourError):
        documented(every[0].id, "Again.")
