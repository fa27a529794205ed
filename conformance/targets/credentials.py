"""What a request carries besides a token and headers: query parameters, cookies, a user with a password."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import SecretStr


@dataclass(frozen=True)
class Credentials:
    """What goes with a request besides a token and headers; the user is "" where there is none."""

    query: Mapping[str, str]
    cookies: Mapping[str, str]
    username: str = ""
    password: str = ""


def plain(secrets: Mapping[str, SecretStr]) -> dict[str, str]:
    """Return secrets by name as they are sent."""
    return {name: value.get_secret_value() for name, value in secrets.items()}


def basic(username: str, password: str) -> str:
    """Return the credentials of the Basic scheme (RFC 7617)."""
    return base64.b64encode(f"{username}:{password}".encode()).decode()
