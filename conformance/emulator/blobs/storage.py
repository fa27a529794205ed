"""The storage of one emulator: what its containers hold, and the addresses that give access to them."""

from __future__ import annotations

from collections.abc import Callable

from conformance.emulator.blobs.signature import Signer
from conformance.emulator.blobs.store import BlobStore

CONTAINERS = "/containers"


class Storage:
    """The containers of one emulator; `clock` tells the seconds since 1970."""

    def __init__(self, base_url: str, clock: Callable[[], float]) -> None:
        self._base_url = base_url
        self.clock = clock
        self.store = BlobStore()
        self.signer = Signer(clock)

    def address(self, container: str, permissions: str) -> str:
        """Return the address of a container, with a signature that gives these permissions."""
        return f"{self._base_url}{CONTAINERS}/{container}?{self.signer.query(container, permissions)}"
