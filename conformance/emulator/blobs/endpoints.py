"""Serve the containers of reality data as Azure's storage does, to whom the address of one gives access."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from conformance.emulator.behaviours import assumed, used_by_clients
from conformance.emulator.blobs.answers import RefusedError, described, listed, said, written
from conformance.emulator.blobs.storage import CONTAINERS, Storage
from conformance.emulator.blobs.store import LARGEST, Blob, FullError, UnknownBlockError

_LONGEST_PAGE = 5000
_METHODS = ["GET", "HEAD", "PUT", "DELETE"]
_BLOCKS = re.compile(r"<(?:Latest|Uncommitted|Committed)>([^<]*)</")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_META = "x-ms-meta-"
_UNKNOWN = "application/octet-stream"

used_by_clients("blobs.azure", "A container answers as Azure's Blob Storage: put, blocks, get, list, delete.")
assumed("blobs.in-memory", "What containers hold is kept in memory alone, and is gone after a restart.")
assumed("blobs.size", "The size of a reality data does not follow what its container holds.")


@dataclass(frozen=True)
class _Asked:
    """One request about a container, its body read; `blob` is "" where it is about the container itself."""

    request: Request
    container: str
    blob: str
    body: bytes

    def query(self, name: str) -> str:
        return self.request.query_params.get(name, "")

    def header(self, name: str) -> str:
        return self.request.headers.get(name, "")


def routes(storage: Storage) -> list[Route]:
    """Return the routes of a storage."""
    service = _Service(storage)
    one = f"{CONTAINERS}/{{container}}"
    return [Route(path, service.serve, methods=_METHODS) for path in (one, f"{one}/{{blob:path}}")]


class _Service:
    """Answers for the containers of one storage."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._store = storage.store
        self._operations: dict[tuple[str, str, bool], tuple[Callable[[_Asked], Response], str]] = {
            ("GET", "list", False): (self._list, "l"),
            ("GET", "", False): (_describe_container, "rl"),
            ("HEAD", "", False): (_describe_container, "rl"),
            ("GET", "", True): (self._read, "r"),
            ("HEAD", "", True): (self._read, "r"),
            ("PUT", "", True): (self._put, "cw"),
            ("PUT", "block", True): (self._stage, "cw"),
            ("PUT", "blocklist", True): (self._commit, "cw"),
            ("DELETE", "", True): (self._delete, "d"),
        }
        """By method, `comp` of the query and whether a blob is named: what answers, and what permits it."""

    async def serve(self, request: Request) -> Response:
        """Answer one request."""
        try:
            answer = self._permitted(request)
            return answer(
                _Asked(request, request.path_params["container"], _blob(request), await _body(request))
            )
        except RefusedError as refusal:
            return refusal.response()
        except FullError:
            message = "The emulator holds no more; delete something first."
            return RefusedError(507, "InsufficientStorage", message).response()

    def _permitted(self, request: Request) -> Callable[[_Asked], Response]:
        """Return what answers a request; raise :class:`RefusedError` where its address does not permit it."""
        query = request.query_params
        held = self._storage.signer.permissions(request.path_params["container"], dict(query))
        if not held:
            raise RefusedError(
                403, "AuthenticationFailed", "The signature is missing, wrong, or no longer good."
            )
        found = self._operations.get((request.method, query.get("comp", ""), bool(_blob(request))))
        if found is None:
            message = f"{request.method} with comp={query.get('comp', '')} is not offered here."
            raise RefusedError(400, "UnsupportedOperation", message)
        if not _blob(request).isprintable():
            raise RefusedError(400, "InvalidUri", "The name of a blob has no control characters.")
        answer, needed = found
        if not set(needed) & set(held):
            message = f"The address permits {held}; one of {needed} is needed."
            raise RefusedError(403, "AuthorizationPermissionMismatch", message)
        return answer

    def _list(self, asked: _Asked) -> Response:
        wanted = asked.query("maxresults") or str(_LONGEST_PAGE)
        if not (wanted.isdecimal() and int(wanted)):
            raise RefusedError(400, "InvalidQueryParameterValue", "maxresults is no number above 0.")
        entries, most = list(self._entries(asked)), min(int(wanted), _LONGEST_PAGE)
        marker = entries[most][0] if len(entries) > most else ""
        return listed(str(asked.request.base_url), asked.request.query_params, entries[:most], marker)

    def _entries(self, asked: _Asked) -> Iterator[tuple[str, Blob | None]]:
        """Yield what a list shows from its marker on: blobs, and None for what a delimiter sums up."""
        prefix, delimiter, last = asked.query("prefix"), asked.query("delimiter"), ""
        for name, blob in self._store.container(asked.container).named(prefix):
            head, found, _ = name[len(prefix) :].partition(delimiter) if delimiter else (name, "", "")
            shown = f"{prefix}{head}{found}" if found else name
            if shown >= asked.query("marker") and shown != last:
                yield shown, None if found else blob
            last = shown

    def _read(self, asked: _Asked) -> Response:
        blob = self._store.container(asked.container).blobs.get(asked.blob)
        if blob is None:
            raise _not_found()
        headers, size = described(blob), len(blob.content)
        if asked.request.method == "HEAD":
            return said(200, {**headers, "Content-Length": str(size)})
        match = _RANGE.fullmatch(asked.header("x-ms-range") or asked.header("range"))
        if match is None:
            return said(200, headers, blob.content)
        start, end = int(match[1]), min(int(match[2] or size), size - 1)
        if start >= size:
            raise RefusedError(416, "InvalidRange", "The range begins after the end of the blob.")
        told = {**headers, "Content-Range": f"bytes {start}-{end}/{size}"}
        told.pop("Content-MD5")  # it is the whole blob's
        return said(206, told, blob.content[start : end + 1])

    def _put(self, asked: _Asked) -> Response:
        if asked.header("x-ms-blob-type").lower() != "blockblob":
            raise RefusedError(
                400, "InvalidHeaderValue", "x-ms-blob-type: this storage keeps BlockBlob alone."
            )
        return self._stored(asked, asked.body)

    def _stage(self, asked: _Asked) -> Response:
        self._store.stage(asked.container, asked.blob, asked.query("blockid"), asked.body)
        return said(201, {"x-ms-request-server-encrypted": "true"})

    def _commit(self, asked: _Asked) -> Response:
        ids = map(unescape, _BLOCKS.findall(asked.body.decode(errors="replace")))
        try:
            content = self._store.joined(asked.container, asked.blob, ids)
        except UnknownBlockError:
            raise RefusedError(400, "InvalidBlockList", "The list names a block that was not sent.") from None
        return self._stored(asked, content)

    def _stored(self, asked: _Asked, content: bytes) -> Response:
        kind = asked.header("x-ms-blob-content-type") or asked.header("content-type") or _UNKNOWN
        headers = asked.request.headers.items()
        metadata = {name.removeprefix(_META): value for name, value in headers if name.startswith(_META)}
        blob = Blob(content, kind, self._storage.clock(), metadata)
        return written(201, self._store.put(asked.container, asked.blob, blob))

    def _delete(self, asked: _Asked) -> Response:
        if not self._store.remove(asked.container, asked.blob):
            raise _not_found()
        return said(202, {"x-ms-delete-type-permanent": "true"})


def _describe_container(_asked: _Asked) -> Response:
    return said(200, {"x-ms-lease-status": "unlocked", "x-ms-lease-state": "available"})


def _not_found() -> RefusedError:
    return RefusedError(404, "BlobNotFound", "The specified blob does not exist.")


def _blob(request: Request) -> str:
    name: str = request.path_params.get("blob", "")
    return name


async def _body(request: Request) -> bytes:
    """Return the body; raise :class:`RefusedError` for one that is too large, once it was read."""
    parts, size = [], 0
    async for part in request.stream():
        size += len(part)
        if size <= LARGEST:
            parts.append(part)
    if size > LARGEST:
        raise RefusedError(413, "RequestBodyTooLarge", f"A request may bring {LARGEST} bytes.")
    return b"".join(parts)
