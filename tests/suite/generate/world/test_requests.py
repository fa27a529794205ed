"""The bodies of a valid request, the likeliest first."""

from __future__ import annotations

from itertools import count
from typing import Any, Final

import pytest

from conformance.claims.endpoints import endpoints
from conformance.generate.world.requests import Drafts

TEXT: Final = {"type": "string"}
MODEL: Final = {"type": "object", "required": ["vendor_id"], "properties": {"vendor_id": TEXT}}


def bodies(**members: Any) -> list[Any]:
    """Return the bodies that are tried for a change of these members, none of which is required."""
    schema = {"type": "object", "properties": members}
    body = {"content": {"application/json": {"schema": schema}}}
    document = {"paths": {"/desks": {"patch": {"requestBody": body, "responses": {}}}}}
    numbers = count(1)
    drafts = Drafts({}, lambda word: f"ct-{word}-{next(numbers)}", lambda _: None)
    return [draft.json for draft in drafts.drafts(endpoints(document)[0], {})]


@pytest.mark.parametrize(
    ("members", "tried"),
    [
        ({"title": TEXT, "model": MODEL}, [["model", "title"], [], ["title"]]),
        ({"title": TEXT}, [["title"], []]),
        ({"model": MODEL}, [["model"], []]),
    ],
)
def test_the_plain_members_are_tried_alone_at_last(members: dict[str, Any], tried: list[list[str]]) -> None:
    """A change must say something, and what it refers to may be nothing that the run can make."""
    assert [sorted(body) for body in bodies(**members)] == tried
