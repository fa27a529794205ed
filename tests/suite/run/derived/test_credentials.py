"""Credentials of every kind reach the target, and stand in no file of the run."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any, Final

import pytest
from pydantic import SecretStr, ValidationError

from conformance.results.verdicts import VIOLATED, Outcome
from conformance.targets.model import Role, Target
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served

SECRET: Final = "very-secret-0123456789"
BASIC: Final = base64.b64encode(f"olga:{SECRET}".encode()).decode()
WAYS: Final[dict[str, tuple[Role, dict[str, Any]]]] = {
    "header": (
        Role(headers={"X-Key": SecretStr(SECRET)}),
        {"type": "apiKey", "in": "header", "name": "X-Key"},
    ),
    "query": (Role(query={"key": SecretStr(SECRET)}), {"type": "apiKey", "in": "query", "name": "key"}),
    "cookie": (Role(cookies={"sid": SecretStr(SECRET)}), {"type": "apiKey", "in": "cookie", "name": "sid"}),
    "basic": (Role(username="olga", password=SecretStr(SECRET)), {"type": "http", "scheme": "basic"}),
    "bearer": (Role(token=SecretStr(SECRET)), {"type": "http", "scheme": "bearer"}),
    "token": (
        Role(headers={"Authorization": SecretStr(f"Token {SECRET}")}),
        {"type": "apiKey", "in": "header", "name": "Authorization"},
    ),
    "scheme": (
        Role(headers={"authorization": SecretStr(f"DPoP {SECRET}")}),
        {"type": "http", "scheme": "DPoP"},
    ),
    "several": (
        Role(token=SecretStr(SECRET), cookies={"sid": SecretStr(SECRET)}, query={"key": SecretStr(SECRET)}),
        {"type": "http", "scheme": "bearer"},
    ),
}


class Doors:
    """An API that lets in who brings the secret in one way, and tells the secret to whoever is let in."""

    def __init__(self, way: str, scheme: dict[str, Any]) -> None:
        self.way, self.scheme, self.broken = way, scheme, ""
        self.calls: list[Call] = []

    def definition(self) -> dict[str, Any]:
        """Return its definition."""
        responses = {"200": {"description": "In."}, "401": {"description": "Out."}}
        return {
            "openapi": "3.0.3",
            "info": {"title": "Doors", "version": "1"},
            "components": {"securitySchemes": {"door": self.scheme}},
            "security": [{"door": []}],
            "paths": {"/door": {"get": {"operationId": "door", "responses": responses}}},
        }

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        brought = {
            "header": call.headers.get("x-key"),
            "query": call.query.get("key"),
            "cookie": call.headers.get("cookie", "").removeprefix("sid="),
            "basic": call.headers.get("authorization", "").removeprefix("Basic "),
            "token": call.headers.get("authorization", "").removeprefix("Token "),
            "scheme": call.headers.get("authorization", "").removeprefix("DPoP "),
            "bearer": call.headers.get("authorization", "").removeprefix("Bearer "),
        }
        ways = ["bearer", "cookie", "query"] if self.way == "several" else [self.way]
        is_in = all(brought[way] == (BASIC if way == "basic" else SECRET) for way in ways)
        return Answer(200, {"told": brought}) if is_in else Answer(401, {"error": "out"})


@pytest.mark.parametrize("way", WAYS)
def test_credentials_reach_the_target_and_stand_in_no_file(way: str, tmp_path: Path) -> None:
    """The valid request is let in, the one without credentials and the forged one are not."""
    role, scheme = WAYS[way]
    api = Doors(way, scheme)
    with served(api) as address:
        target = Target(name="doors", base_url=address, roles={"owner": role}, consistency_timeout=0)
        found = verdicts(judged(added(tmp_path, api.definition()), target, tmp_path / "run"))
    assert {v.outcome for n, v in found.items() if "credentials" in n} == {Outcome.PASS}
    assert not [n for n, v in found.items() if v.outcome in VIOLATED]
    for file in (f for f in (tmp_path / "run").rglob("*") if f.is_file()):
        assert SECRET not in file.read_text(encoding="utf-8"), file
        assert BASIC not in file.read_text(encoding="utf-8"), file


@pytest.mark.parametrize(
    ("role", "complaint"),
    [
        ({"username": "olga"}, "belong together"),
        ({"username": "olga", "password": "x", "token": "y" * 20}, "choose one"),
        ({"headers": {"Authorization": "x y"}, "token": "y" * 20}, "choose one"),
        ({}, "exactly one of the three"),
    ],
)
def test_credentials_that_make_no_sense_are_refused(role: dict[str, Any], complaint: str) -> None:
    """A user without a password, two kinds of Authorization, a role without anything."""
    with pytest.raises(ValidationError, match=complaint):
        Role.model_validate(role)
