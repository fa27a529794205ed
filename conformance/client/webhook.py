"""Posts a message to a webhook whose address is a secret."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any, Final

import requests

from conformance.client.transport import TROUBLE
from conformance.errors import UsageError
from conformance.targets.variables import useless

TIMEOUT: Final = 15.0
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def address_in(variable: str, environ: Mapping[str, str] = os.environ) -> str:
    """Return the address that an environment variable holds; `UsageError` where it holds none.

    The address itself is refused: whoever has it can write to the channel, and others see a command line.
    """
    if not NAME.fullmatch(variable):
        raise UsageError(
            "name the environment variable that holds the webhook's address, such as SLACK_URL, "
            "not the address: whoever has it can write to the channel"
        )
    address = environ.get(variable, "").strip()
    if not address or useless(address):
        raise UsageError(
            f"the environment variable {variable} is not set; it has to hold the webhook's address"
        )
    if not re.match(r"https?://[^/\s]+", address):
        raise UsageError(f"{variable}: no address of a webhook; it begins with https://")
    return address


def post(variable: str, address: str, message: Mapping[str, Any]) -> None:
    """Post the message as JSON; `UsageError` where it is not taken. The address is in no message."""
    try:
        response = requests.post(address, json=message, timeout=TIMEOUT, allow_redirects=False)
    except TROUBLE as error:
        raise UsageError(f"the channel of {variable} cannot be reached: {type(error).__name__}") from None
    if not response.ok or response.is_redirect:
        text = " ".join(response.text.replace(address, "***").split())[:200]
        raise UsageError(
            f"the channel of {variable} refused the message: {response.status_code} {text}".rstrip()
        )
