"""What acts by itself is made switched off."""

from __future__ import annotations

from typing import Any, Final

import pytest

from conformance.claims.endpoints import endpoints
from conformance.generate.world.at_rest import wakes
from conformance.generate.world.requests import Drafts

FLAG: Final = {"type": "boolean", "default": True}


def first_body(path: str, method: str, variant: str, members: dict[str, Any]) -> Any:
    """Return the body of this variant of a request whose body has a name and these members."""
    schema = {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, **members}}
    content = {"content": {"application/json": {"schema": schema}}}
    at = [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}]
    operation = {"requestBody": content, "responses": {}, "parameters": at if "{id}" in path else []}
    (endpoint,) = endpoints({"paths": {path: {method: operation}}})
    drafts = Drafts({}, lambda _: "ct-1", lambda _: None).drafts(endpoint, {"id": "7"})
    return next(draft.json for draft in drafts if draft.variant == variant)


@pytest.mark.parametrize(
    ("path", "members", "made"),
    [
        ("/automations/", {"enabled": FLAG}, {"enabled": False}),
        ("/boards/{id}/webhooks", {"isActive": FLAG}, {"isActive": False}),
        ("/schedules", {"paused": FLAG, "size": {"type": "integer"}}, {"paused": True}),
        ("/automations", {"size": {"type": "integer"}}, {}),
        ("/users", {"enabled": FLAG}, {}),
    ],
)
def test_what_acts_is_made_switched_off(path: str, members: dict[str, Any], made: dict[str, Any]) -> None:
    """Where its schema lets it be; whatever does not act is made with what is required alone."""
    assert first_body(path, "post", "short", members) == {"name": "ct-1", **made}


def test_a_change_switches_nothing_on() -> None:
    """It says that the thing is at rest where it says anything of it."""
    path, members = "/automations/{id}", {"enabled": FLAG}
    assert first_body(path, "patch", "short", members) == {"name": "ct-1"}
    assert first_body(path, "patch", "whole", members) == {"name": "ct-1", "enabled": False}


@pytest.mark.parametrize(
    ("path", "woken"), [("/webhooks/{id}", ["isEnabled", "enabled"]), ("/users/{id}", [])]
)
def test_a_rule_that_changes_a_member_wakes_nothing(path: str, woken: list[str]) -> None:
    """Only of what acts, and only what switches it on."""
    (endpoint,) = endpoints({"paths": {path: {"patch": {"responses": {}}}}})
    assert [name for name in ("isEnabled", "enabled", "name") if wakes(name, endpoint)] == woken
