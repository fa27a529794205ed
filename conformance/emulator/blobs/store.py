"""Keep the blobs of containers, in memory and within a bound."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

LARGEST = 64 * 1024 * 1024
"""How many bytes one request may bring."""
MOST = 512 * 1024 * 1024
"""How many bytes all containers hold together."""


class FullError(Exception):
    """There is no room for what was sent."""


class UnknownBlockError(Exception):
    """A list of blocks names one that was not sent."""


@dataclass(frozen=True)
class Blob:
    """One blob; `modified` is in seconds since 1970, `metadata` are the x-ms-meta- headers it came with."""

    content: bytes
    content_type: str
    modified: float
    metadata: Mapping[str, str] = field(default_factory=dict)
    etag: str = ""

    @property
    def md5(self) -> bytes:
        """Return the MD5 of the content, which Azure tells so that a client can compare."""
        return hashlib.md5(self.content, usedforsecurity=False).digest()


@dataclass
class Container:
    """The blobs of one container by name, and the blocks by name and id that no list has made a blob of."""

    blobs: dict[str, Blob] = field(default_factory=dict)
    blocks: dict[str, dict[str, bytes]] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """Return how many bytes it holds."""
        staged = (block for blocks in self.blocks.values() for block in blocks.values())
        return sum(map(len, staged)) + sum(len(blob.content) for blob in self.blobs.values())

    def named(self, prefix: str) -> Iterator[tuple[str, Blob]]:
        """Yield the blobs whose names begin with the prefix, by name."""
        yield from ((name, self.blobs[name]) for name in sorted(self.blobs) if name.startswith(prefix))


class BlobStore:
    """The containers by id; one that nothing was put into is empty. `most` bounds all of them together."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._containers: dict[str, Container] = {}
        self._numbers = itertools.count(1)

    def container(self, name: str) -> Container:
        """Return what a container holds."""
        return self._containers.get(name, Container())

    def put(self, container: str, name: str, blob: Blob) -> Blob:
        """Store a blob in place of an older one and return it with its ETag; raise :class:`FullError`."""
        kept = self._with_room(container, len(blob.content))
        kept.blobs[name] = replace(blob, etag=f'"0x{next(self._numbers):016X}"')
        kept.blocks.pop(name, None)
        return kept.blobs[name]

    def stage(self, container: str, name: str, block: str, content: bytes) -> None:
        """Keep a block until a list makes a blob of it; raise :class:`FullError`."""
        self._with_room(container, len(content)).blocks.setdefault(name, {})[block] = content

    def joined(self, container: str, name: str, blocks: Iterable[str]) -> bytes:
        """Return the content of a blob's blocks in this order; raise :class:`UnknownBlockError`."""
        staged = self.container(container).blocks.get(name, {})
        try:
            return b"".join(staged[block] for block in blocks)
        except KeyError as error:
            raise UnknownBlockError(str(error)) from None

    def remove(self, container: str, name: str) -> bool:
        """Forget a blob, and tell whether it was there."""
        return self.container(container).blobs.pop(name, None) is not None

    def drop(self, container: str) -> None:
        """Forget a container with all that is in it."""
        self._containers.pop(container, None)

    def clear(self) -> None:
        """Forget every container."""
        self._containers.clear()

    def _with_room(self, container: str, size: int) -> Container:
        if size + sum(each.size for each in self._containers.values()) > self._most:
            raise FullError
        return self._containers.setdefault(container, Container())
