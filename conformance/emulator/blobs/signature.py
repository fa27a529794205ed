"""Shared access signatures: who holds the address of a container may do there what the address says."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from urllib.parse import urlencode

from conformance.emulator.behaviours import assumed

READ = "rl"
WRITE = "racwdl"
LIFE = 3600.0
"""How long an address is good, in seconds."""
VERSION = "2024-11-04"
_FORM = "%Y-%m-%dT%H:%M:%SZ"

assumed("blobs.address-life", "The address of a container is good for an hour.")


class Signer:
    """Makes the queries that give access to a container, and reads them; `clock` tells seconds since 1970."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)

    def query(self, container: str, permissions: str) -> str:
        """Return the query of an address that gives these permissions from now on."""
        until = datetime.fromtimestamp(self._clock() + LIFE, UTC).strftime(_FORM)
        told = {"sv": VERSION, "se": until, "sr": "c", "sp": permissions}
        return urlencode({**told, "sig": self._signature(container, told)})

    def permissions(self, container: str, query: Mapping[str, str]) -> str:
        """Return what a query permits, "" where it is not ours, was changed, or has run out."""
        told = {name: query.get(name, "") for name in ("sv", "se", "sr", "sp")}
        if not hmac.compare_digest(self._signature(container, told).encode(), query.get("sig", "").encode()):
            return ""
        until = datetime.strptime(told["se"], _FORM).replace(tzinfo=UTC)
        return told["sp"] if until.timestamp() > self._clock() else ""

    def _signature(self, container: str, told: Mapping[str, str]) -> str:
        text = "\n".join((container, *told.values()))
        return base64.b64encode(hmac.new(self._key, text.encode(), hashlib.sha256).digest()).decode()
