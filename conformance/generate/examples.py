"""A valid request of any documented operation, made from its spec and the real ids of a target."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from conformance.claims.openapi import Operation
from conformance.errors import HarnessError
from conformance.exchange.model import Request, request_for
from conformance.ledger.unique_names import Unique


def example_request(
    operation: Operation, real_ids: Mapping[str, str], unique: Unique, **options: Any
) -> Request:
    """Return a request that the operation's page calls valid.

    Path parameters and members marked `x-real-id` get the target's ids, those marked `x-unique` a new name.
    `options` are those of `Request`; a `json` or `content` there stands for the body, and a `rewrite` changes
    the path that is sent.
    """
    params = {name: _real(real_ids, real) for name, real in operation.real_ids().items()}
    if operation.body is not None and not options.keys() & {"json", "content"}:
        options["json"] = example_body(operation, real_ids, unique)
    rewrite = options.pop("rewrite", None)
    request = request_for(operation, params, **options)
    return replace(request, path=rewrite(request.path)) if rewrite else request


def example_body(operation: Operation, real_ids: Mapping[str, str], unique: Unique) -> Any:
    """Return a valid body of the operation; None where it takes none."""
    if operation.body is None:
        return None
    body = copy.deepcopy(operation.body_example)
    for member, schema in operation.body.get("properties", {}).items():
        if "x-real-id" in schema:
            body[member] = _real(real_ids, schema["x-real-id"])
        elif schema.get("x-unique"):
            body[member] = unique(member)
    return body


def _real(real_ids: Mapping[str, str], name: str) -> str:
    if name not in real_ids:
        raise HarnessError(f"no real id {name}: the contract's scene offers {', '.join(real_ids)}")
    return real_ids[name]
