"""The media type of every body that is documented as JSON."""

from __future__ import annotations

import re
from typing import Final

from conformance.checks.check import response_check, with_body
from conformance.claims.openapi import Operation, ResponseSpec
from conformance.exchange.model import Exchange

JSON_MEDIA_TYPE: Final = re.compile(r"application/(?:json|[\w.!#$&^-]+\+json)\s*(?:;.*)?", re.IGNORECASE)


def _has_its_body(exchange: Exchange, documented: ResponseSpec | None) -> bool:
    return with_body(exchange, documented) and bool(exchange.content)


@response_check("json-media-type", _has_its_body)
def announced_as_json(exchange: Exchange, _: Operation) -> str:
    """A documented JSON body is announced as JSON."""
    announced = exchange.header("Content-Type")
    if announced is None:
        return "a body without a Content-Type"
    return "" if JSON_MEDIA_TYPE.fullmatch(announced.strip()) else f"Content-Type {announced}"
