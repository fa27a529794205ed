"""A list of accounts that shows everybody their own alone breaks no rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import pytest

from conformance.results.verdicts import Outcome
from tests.suite.run.derived.judged import added, judged, verdicts
from tests.suite.run.derived.small_server import Answer, Call, served
from tests.suite.run.derived.targets import target_of

TEXT: Final = {"type": "string"}
ACCOUNT: Final = {"type": "object", "required": ["id"], "properties": {"id": TEXT}}
ONE: Final = {"application/json": {"schema": ACCOUNT}}
SEVERAL: Final = {"application/json": {"schema": {"type": "array", "items": ACCOUNT}}}
ITEM: Final = [{"name": "account_id", "in": "path", "required": True, "schema": TEXT}]


@dataclass
class AccountApi:
    """Accounts: whoever asks sees each, and lists their own; where `broken`, they list nobody's."""

    broken: str = ""
    calls: list[Call] = field(default_factory=list)
    accounts: list[str] = field(default_factory=list)

    def definition(self) -> dict[str, Any]:
        """Return its definition."""
        well = {"description": "well"}
        return {
            "openapi": "3.0.3",
            "info": {"title": "Accounts", "version": "1"},
            "paths": {
                "/accounts": {
                    "get": {"operationId": "list", "responses": {"200": {**well, "content": SEVERAL}}},
                    "post": {
                        "requestBody": {"required": True, "content": ONE},
                        "responses": {"201": {**well, "content": ONE}},
                    },
                },
                "/accounts/{account_id}": {
                    "get": {"parameters": ITEM, "responses": {"200": {**well, "content": ONE}}},
                    "delete": {"parameters": ITEM, "responses": {"204": well}},
                },
            },
        }

    def answer(self, call: Call) -> Answer:
        """Answer a call."""
        if call.parts == ("accounts",):
            return self._listed() if call.method == "GET" else self._made(call.body)
        if call.parts[-1] not in self.accounts:
            return Answer(404)
        if call.method == "DELETE":
            self.accounts.remove(call.parts[-1])
            return Answer(204)
        return Answer(200, {"id": call.parts[-1]})

    def _listed(self) -> Answer:
        return Answer(200, [{"id": "someone"}] if self.broken else [{"id": "olga"}])

    def _made(self, body: Any) -> Answer:
        name = body.get("id") if isinstance(body, dict) else None
        if not isinstance(name, str):
            return Answer(400)
        self.accounts.append(name)
        return Answer(201, {"id": name})


@pytest.mark.parametrize(("broken", "outcome"), [("", Outcome.CANNOT_JUDGE), ("nobody", Outcome.DEVIATION)])
def test_a_list_of_whom_the_credentials_are_of_is_no_violation(
    broken: str, outcome: Outcome, tmp_path: Path
) -> None:
    """Where it shows another than the user, what was created should stand in it too."""
    api = AccountApi(broken)
    with served(api) as address:
        run = judged(added(tmp_path, api.definition()), target_of(api, address), tmp_path / "run")
    assert verdicts(run)["small.list.listed-after-create"].outcome is outcome
    assert run.log.leaks == []
    assert api.accounts == []
