"""What a token service answers: a token with its life and scopes, in every spelling, or why there is none."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import requests

from conformance.client.auth.jwt import life_of, scopes
from conformance.errors import ConformanceError
from conformance.targets.fields import fault_of_token

LIFE: Final = 3600.0
"""Seconds that a token is taken to live when nobody says."""
LONGEST_LIFE: Final = LIFE * 24
_NUMBER: Final = re.compile(r"\s*(\d+(?:\.\d*)?(?:[eE]\+?\d{1,2})?)")
_EPOCH: Final = 1e9
"""A number of seconds that is this large is a moment, not a life."""


@dataclass(frozen=True)
class Grant:
    """A token, how many seconds it lives, and the scopes that it says it has, or ()."""

    token: str
    life: float
    scopes: tuple[str, ...]


class Refused(ConformanceError):  # noqa: N818 - an outcome of the service, not an error of the suite
    """There is no token; `reason` says why, in the service's words where it has some.

    `code` is the service's ``error``, or ""; `ask_after` is in how many seconds it may do better, infinite
    where it will not.
    """

    def __init__(self, reason: str, code: str = "", ask_after: float = float("inf")) -> None:
        super().__init__(reason)
        self.reason = reason
        self.code = code
        self.ask_after = ask_after


def read_grant(response: requests.Response) -> Grant:
    """Return the token of a response; `Refused` where it has none that can be used."""
    content = _members(response)
    code, detail = _error(content)
    if code or detail:
        raise Refused(f"the token service refused it: {': '.join(filter(None, (code, detail)))}", code)
    if response.is_redirect:
        place = response.headers.get("Location", "")[:80]
        raise Refused(f"the token service answered {response.status_code}, a redirect to {place}")
    if not response.ok:
        raise Refused(f"the token service answered {response.status_code}")
    if not content:
        raise Refused("the token service answered something else than a JSON object")
    kind = content.get("tokentype")
    if isinstance(kind, str) and kind.strip().lower() not in {"", "bearer"}:
        raise Refused(f"the token service gives tokens of type {kind[:40]}, and an API takes Bearer")
    token = content.get("accesstoken")
    if not token:
        raise Refused("the token service answered without an access_token")
    return grant_of(token, content)


def grant_of(token: object, content: Mapping[str, Any]) -> Grant:
    """Return a token as it can be sent, with what its answer (members in small letters) says about it."""
    word = token.strip() if isinstance(token, str) else ""
    if fault := fault_of_token(word):
        raise Refused(f"what was given {fault}")
    life = _life(content)
    named = content.get("scope")
    words = named.split() if isinstance(named, str) else named if isinstance(named, list) else ()
    granted = scopes(word) or tuple(map(str, words))
    return Grant(word, min(life, life_of(word) or LONGEST_LIFE), granted)


def _members(response: requests.Response) -> dict[str, Any]:
    """Return the members of the answer; ``access_token``, ``accessToken`` and the like are one name."""
    try:
        content = json.loads(response.content)
    except (ValueError, RecursionError):
        kind = response.headers.get("Content-Type", "").lower()
        form = response.content.decode("utf-8", errors="replace") if "form-urlencoded" in kind else ""
        content = dict(parse_qsl(form))
    if not isinstance(content, dict):
        return {}
    return {re.sub("[_-]", "", str(name)).lower(): value for name, value in content.items()}


def _error(content: Mapping[str, Any]) -> tuple[str, str]:
    """Return the code and the words of an error, as RFC 6749 or as a platform writes it."""
    error, description = content.get("error"), content.get("errordescription")
    if isinstance(error, dict):
        return _error({"error": error.get("code"), "errordescription": error.get("message")})
    texts = [text.strip() if isinstance(text, str) else "" for text in (error, description)]
    return texts[0][:80], texts[1]


def _life(content: Mapping[str, Any]) -> float:
    """Return the seconds that the token lives: from ``expires_in`` or from a moment; else an hour."""
    for name in ("expiresin", "expireson", "expiresat"):
        seconds = _seconds(content.get(name))
        seconds = seconds - time.time() if seconds >= _EPOCH else seconds
        if seconds > 0:
            return seconds
    return LIFE


def _seconds(value: object) -> float:
    """Return a number in any spelling, or the moment of a date, in seconds; 0 where it is neither."""
    if isinstance(value, bool):
        return 0.0
    if isinstance(value, int | float):
        return float(value) if 0 < value < 1e12 else 0.0  # noqa: PLR2004 - no moment and no life is that long
    if not isinstance(value, str):
        return 0.0
    try:
        return datetime.fromisoformat(value.strip()).timestamp()
    except (ValueError, OverflowError):
        found = _NUMBER.match(value)
        return _seconds(float(found[1])) if found else 0.0
