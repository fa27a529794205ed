"""The checked values of a targets file: tokens, headers and fixtures."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Final

from pydantic import AfterValidator, SecretStr

from conformance.targets.variables import useless

LONGEST_TOKEN: Final = 16 * 1024
TOKEN: Final = re.compile(r"[\x21-\x7e]+")
HEADER_NAME: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
HEADER_VALUE: Final = re.compile(r"[\x21-\x7e]([\x20-\x7e]*[\x21-\x7e])?")
SCHEME: Final = re.compile(r"[A-Za-z][A-Za-z-]{0,19}")
"""How the first word of several in a header is called that says how one is let in: ``Token``, ``ApiKey``."""
OWN_HEADERS: Final = frozenset(
    {"host", "content-length", "content-type", "transfer-encoding", "connection", "accept"}
    | {"te", "trailer", "upgrade", "expect", "proxy-authorization", "accept-encoding"}
)
"""Headers that a request has of its own, or that the requirements speak of."""


def fault_of_token(token: str) -> str:
    """Return why a text is no token that could be sent, and the cure; "" where it could."""
    if token.lower().startswith("bearer "):
        return "begins with the word Bearer; give the token alone"
    if token[:1] in {'"', "'"} and token[-1:] == token[:1]:
        return "stands in quotes; give the token alone"
    if len(token) > LONGEST_TOKEN:
        return f"is longer than {LONGEST_TOKEN} characters; give the token alone"
    return "" if TOKEN.fullmatch(token) else "is no token: it is empty, or has blanks or other signs in it"


def _ready(token: SecretStr) -> SecretStr:
    if fault := fault_of_token(token.get_secret_value()):
        raise ValueError(f"the token {fault}")
    return token


def _meant(value: str) -> str:
    if fault := useless(value):
        raise ValueError(f"the value {fault}; give the real one, or take the line out")
    return value


def _of_target(headers: Mapping[str, str | SecretStr]) -> Mapping[str, str | SecretStr]:
    for name in headers:
        if name.lower() == "authorization":
            raise ValueError(f"{name} cannot be given here: give credentials to a role")
    return _checked_headers(headers)


def _checked_headers(headers: Mapping[str, str | SecretStr]) -> Mapping[str, str | SecretStr]:
    if len({name.lower() for name in headers}) != len(headers):
        raise ValueError("a header stands twice, in two spellings")
    for name, value in headers.items():
        if not HEADER_NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a header")
        if name.lower() in OWN_HEADERS:
            raise ValueError(f"{name} cannot be given here: the suite sets it")
        if not HEADER_VALUE.fullmatch(value if isinstance(value, str) else value.get_secret_value()):
            raise ValueError(f"the value of {name} is empty, or has other characters than printable ASCII")
    return headers


def secret_words(value: SecretStr) -> list[str]:
    """Return the words of a header's value, without a first one that names how one is let in."""
    words = value.get_secret_value().split()
    return words[1:] if len(words) > 1 and SCHEME.fullmatch(words[0]) else words


ReadyToken = Annotated[SecretStr, AfterValidator(_ready)]
Headers = Annotated[Mapping[str, str | SecretStr], AfterValidator(_of_target)]
"""Headers by name; a value that comes from a variable is a secret."""
RoleHeaders = Annotated[Mapping[str, str | SecretStr], AfterValidator(_checked_headers)]
"""Headers by name, Authorization among them: ``Token ${KEY}``, where an API wants no bearer token."""
Fixture = Annotated[str, AfterValidator(_meant)]
